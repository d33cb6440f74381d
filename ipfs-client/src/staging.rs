//! The files that uploads grow, and those who read them while they do.
//!
//! A staging file is an object's CAR under construction. The writer hashes and appends what it is
//! given; [`Follower`]s read the same file at their own pace, from the start or again, so that a
//! slow or dead reader never holds up the writer and memory stays bounded by batches.
//!
//! It deliberately never syncs: a staging file is worth nothing until an engine took it. What an
//! earlier process left is removed when the area is opened. Two areas must not share a directory;
//! whoever opens one holds the lock of the data directory.
//!
//! Invariants: all files of an area together never exceed its limit. A follower gets the bytes of
//! whole, final sections, in their order, and either all of them or an error. A file that nobody
//! took is removed, and its bytes are given back, when its writer, content or CAR is dropped.

mod area;
mod content;
mod error;
mod follower;
mod growing;
mod queue;
#[cfg(test)]
mod tests;
mod writer;

pub use self::area::{Limits, StagingArea};
pub use self::content::{StagedCar, StagedContent};
pub use self::error::{FollowError, Shortage, StagingError};
pub use self::follower::Follower;
pub use self::writer::StagingWriter;
