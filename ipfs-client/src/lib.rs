//! Blocks, DAGs, CARs and pins, and the engines that keep them.
//!
//! An object is one CAR: the blocks of a UnixFS file named `content`, its small members, and the
//! directory over both, whose CID is the object's one pin. The same blocks in the same order are
//! the staging file of an upload, the file of the embedded engine, and what is streamed to a node.
//!
//! The tree reads in the order in which an upload flows: [`block`], [`dag`] (what a file's blocks
//! are), [`car`] (how they lie in a file), [`staging`] (the file that grows while it is followed),
//! [`revision`] (what is said beside the content), [`engine`] (who keeps it).
//!
//! **Architecture invariants.** Nothing here knows what the bytes mean: no keys, no plaintext, no
//! users, no HTTP. CIDs are computed here and never taken from an engine. Memory is bounded by
//! batches of [`BATCH_LEN`] and by nodes of one path through a tree, never by a file's size. File
//! access is positioned (`pread`, `pwrite`), hence Unix.

pub mod block;
pub mod car;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
pub mod dag;
pub mod engine;
mod file;
pub mod pin;
pub mod revision;
pub mod staging;
#[cfg(test)]
mod testing;

pub use cid::Cid;

pub use crate::file::BATCH_LEN;
