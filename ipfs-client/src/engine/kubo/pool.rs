//! The nodes of an engine, and whom to ask first.

use std::sync::Arc;

use cid::Cid;
use futures::future::join_all;

use super::fault::Fault;
use super::node::Node;
use crate::block::Block;
use crate::engine::EngineError;

/// All nodes.
#[derive(Clone)]
pub(super) struct Pool {
    nodes: Arc<[Arc<Node>]>,
}

impl Pool {
    pub(super) fn new(nodes: Vec<Arc<Node>>) -> Pool {
        Pool { nodes: nodes.into() }
    }

    /// In the order of the configuration.
    pub(super) fn all(&self) -> &[Arc<Node>] {
        &self.nodes
    }

    /// Those that are up, the quickest first; then the others, since what is known of them may be old.
    pub(super) fn by_rank(&self) -> Vec<Arc<Node>> {
        let mut nodes = self.nodes.to_vec();
        nodes.sort_by_key(|node| node.rank());
        nodes
    }

    /// How many are not known to be down.
    pub(super) fn usable(&self) -> usize {
        self.nodes.iter().filter(|node| node.health.may_be_up()).count()
    }

    /// Asks those that are down whether they still are.
    pub(super) async fn ask_those_down(&self) {
        let down = self.nodes.iter().filter(|node| !node.health.may_be_up());
        join_all(down.map(|node| node.ask())).await;
    }

    /// The block, from whichever node gives it, checked.
    ///
    /// [`EngineError::NotFound`] if all answered that they have not got it.
    pub(super) async fn block(&self, cid: &Cid, max_len: usize) -> Result<Block, EngineError> {
        let mut worst = None;
        for node in self.by_rank() {
            match node.block(cid, max_len).await {
                Ok(block) => return Ok(block),
                Err(fault) => worst = Some(worse(worst, node, fault)),
            }
        }
        Err(given_up(worst, &format!("the block {cid}"), "read a block"))
    }
}

/// The one of two faults that says more about why nobody did it: that a block is missing says least.
pub(super) fn worse(
    former: Option<(Arc<Node>, Fault)>,
    node: Arc<Node>,
    fault: Fault,
) -> (Arc<Node>, Fault) {
    match former {
        Some(former) if matches!(fault, Fault::Missing) => former,
        Some(former @ (_, Fault::Damaged)) => former,
        _ => (node, fault),
    }
}

/// What to say when no node did it.
pub(super) fn given_up(
    worst: Option<(Arc<Node>, Fault)>,
    what: &str,
    doing: &'static str,
) -> EngineError {
    match worst {
        None | Some((_, Fault::Missing)) => EngineError::NotFound { what: what.to_owned() },
        Some((node, fault)) => fault.into_error(doing, node.name()),
    }
}
