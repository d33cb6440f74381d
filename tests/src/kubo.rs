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
