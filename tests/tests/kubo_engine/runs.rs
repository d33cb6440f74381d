//! Long downloads by readers that keep up, which a node is asked for in one answer.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use cidlock_ipfs_client::engine::kubo::NodeAddress;
use cidlock_ipfs_client::engine::{ByteStream, Engine as _, ObjectRef};
use cidlock_tests::kubo::{Relay, Swarm, Trick};
use futures::TryStreamExt as _;
use http::Uri;

use super::downloads::without_the_node_that;
use super::{Bench, LEAF, asked_last, content, in_time};

/// Leaves of a content of which a part is worth a run.
const LEAVES: u64 = 64;
/// Runs at once, as the engine has it.
const MAX_RUNS: usize = 8;

/// An object on one node, which is seen to be asked for it.
struct Kept {
    bench: Bench,
    relay: Relay,
    content: Bytes,
    object: ObjectRef,
    _nodes: Swarm,
}

async fn kept(leaves: u64) -> Kept {
    let nodes = Swarm::of_strangers(1).await;
    let relay = Relay::to(&nodes[0]).await;
    let bench = Bench::over(vec![relay.address("node")], 1).await;
    let content = content(1, leaves);
    let object = bench.keep("kept", &content).await.unwrap();
    Kept { bench, relay, content, object, _nodes: nodes }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_keeps_up_gets_what_is_left_in_one_answer() {
    let Kept { bench, relay, content, object, _nodes } = kept(LEAVES).await;
    for range in [0..object.content_len, 3..object.content_len - 3] {
        let before = relay.asked().len();
        let wanted = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
        assert!(in_time(bench.read(&object, range)).await.unwrap() == content[wanted]);
        let asked = relay.asked().split_off(before);
        let reads = asked.iter().filter(|line| line.contains("/ipfs/")).count();
        assert_eq!(asked.iter().filter(|line| is_run(line, &object)).count(), 1);
        assert!(reads < 40, "{reads} for {LEAVES} leaves");
    }
}

/// Kubo's gateway sends who calls it so on to a host name for each CID.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_may_be_called_localhost() {
    let nodes = Swarm::of_strangers(1).await;
    let relay = Relay::to(&nodes[0]).await;
    let NodeAddress { name, rpc, gateway, authorization } = relay.address("node");
    let called = |uri: Uri| uri.to_string().replace("127.0.0.1", "localhost").parse().unwrap();
    let address =
        NodeAddress { name, rpc: called(rpc), gateway: gateway.map(called), authorization };
    let bench = Bench::over(vec![address], 1).await;
    let content = content(1, LEAVES);
    let object = bench.keep("kept", &content).await.unwrap();
    assert!(in_time(bench.read(&object, 0..object.content_len)).await.unwrap() == content);
    assert_eq!(runs(&relay, &object), 1, "leaves and a run");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_short_is_read_leaf_by_leaf() {
    let Kept { bench, relay, content, object, _nodes } = kept(24).await;
    assert!(in_time(bench.read(&object, 0..object.content_len)).await.unwrap() == content);
    assert_eq!(runs(&relay, &object), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_a_run_fails_the_download_goes_on_leaf_by_leaf_at_the_exact_byte() {
    let nodes = Swarm::of_strangers(2).await;
    let relay = Relay::to(&nodes[0]).await;
    let content = content(1, LEAVES);
    let object = Bench::over(nodes.addresses(), 2).await.keep("failing", &content).await.unwrap();
    let shorter = |body: &mut Vec<u8>| body.truncate(body.len() / 2);
    let tricks = [
        Trick::CutAfter(0),
        Trick::CutAfter(1),
        Trick::CutAfter(65_536),
        Trick::CutAfter(10 * LEAF + 1),
        Trick::Silence,
        Trick::page(),
        Trick::answer(500, "text/plain", "no"),
        Trick::answer(404, "text/plain", "not found"),
        Trick::body(shorter),
    ];
    for trick in tricks {
        let bench = Bench::over(vec![relay.address("first"), asked_last(&nodes[1])], 1).await;
        relay.honest();
        relay.always(&format!("/ipfs/{} ", object.content), trick.clone());
        let before = runs(&relay, &object);
        let read = in_time(bench.read(&object, 0..object.content_len)).await.unwrap();
        assert!(read == content, "{trick:?}");
        assert_eq!(runs(&relay, &object), before + 1, "it is tried once: {trick:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_goes_on_with_another_node_when_its_own_is_killed_or_paused() {
    without_the_node_that(LEAVES, |relay, object, _| runs(relay, object) > 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_falls_behind_goes_back_to_leaves() {
    let Kept { bench, relay, content, object, _nodes } = kept(LEAVES).await;
    let mut stream = bench.engine.read(&object, 0..object.content_len).await.unwrap();
    let mut read = BytesMut::new();
    // Behind the leaves that were asked for before the run was.
    advance(&mut stream, &mut read, 32 * LEAF).await;
    assert_eq!(runs(&relay, &object), 1);
    let before = relay.asked().len();
    tokio::time::sleep(Duration::from_secs(1)).await;
    while let Some(bytes) = in_time(stream.try_next()).await.unwrap() {
        read.extend_from_slice(&bytes);
    }
    assert!(read == content);
    let leaves = relay.asked().split_off(before);
    assert!(leaves.iter().filter(|line| line.contains("format=raw")).count() >= 30, "{leaves:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_that_stopped_keep_no_run_from_others() {
    let Kept { bench, relay, content, object, _nodes } = kept(LEAVES).await;
    let mut stopped = Vec::new();
    for _ in 0..=MAX_RUNS {
        let mut stream = bench.engine.read(&object, 0..object.content_len).await.unwrap();
        let mut read = BytesMut::new();
        advance(&mut stream, &mut read, 24 * LEAF).await;
        stopped.push((stream, read));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = runs(&relay, &object);
    assert!(before >= MAX_RUNS, "{before}");
    assert!(in_time(bench.read(&object, 0..object.content_len)).await.unwrap() == content);
    assert_eq!(runs(&relay, &object), before + 1);
    // They go on all the same.
    for (mut stream, mut read) in stopped {
        advance(&mut stream, &mut read, object.content_len).await;
        assert!(read == content);
    }
}

/// Reads until `read` has `len` bytes.
async fn advance(stream: &mut ByteStream, read: &mut BytesMut, len: u64) {
    while (read.len() as u64) < len {
        let bytes = in_time(stream.try_next()).await.unwrap().expect("there is more");
        read.extend_from_slice(&bytes);
    }
}

fn runs(relay: &Relay, object: &ObjectRef) -> usize {
    relay.asked().iter().filter(|line| is_run(line, object)).count()
}

fn is_run(line: &str, object: &ObjectRef) -> bool {
    line.contains(&format!("/ipfs/{} ", object.content))
}
