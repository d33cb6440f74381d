//! What keeps objects kept: looking after replicas that nobody has asked for.
//!
//! The flows of an engine's callers put objects in and read them; this is what a background job
//! does with each object, one at a time, so that what was lost or spoilt meanwhile is found and
//! mended. When it is done, and how fast, is up to the job.

use async_trait::async_trait;
use cid::Cid;

use super::{EngineError, ObjectRef, ReadRate};
use crate::pin::{Pin, Replica};

/// How an engine's copies of an object are looked after.
#[async_trait]
pub trait Upkeep: Send + Sync + 'static {
    /// Which nodes keep this root, as they say, and which could not be asked
    /// ([`Pending`](crate::pin::ReplicaStatus::Pending)). Nothing is changed.
    ///
    /// [`EngineError::NotFound`] if all nodes answered and none has it.
    async fn replicas(&self, pin: &Pin) -> Result<Vec<Replica>, EngineError>;

    /// Has the object kept by as many nodes as it should be, copied from those that have it; says
    /// how each node is afterwards. What it cannot mend now is in the answer, not an error.
    ///
    /// [`EngineError::NotFound`] if all nodes answered and none has it.
    async fn repair(&self, object: &ObjectRef) -> Result<Vec<Replica>, EngineError>;

    /// Reads every block of the object on every node that keeps it, checks each against its CID, and
    /// has damaged or missing ones replaced from a good copy; says how each node was. It reads no
    /// faster than `rate` allows.
    async fn scrub(
        &self,
        object: &ObjectRef,
        rate: &ReadRate,
    ) -> Result<Vec<NodeCondition>, EngineError>;

    /// Blocks of the object by whose absence a later [`lacks`](Upkeep::lacks) tells that all of it was
    /// collected: its root, and at most 32 of the content's blocks, inner ones first.
    /// Empty if unpinning is collecting.
    async fn witnesses(&self, object: &ObjectRef) -> Result<Vec<Cid>, EngineError>;

    /// Asks each node, without letting it fetch anything, whether it has none of `witnesses`.
    async fn lacks(&self, witnesses: &[Cid]) -> Vec<NodeLack>;

    /// Has each node collect its garbage, one after the other.
    async fn collect_garbage(&self) -> Vec<NodeCollection>;
}

/// How a copy of an object was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeCondition {
    /// Which node.
    pub node: String,
    /// How its copy is.
    pub condition: Condition,
}

/// How one copy is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// Every block is there and has its hash.
    Whole,
    /// These blocks were missing or damaged, and are good again.
    Healed(Vec<Cid>),
    /// Something is missing or damaged, and no good copy could be put in its place.
    Damaged {
        /// The blocks that are, as far as they are known.
        blocks: Vec<Cid>,
        /// What is wrong, in words.
        problem: String,
    },
    /// The node does not keep the object.
    Absent,
    /// The node could not be asked.
    Unknown(String),
}

/// Whether a node has none of some blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeLack {
    /// Which node.
    pub node: String,
    /// `Some(true)` if it has none of them; `None` if it could not be asked.
    pub lacks: Option<bool>,
}

/// What became of a collection on one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeCollection {
    /// Which node.
    pub node: String,
    /// Why it was not done, if it was not.
    pub problem: Option<String>,
}
