//! Feeding a node blocks: `dag/import`, while the file that they are in still grows.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use cid::Cid;
use futures::{Stream, StreamExt as _};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use serde::Deserialize;
use tokio::time::Instant;

use super::fault::{Fault, line};
use super::node::walk_limit;
use super::wire::{Body, Wire, refused, short};
use crate::car::{header, header_without_roots};
use crate::staging::FollowError;

/// How long a node may take nothing although there is something.
const STALL_LIMIT: Duration = Duration::from_secs(30);

/// What a node took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Imported {
    /// Blocks, repeated ones counted again.
    pub(super) blocks: u64,
}

/// Sections for a node, and under which header.
pub(super) struct Feed {
    header: Bytes,
    pin_roots: bool,
    sections: futures::stream::BoxStream<'static, Result<Bytes, FollowError>>,
}

impl Feed {
    /// Blocks whose root is not known yet: nothing is pinned, and no lock of the node is held.
    pub(super) fn early(
        sections: impl Stream<Item = Result<Bytes, FollowError>> + Send + 'static,
    ) -> Feed {
        Feed { header: header_without_roots(), pin_roots: false, sections: sections.boxed() }
    }

    /// A whole object, pinned without a name by the import itself, under the lock that keeps
    /// garbage collection away.
    pub(super) fn pinning(
        root: &Cid,
        sections: impl Stream<Item = Result<Bytes, FollowError>> + Send + 'static,
    ) -> Feed {
        let header = Bytes::copy_from_slice(&header(root));
        Feed { header, pin_roots: true, sections: sections.boxed() }
    }

    /// Sends all of it; ready when the node has said what it took.
    pub(super) async fn run(self, wire: &Wire) -> Result<Imported, Fault> {
        let call = format!("dag/import?pin-roots={}&stats=true", self.pin_roots);
        let pace = Arc::new(Mutex::new(Pace::Waiting));
        let boundary = boundary();
        let media_type = format!("multipart/form-data; boundary={boundary}");
        let body = body(form(&boundary, self.header, self.sections), Arc::clone(&pace));
        let answer = async { short(wire.post(&call, Some(media_type), body).await?).await };
        tokio::select! {
            answer = answer => read(&answer?),
            fault = stalled(&pace) => Err(fault),
        }
    }
}

/// Who is to do something.
#[derive(Clone, Copy)]
enum Pace {
    /// Whoever writes the file.
    Waiting,
    /// The node, since then.
    Handed(Instant),
    /// The node, to end it: since then, and this many bytes.
    Ended(Instant, u64),
}

/// The CAR as the one file of a form (RFC 7578), whose end is only sent behind the end of the
/// sections: one that was cut off is no form.
fn form<S>(
    boundary: &str,
    header: Bytes,
    sections: S,
) -> impl Stream<Item = Result<Bytes, FollowError>> + Send + use<S>
where
    S: Stream<Item = Result<Bytes, FollowError>> + Send + 'static,
{
    let begin = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"object.car\"\r\n\
         Content-Type: application/vnd.ipld.car\r\n\r\n"
    );
    let end = format!("\r\n--{boundary}--\r\n");
    let (begin, end) = ([Ok(begin.into()), Ok(header)], [Ok(end.into())]);
    futures::stream::iter(begin).chain(sections).chain(futures::stream::iter(end))
}

/// What no block has in it but by a chance that nobody can choose.
fn boundary() -> String {
    let random = || RandomState::new().hash_one(0);
    format!("cidlock-{:016x}{:016x}", random(), random())
}

fn body(
    pieces: impl Stream<Item = Result<Bytes, FollowError>> + Send + 'static,
    pace: Arc<Mutex<Pace>>,
) -> Body {
    let pieces = Box::pin(pieces);
    let frames =
        futures::stream::unfold((pieces, pace, 0), |(mut pieces, pace, sent)| async move {
            set(&pace, Pace::Waiting);
            let piece = pieces.next().await;
            let sent =
                sent + piece.as_ref().map_or(0, |piece| piece.as_ref().map_or(0, Bytes::len));
            let now = Instant::now();
            set(
                &pace,
                match piece {
                    Some(_) => Pace::Handed(now),
                    None => Pace::Ended(now, sent as u64),
                },
            );
            Some((piece?.map(Frame::data), (pieces, pace, sent)))
        });
    StreamBody::new(frames).boxed_unsync()
}

fn set(pace: &Mutex<Pace>, to: Pace) {
    *pace.lock().unwrap_or_else(PoisonError::into_inner) = to;
}

/// Ready when the node has kept somebody waiting for too long.
async fn stalled(pace: &Mutex<Pace>) -> Fault {
    loop {
        let due = match *pace.lock().unwrap_or_else(PoisonError::into_inner) {
            Pace::Waiting => Instant::now() + STALL_LIMIT,
            Pace::Handed(since) => since + STALL_LIMIT,
            Pace::Ended(since, sent) => since + walk_limit(sent),
        };
        if due <= Instant::now() {
            return Fault::Silent("take what it was given");
        }
        tokio::time::sleep_until(due.min(Instant::now() + Duration::from_secs(1))).await;
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line {
    root: Option<Root>,
    stats: Option<Stats>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Root {
    pin_error_msg: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stats {
    block_count: u64,
}

/// A node that failed to pin says so with a status of success.
fn read(answer: &[u8]) -> Result<Imported, Fault> {
    let mut imported = None;
    for text in answer.split(|byte| *byte == b'\n').filter(|text| !text.is_empty()) {
        let said = serde_json::from_slice::<Line>(text);
        let said = said.map_err(|_| Fault::Nonsense(line(text)))?;
        if let Some(Root { pin_error_msg }) = said.root
            && !pin_error_msg.is_empty()
        {
            return Err(refused(200, &pin_error_msg));
        }
        if let Some(Stats { block_count }) = said.stats {
            imported = Some(Imported { blocks: block_count });
        }
    }
    imported.ok_or_else(|| Fault::Nonsense("it did not say what it took".to_owned()))
}
