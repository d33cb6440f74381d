//! The rest of a long range as one answer, for a reader that keeps up.
//!
//! A node's gateway gives a file with a third less work than its leaves one by one. But it holds some
//! 15 MiB for each such answer that is not taken, which leaves do not: so there are few at once, only
//! for a reader that took leaves in time, and one that falls behind goes back to them, or loses its run
//! to another reader. So does one that met a fault: what a run cannot give, leaves from another node
//! may.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cid::Cid;
use tokio_util::task::AbortOnDropHandle;

use super::fault::Fault;
use super::node::Node;
use super::places::{Place, Places};
use super::wire::Straight;

/// What is shorter is read leaf by leaf: a node takes as long to begin a run as to give some leaves.
const WORTH_IT: u64 = 32 << 20;
/// Runs at once, over all nodes.
const MAX_RUNS: usize = 8;
/// How long a node's answer is kept for a reader that does not take it: each holds buffers, here, in the
/// system and in the node.
pub(super) const KEPT: Duration = Duration::from_millis(500);

/// The runs that there are. Clones share them.
#[derive(Clone)]
pub(super) struct Runs(Arc<Places<Answer>>);

impl Runs {
    pub(super) fn new() -> Runs {
        Runs(Arc::new(Places::new(MAX_RUNS, KEPT)))
    }

    /// Asks `node` for `range` of the content `cid`, if that is long enough to be worth it and there
    /// are not too many runs.
    pub(super) fn begin(&self, node: &Arc<Node>, cid: Cid, range: Range<u64>) -> Option<Run> {
        if range.end - range.start < WORTH_IT || !node.gives_files() {
            return None;
        }
        let node = Arc::clone(node);
        let ask = || {
            Answer::Coming(AbortOnDropHandle::new(tokio::spawn(async move {
                let body = node.open_content(&cid, range).await?;
                Ok((node, body))
            })))
        };
        Some(Run { answer: self.0.take(ask)?, has_begun: false })
    }
}

/// One answer that is read to its end, or as far as it goes.
pub(super) struct Run {
    answer: Place<Answer>,
    /// Before that the reader is still at what lies in front of it.
    has_begun: bool,
}

enum Answer {
    Coming(AbortOnDropHandle<Result<(Arc<Node>, Straight), Fault>>),
    Open(Arc<Node>, Straight),
}

impl Run {
    /// The next bytes of the `left` that are still to come, at least one; `None` if the reader has left
    /// it for too long.
    pub(super) async fn next(&mut self, left: u64) -> Result<Option<Bytes>, Fault> {
        let Some((answer, idle)) = self.answer.use_it() else { return Ok(None) };
        if self.has_begun && idle > KEPT {
            return Ok(None);
        }
        let (node, mut body) = match answer {
            Answer::Open(node, body) => (node, body),
            Answer::Coming(opening) => {
                opening.await.map_err(|e| Fault::Unreachable(Box::new(e)))??
            }
        };
        let short = || Fault::Nonsense("its body was short".to_owned());
        let mut bytes = node.next(&mut body).await?.ok_or_else(short)?;
        bytes.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        self.has_begun = true;
        self.answer.leave(Answer::Open(node, body));
        Ok(Some(bytes))
    }
}
