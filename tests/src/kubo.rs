//! Kubo: the real thing, private, on loopback, in a temporary directory.
//!
//! A [`Repo`] answers commands without a daemon; a [`Node`] is a daemon over one; a [`Swarm`] is
//! several. None knows a peer outside of its swarm: every setting that would announce, resolve or
//! fetch something is off, and what a node writes is durable (`"sync": true`), as an operator of
//! private content has to set it.
//!
//! All of it can be hurt: nodes are killed, paused and started again; blocks are damaged on disk;
//! garbage is collected while others write ([`Collecting`]); what a real node cannot be made to
//! answer, a [`Relay`] in front of it answers in its place.

use cidlock_ipfs_client::engine::kubo::NodeAddress;

mod blocks;
mod collecting;
mod node;
mod relay;
mod repo;
mod swarm;

pub use collecting::Collecting;
pub use node::Node;
pub use relay::{Relay, Trick};
pub use repo::Repo;
pub use swarm::Swarm;

/// Nodes as the setting `kubo.nodes` lists them.
#[must_use]
pub fn setting<'a>(nodes: impl IntoIterator<Item = &'a NodeAddress>) -> String {
    let base = |uri: &dyn ToString| uri.to_string().trim_end_matches('/').to_owned();
    let one = |node: &NodeAddress| {
        let gateway = node.gateway.as_ref().map(|gateway| format!("+{}", base(gateway)));
        format!("{}={}{}", node.name, base(&node.rpc), gateway.unwrap_or_default())
    };
    nodes.into_iter().map(one).collect::<Vec<_>>().join(",")
}
