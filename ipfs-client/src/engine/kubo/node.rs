//! One node: what it is asked and told, and how it is.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use cid::Cid;
use futures::stream::BoxStream;
use http::header::DATE;
use hyper::body::Incoming;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::control::Control;
use super::facts::is_supported;
use super::fault::Fault;
use super::import::{Feed, Imported};
use super::pins::{self, PinLine};
use super::state::{Health, State};
use super::wire::{Received, Straight, Wire, bytes_of, empty, short, within};
use super::{MIN_VERSION, NAME, NodeAddress, Settings};
use crate::block::Block;
use crate::pin::{Pin, Replica, ReplicaStatus};

/// How often a node that is well is asked how it is.
const ASK_EVERY: Duration = Duration::from_secs(5);
/// The pauses between questions to one that is not, the last one again and again.
const BACK_OFF: [u64; 6] = [250, 500, 1000, 2000, 4000, 8000];
/// The limit of one such question.
const SIGN_OF_LIFE: Duration = Duration::from_secs(3);
/// A walk over a DAG may take this long, and as much again for each …
const WALK_BASE: Duration = Duration::from_secs(10);
/// … so many bytes.
const WALK_LEN_PER_S: u64 = 500_000_000;

/// One node.
pub(super) struct Node {
    pub(super) wire: Wire,
    pub(super) control: Control,
    pub(super) health: Health,
    settings: Settings,
}

impl Node {
    pub(super) fn new(address: NodeAddress, settings: Settings) -> Result<Node, Fault> {
        let control = Control::new(&address, settings.rpc_limit)?;
        Ok(Node { wire: Wire::new(address), control, health: Health::new(), settings })
    }

    pub(super) fn name(&self) -> &str {
        &self.wire.address().name
    }

    pub(super) fn replica(&self, status: ReplicaStatus) -> Replica {
        Replica { engine: NAME.to_owned(), node: self.name().to_owned(), status }
    }

    /// What is wrong with it, `None` if nothing is known to be.
    pub(super) fn problem(&self) -> Option<String> {
        match self.health.state() {
            State::Up(_) => None,
            State::Unknown => Some("it was not asked yet".to_owned()),
            State::Down(problem) => Some(problem),
        }
    }

    /// What its latency puts it at among those that are up.
    pub(super) fn rank(&self) -> (bool, Duration) {
        match self.health.state() {
            State::Up(latency) => (false, latency),
            State::Unknown => (false, Duration::MAX),
            State::Down(_) => (true, Duration::MAX),
        }
    }

    /// Asks how it is, for ever: regularly while it is well, less and less often while it is not,
    /// and at once when somebody met a fault.
    pub(super) async fn watch(self: Arc<Self>) {
        let mut failures = 0_usize;
        loop {
            failures = if self.ask().await { 0 } else { failures + 1 };
            match failures.checked_sub(1) {
                None => {
                    let pause = tokio::time::sleep(ASK_EVERY);
                    tokio::select! { () = pause => {}, () = self.health.suspected() => {} }
                }
                Some(earlier) => {
                    let pause = BACK_OFF[earlier.min(BACK_OFF.len() - 1)];
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
            }
        }
    }

    /// Asks now how it is; says whether it is up.
    pub(super) async fn ask(&self) -> bool {
        let begun = Instant::now();
        match self.sign_of_life().await {
            Ok(()) => {
                if self.health.answered(begun.elapsed()) {
                    tracing::info!(node = self.name(), "the node is up");
                }
                true
            }
            Err(fault) => {
                if self.health.failed(fault.to_string()) {
                    tracing::warn!(node = self.name(), problem = %fault, "the node is down");
                }
                false
            }
        }
    }

    async fn sign_of_life(&self) -> Result<(), Fault> {
        let version = within(SIGN_OF_LIFE, "answer", self.control.version()).await?;
        match is_supported(&version) {
            Some(true) => Ok(()),
            Some(false) => {
                let (major, minor) = MIN_VERSION;
                Err(Fault::Nonsense(format!("version {version}, older than {major}.{minor}")))
            }
            None => Err(Fault::Nonsense("a version that is none".to_owned())),
        }
    }

    /// Tells whoever asks how the node is that it may not be well, if `result` says so.
    pub(super) fn noted<T>(&self, result: Result<T, Fault>) -> Result<T, Fault> {
        if let Err(fault) = &result
            && fault.is_of_the_node()
        {
            self.health.suspect();
        }
        result
    }

    /// The name under which `root` is pinned with all below it, `None` if it is not.
    pub(super) async fn pinned(&self, root: &Cid) -> Result<Option<String>, Fault> {
        let limit = self.settings.rpc_limit;
        within(limit, "look for a pin", pins::pinned(&self.wire, root, limit)).await
    }

    /// All recursive pins.
    pub(super) async fn pins(&self) -> Result<BoxStream<'static, Result<PinLine, Fault>>, Fault> {
        pins::all(&self.wire, self.settings.rpc_limit).await
    }

    /// The answer to a call that changes nothing, and what time it is at the node.
    pub(super) async fn ask_json<T: DeserializeOwned>(
        &self,
        call: &str,
    ) -> Result<(T, Option<SystemTime>), Fault> {
        let asked = async {
            let answer = self.wire.post(call, None, empty()).await?;
            let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
            let time = date.and_then(|date| httpdate::parse_http_date(date).ok());
            Ok((short(answer).await?, time))
        };
        let (answer, time) = within(self.settings.rpc_limit, "answer", asked).await?;
        let answer = serde_json::from_slice(&answer);
        Ok((answer.map_err(|_| Fault::Nonsense("an answer that is none".to_owned()))?, time))
    }

    /// Collects what nothing pins.
    pub(super) async fn collect_garbage(&self, limit: Duration) -> Result<(), Fault> {
        self.wire.call("repo/gc?quiet=true&silent=true", limit).await.map(drop)
    }

    /// Feeds it blocks; pins nothing, unless the feed says so.
    pub(super) async fn import(&self, feed: Feed) -> Result<Imported, Fault> {
        self.noted(feed.run(&self.wire).await)
    }

    /// Pins what it has of an object of so many bytes. Again is success.
    pub(super) async fn pin(&self, pin: &Pin, len: u64) -> Result<(), Fault> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Pinned {
            pins: Vec<String>,
        }
        let limit = walk_limit(len);
        let (root, name, seconds) = (pin.root.to_string(), &pin.name, limit.as_secs());
        let call = format!("pin/add?arg={root}&name={name}&timeout={seconds}s");
        // A moment longer than the node's own limit, so that its answer is heard.
        let answer = self.wire.call(&call, limit + Duration::from_secs(1)).await;
        let answer = self.noted(answer)?;
        let pinned = serde_json::from_slice::<Pinned>(&answer);
        match pinned.map(|pinned| pinned.pins == [root]) {
            Ok(true) => Ok(()),
            _ => Err(Fault::Nonsense("it pinned something else".to_owned())),
        }
    }

    /// Keeps `revision`'s root beside `from`. Again is success.
    pub(super) async fn pin_beside(&self, from: &Cid, to: &Cid) -> Result<(), Fault> {
        match self.noted(self.control.pin_beside(from, to).await) {
            // The target must not be pinned yet.
            Err(Fault::Refused { .. }) if self.pinned(to).await?.is_some() => Ok(()),
            done => done,
        }
    }

    /// Begins to read `within` of a block of `len` bytes: the body, and how many bytes of it to
    /// pass over.
    pub(super) async fn open(
        &self,
        cid: &Cid,
        within_block: Range<usize>,
        len: usize,
    ) -> Result<(Incoming, usize), Fault> {
        let opened = self.wire.block(cid, within_block, len);
        self.noted(within(self.settings.read_limit, "answer", opened).await)
    }

    /// Whether it has a gateway, which is what gives whole files well.
    pub(super) fn gives_files(&self) -> bool {
        self.wire.address().gateway.is_some()
    }

    /// Begins to read `range` of the file `cid`.
    pub(super) async fn open_content(
        &self,
        cid: &Cid,
        range: Range<u64>,
    ) -> Result<Straight, Fault> {
        let opened = self.wire.content(cid, range);
        self.noted(within(self.settings.read_limit, "answer", opened).await)
    }

    /// The next bytes of a body; `None` at its end.
    pub(super) async fn next(&self, body: &mut impl Received) -> Result<Option<Bytes>, Fault> {
        let piece = bytes_of(body);
        self.noted(within(self.settings.read_limit, "go on", piece).await)
    }

    /// A whole block of at most `max_len` bytes, checked.
    pub(super) async fn block(&self, cid: &Cid, max_len: usize) -> Result<Block, Fault> {
        let read = async {
            let mut body = self.wire.whole_block(cid, None).await?;
            let mut bytes = BytesMut::new();
            while let Some(piece) = self.next(&mut body).await? {
                bytes.extend_from_slice(&piece);
                if bytes.len() > max_len {
                    return Err(Fault::Damaged);
                }
            }
            Ok(bytes.freeze())
        };
        let bytes = self.noted(within(self.settings.read_limit * 2, "give a block", read).await)?;
        Block::checked(*cid, bytes).map_err(|_| Fault::Damaged)
    }

    /// Waits until it answers, for at most `limit`: what was known of it before does not count.
    pub(super) async fn up_within(&self, limit: Duration) -> Result<(), Fault> {
        let up = async {
            while !self.ask().await {
                tokio::time::sleep(Duration::from_millis(BACK_OFF[0])).await;
            }
            Ok(())
        };
        within(limit, "come back", up).await
    }
}

/// How long a walk over `len` bytes of blocks may take.
pub(super) fn walk_limit(len: u64) -> Duration {
    WALK_BASE + Duration::from_secs(len.div_ceil(WALK_LEN_PER_S))
}
