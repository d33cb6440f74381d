//! The engine over Kubo nodes, while they are killed, paused, damaged, emptied and lied about.
//! (What it does while all is well, the conformance suite says.)

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

mod counts;
mod credentials;
mod damage;
mod downloads;
mod garbage;
mod lies;
mod runs;
mod uploads;

use std::ops::Range;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use cidlock_ipfs_client::conformance::pattern;
use cidlock_ipfs_client::dag::DagParams;
use cidlock_ipfs_client::engine::kubo::{NodeAddress, Settings};
use cidlock_ipfs_client::engine::{Engine as _, EngineError, Kubo, ObjectRef};
use cidlock_ipfs_client::pin::{PinName, Pinned, Replica, ReplicaStatus};
use cidlock_ipfs_client::staging::{Limits, StagingArea, StagingWriter};
use cidlock_tests::kubo::Node;
use futures::TryStreamExt as _;
use tempfile::TempDir;

/// A leaf of real objects, in bytes.
const LEAF: u64 = 1 << 20;

/// Whatever a node does, an answer has come by then: all of the engine's limits that can follow one
/// another in one call, and as much again.
const EVERY_LIMIT: Duration = Duration::from_secs(120);

/// An engine, and where objects are staged for it.
struct Bench {
    engine: Kubo,
    staging: StagingArea,
    _directory: TempDir,
}

impl Bench {
    /// Objects as they really are; as many replicas as there are nodes, all of which were asked.
    async fn over(nodes: Vec<NodeAddress>, min_replicas: usize) -> Self {
        Self::with(DagParams::UNIXFS_V1_2025, nodes, min_replicas).await
    }

    async fn with(params: DagParams, nodes: Vec<NodeAddress>, min_replicas: usize) -> Self {
        let settings = Settings {
            params,
            replicas: nodes.len(),
            min_replicas,
            rpc_limit: Duration::from_secs(5),
            read_limit: Duration::from_secs(2),
        };
        let engine = Kubo::over(nodes, settings).unwrap();
        engine.asked().await;
        let directory = tempfile::tempdir().unwrap();
        let limits = Limits { max_bytes: 1 << 30 };
        let staging = StagingArea::open(directory.path(), limits, params).await.unwrap();
        Self { engine, staging, _directory: directory }
    }

    async fn begin(&self, name: &str) -> StagingWriter {
        self.staging.begin(PinName::parse(name).unwrap()).await.unwrap()
    }

    /// Uploads an object, doing something when half of it is written.
    async fn upload(
        &self,
        name: &str,
        content: &Bytes,
        halfway: impl AsyncFnOnce(),
    ) -> Result<(ObjectRef, Pinned), EngineError> {
        let mut writer = self.begin(name).await;
        let ingest = self.engine.ingest(writer.follow()).await?;
        let half = content.len() / 2;
        writer.write(content.slice(..half)).await.unwrap();
        halfway().await;
        writer.write(content.slice(half..)).await.unwrap();
        let member = Bytes::copy_from_slice(name.as_bytes());
        let car = writer.finish().await.unwrap().complete(&[("object.jwt", member)]).await.unwrap();
        let object = car.object();
        Ok((object, ingest.commit(car).await?))
    }

    async fn keep(&self, name: &str, content: &Bytes) -> Result<ObjectRef, EngineError> {
        Ok(self.upload(name, content, async || ()).await?.0)
    }

    async fn read(&self, object: &ObjectRef, range: Range<u64>) -> Result<Bytes, EngineError> {
        let bytes: BytesMut = self.engine.read(object, range).await?.try_collect().await?;
        Ok(bytes.freeze())
    }

    async fn read_checked(
        &self,
        object: &ObjectRef,
        range: Range<u64>,
    ) -> Result<Bytes, EngineError> {
        let bytes: BytesMut = self.engine.read_checked(object, range).await?.try_collect().await?;
        Ok(bytes.freeze())
    }

    /// The CID of a leaf of a content that was cut like real objects.
    async fn leaf(&self, content: &Bytes, leaf: u64) -> cid::Cid {
        let start = usize::try_from(leaf * LEAF).unwrap();
        let end = content.len().min(start + usize::try_from(LEAF).unwrap());
        let mut writer = self.begin(&format!("leaf-{leaf}")).await;
        writer.write(content.slice(start..end)).await.unwrap();
        writer.finish().await.unwrap().cid()
    }
}

/// So many leaves, the last one not a full one.
fn content(seed: u64, leaves: u64) -> Bytes {
    pattern(seed, leaves * LEAF - 1000)
}

fn pinned(replicas: &[Replica]) -> usize {
    replicas.iter().filter(|replica| replica.status == ReplicaStatus::Pinned).count()
}

/// The node as one that is asked last: its RPC seems to be down, what it has can still be read.
fn asked_last(node: &Node) -> NodeAddress {
    NodeAddress { rpc: "http://127.0.0.1:1".parse().unwrap(), ..node.address("last") }
}

/// That the node by itself has all of the object, and pins it by its name.
async fn assert_whole_on(node: &Node, object: &ObjectRef, content: &Bytes, told: &str) {
    let url = format!("{}/ipfs/{}/content", node.gateway(), object.root());
    let alone = ("cache-control", "only-if-cached");
    let answer = reqwest::Client::new().get(url).header(alone.0, alone.1).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{told}");
    assert!(answer.bytes().await.unwrap() == content, "{told}: other bytes");
    let pins = node.repo().run(["pin", "ls", "--type=recursive", "--names"]);
    let pin = format!("{} recursive {}", object.root(), object.name());
    assert!(pins.lines().any(|line| line == pin), "{told}: {pin} is not among {pins}");
}

/// That it comes to an end, whatever end.
async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(EVERY_LIMIT, work).await.expect("every wait has a limit")
}
