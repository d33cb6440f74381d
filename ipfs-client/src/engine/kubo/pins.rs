//! A node's recursive pins, as it lists them.
//!
//! A list has no end of its own, and a node that fails in the middle says so behind it: whoever
//! passed over that would take a part for the whole.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::BytesMut;
use cid::Cid;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use hyper::body::Incoming;
use serde::Deserialize;

use super::fault::{Fault, line};
use super::wire::{Wire, bytes_of, empty, succeeded, within};

/// The longest line of a list: a CID, a name and what is around them.
const MAX_LINE_LEN: usize = 16 * 1024;

const LIST: &str = "pin/ls?type=recursive&names=true&stream=true";

/// A pin.
#[derive(Debug, Deserialize)]
pub(super) struct PinLine {
    #[serde(rename = "Cid")]
    pub(super) cid: String,
    #[serde(rename = "Name", default)]
    pub(super) name: String,
}

/// The name under which `root` is pinned with all below it, `None` if it is not.
pub(super) async fn pinned(
    wire: &Wire,
    root: &Cid,
    limit: Duration,
) -> Result<Option<String>, Fault> {
    let listed = list(wire, &format!("{LIST}&arg={root}"), limit).await;
    let listed = match listed {
        Ok(mut lines) => lines.try_next().await,
        Err(fault) => Err(fault),
    };
    match listed {
        Ok(Some(pin)) if pin.cid == root.to_string() => Ok(Some(pin.name)),
        Ok(Some(_)) => Err(Fault::Nonsense("another pin than was asked for".to_owned())),
        Ok(None) | Err(Fault::Missing) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// All pins with their names. The node may be silent for at most `limit`; an error is the last item.
pub(super) async fn all(
    wire: &Wire,
    limit: Duration,
) -> Result<BoxStream<'static, Result<PinLine, Fault>>, Fault> {
    list(wire, LIST, limit).await
}

async fn list(
    wire: &Wire,
    call: &str,
    limit: Duration,
) -> Result<BoxStream<'static, Result<PinLine, Fault>>, Fault> {
    let body = async { succeeded(wire.post(call, None, empty()).await?).await };
    let body = within(limit, "list its pins", body).await?;
    let listing = Listing { body, limit, unread: BytesMut::new(), lines: VecDeque::new() };
    Ok(futures::stream::try_unfold(listing, |mut listing| async move {
        Ok(listing.next().await?.map(|pin| (pin, listing)))
    })
    .boxed())
}

struct Listing {
    body: Incoming,
    limit: Duration,
    unread: BytesMut,
    lines: VecDeque<PinLine>,
}

impl Listing {
    async fn next(&mut self) -> Result<Option<PinLine>, Fault> {
        loop {
            if let Some(pin) = self.lines.pop_front() {
                return Ok(Some(pin));
            }
            let more = within(self.limit, "go on listing pins", bytes_of(&mut self.body)).await?;
            let Some(more) = more else {
                // The last line may have no end.
                let rest = self.unread.split();
                return if rest.is_empty() { Ok(None) } else { parsed(&rest).map(Some) };
            };
            self.unread.extend_from_slice(&more);
            while let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                let text = self.unread.split_to(end + 1);
                self.lines.push_back(parsed(&text)?);
            }
            if self.unread.len() > MAX_LINE_LEN {
                return Err(Fault::Nonsense("a line that is too long".to_owned()));
            }
        }
    }
}

fn parsed(text: &[u8]) -> Result<PinLine, Fault> {
    serde_json::from_slice(text).map_err(|_| Fault::Nonsense(line(text)))
}
