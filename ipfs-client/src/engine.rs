//! Who keeps objects: the trait that every engine implements, the embedded engine, and Kubo's nodes.
//!
//! An engine is trusted with keeping blocks and with nothing else: it may lose them or lie, and
//! whoever reads checks what comes. It knows pins, roots and contents, never whose or what they are.
//!
//! The suite in [`conformance`](crate::conformance) (feature `conformance`) is what the trait means.

mod embedded;
mod error;
pub mod kubo;
mod pieces;
mod rate;
mod stream;
#[cfg(test)]
mod tests;
mod upkeep;

use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use cid::Cid;
use futures::stream::BoxStream;

pub use self::embedded::Embedded;
pub use self::error::EngineError;
pub use self::kubo::Kubo;
pub use self::rate::ReadRate;
pub use self::stream::ByteStream;
pub use self::upkeep::{Condition, NodeCollection, NodeCondition, NodeLack, Upkeep};
use crate::car::Layout;
use crate::dag::DagParams;
use crate::pin::{Pin, PinName, Pinned, Removal, Replica};
use crate::revision::Revision;
use crate::staging::{Follower, StagedCar};

/// A keeper of objects.
///
/// One that finds pins by their names answers [`EngineError::Conflict`] where the name stands for
/// another root. One that finds them by their roots cannot know; it answers as if there was no such
/// pin, and keeps pins of one name beside each other. Neither ever harms the other root.
#[async_trait]
pub trait Engine: Upkeep {
    /// The kind of engine, one lower-case word.
    fn name(&self) -> &str;

    /// Begins to take an object's blocks while its file still grows.
    ///
    /// Dropping the [`Ingest`] leaves no pin; blocks may stay until garbage is collected.
    async fn ingest(&self, feed: Follower) -> Result<Box<dyn Ingest>, EngineError>;

    /// The bytes `range` of the object's content: exactly those, or an error, at once or as the last
    /// item. An end before the last byte is never clean.
    ///
    /// Only lengths are promised, not that the bytes are the right ones.
    async fn read(&self, object: &ObjectRef, range: Range<u64>) -> Result<ByteStream, EngineError>;

    /// The same, read in whole leaves that were checked against their CIDs: for a caller to whom
    /// [`read`](Engine::read) gave wrong bytes. Dearer; a damaged replica is passed over for a good one.
    async fn read_checked(
        &self,
        object: &ObjectRef,
        range: Range<u64>,
    ) -> Result<ByteStream, EngineError>;

    /// A member of the object's directory that is one raw block. Checked against its CID, and so
    /// the directory against `pin.root`.
    async fn member(&self, pin: &Pin, name: &str) -> Result<Bytes, EngineError>;

    /// The object's CAR, for whoever checks or copies it: the header with `pin.root`, the content's
    /// blocks, the members, the directory. How long it is, [`ByteStream::left`] says.
    ///
    /// Only the length is promised ([`Whole`](crate::car::Whole) checks the rest).
    async fn car(&self, object: &ObjectRef) -> Result<ByteStream, EngineError>;

    /// Pins `revision` of the object pinned as `from`, under the same name and durably. Both roots
    /// are readable until [`settle`](Engine::settle) or until one of them is unpinned.
    ///
    /// The same revision again is success. If `from` is not the object's settled root the answer is
    /// [`EngineError::Conflict`]. After any other error the new pin may exist: unpin it.
    async fn revise(&self, from: &Pin, revision: &Revision) -> Result<Pinned, EngineError>;

    /// Makes `to` the object's one root and lets go of `from`, durably: to the new root, or back to
    /// the former one. To settle again is no error. Nothing but `from` is ever removed.
    ///
    /// Says how each node is with `to`. One that is not [`Pinned`](crate::pin::ReplicaStatus::Pinned)
    /// could not be asked, and may still keep `from`; so may one that lacks `to`, which is left out.
    async fn settle(&self, from: &Pin, to: &Pin) -> Result<Vec<Replica>, EngineError>;

    /// All pins: of an object that is being revised both, one after the other. One that cannot be
    /// read is an error item; the others still come.
    fn pins(&self) -> BoxStream<'_, Result<Pin, EngineError>>;

    /// Removes a pin, durably: a revision that was not settled, or else the object. To remove it
    /// again is no error. Nodes that cannot be asked are no error either: the answer names them.
    async fn unpin(&self, pin: &Pin) -> Result<Removal, EngineError>;

    /// Whether the blocks of an object are gone from every node when [`unpin`](Engine::unpin)
    /// returns, without a collection of garbage.
    fn collects_at_once(&self) -> bool;

    /// Whether the engine would work now.
    async fn health(&self) -> Result<Health, EngineError>;
}

/// An object on its way into an engine.
#[async_trait]
pub trait Ingest: Send {
    /// Pins `car`, which is the file that the feed followed.
    ///
    /// Returns when all blocks are kept durably. The same root under the same name again is
    /// success. After an error other than [`EngineError::Conflict`], or when the future is dropped,
    /// the pin may exist or come to exist: unpin it.
    async fn commit(self: Box<Self>, car: StagedCar) -> Result<Pinned, EngineError>;
}

/// What is needed to read an object's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRef {
    /// The object's pin.
    pub pin: Pin,
    /// The CID of its content.
    pub content: Cid,
    /// Bytes of its content.
    pub content_len: u64,
}

impl ObjectRef {
    /// The name of the object's pin.
    pub fn name(&self) -> &PinName {
        &self.pin.name
    }

    /// The object's directory.
    pub fn root(&self) -> Cid {
        self.pin.root
    }
}

/// The layout of the object's content.
fn layout_of(params: DagParams, object: &ObjectRef) -> Result<Layout, EngineError> {
    Layout::new(params, object.content_len).map_err(|_| EngineError::Corrupt {
        what: format!("the object {}", object.name()),
        problem: "no content is as long as its is said to be".to_owned(),
    })
}

/// The layout of the object's content, if it has the bytes `range`.
fn layout_for(
    params: DagParams,
    object: &ObjectRef,
    range: &Range<u64>,
) -> Result<Layout, EngineError> {
    let Range { start, end } = *range;
    let content_len = object.content_len;
    let bad_range = EngineError::BadRange { start, end, content_len };
    if start > end || end > content_len {
        return Err(bad_range);
    }
    Layout::new(params, content_len).map_err(|_| bad_range)
}

/// How an engine's nodes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Each node of the engine.
    pub nodes: Vec<NodeHealth>,
    /// How many of them have to be well before an upload can be acknowledged.
    pub needed: usize,
}

/// How one node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeHealth {
    /// Which node.
    pub node: String,
    /// What is wrong with it, if anything.
    pub problem: Option<String>,
}

impl Health {
    /// Whether every node is well.
    pub fn is_well(&self) -> bool {
        self.well() == self.nodes.len()
    }

    /// Whether enough nodes are well for an upload.
    pub fn is_ready(&self) -> bool {
        self.well() >= self.needed
    }

    /// How many nodes are well.
    pub fn well(&self) -> usize {
        self.nodes.iter().filter(|node| node.problem.is_none()).count()
    }
}
