//! Objects looked after when nobody asks for them: replicas that are missing are restored, blocks are
//! read back before somebody needs them, and what was deleted is seen to be gone.
//!
//! What an upload, a revision or a deletion could not do on every node is done here, as often as it
//! takes. The catalog says what is wanting; the engine says how it is.
//!
//! # Invariants
//! - Nothing is unpinned but roots that the catalog records as former ones of a file.
//! - What a job pins, it holds ([`Holds`](crate::holds::Holds)) and has found in the catalog after
//!   that: a deletion waits for it and unpins after it.
//! - A job that goes through all files goes on where it was after a restart.
//!
//! It neither deletes files nor decides when they are whole enough to be acknowledged.

mod collection;
mod repair;
mod scrub;

pub use collection::Collection;
pub use repair::{Repair, Repaired};
pub use scrub::{Scrub, ScrubState, Scrubbed};
