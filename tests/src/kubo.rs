//! Kubo: the real thing, private, on loopback, in a temporary directory.
//!
//! A [`Repo`] answers commands without a daemon; a [`Node`] is a daemon over one. Neither knows
//! another peer: every setting that would announce, resolve or fetch something is off, and what a
//! node writes is durable (`"sync": true`), as an operator of private content has to set it.

mod node;
mod repo;

pub use node::Node;
pub use repo::Repo;
