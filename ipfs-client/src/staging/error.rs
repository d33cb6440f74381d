//! What can go wrong with a staging file.

use std::io;

use crate::car::LayoutError;
use crate::file::is_full;
use crate::revision::RevisionError;

/// Why an upload cannot be staged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StagingError {
    /// There is no room; later there may be.
    #[error("no room to stage the upload: {0}")]
    Full(Shortage),
    /// The content is longer than any content can be.
    #[error(transparent)]
    TooLong(#[from] LayoutError),
    /// The members make no revision.
    #[error(transparent)]
    Members(#[from] RevisionError),
    /// An earlier call failed or was dropped half-way; the writer is only good for being dropped.
    #[error("an earlier write did not end well")]
    Broken,
    /// The file system failed.
    #[error("cannot stage the upload")]
    Io(#[source] io::Error),
}

/// What there is too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Shortage {
    /// All files together would exceed the area's limit.
    #[error("the staging area is limited to {max_bytes} bytes")]
    Area {
        /// The limit.
        max_bytes: u64,
    },
    /// The file system has no space left, or a quota says so.
    #[error("the file system has no space left")]
    Disk,
}

impl From<io::Error> for StagingError {
    fn from(error: io::Error) -> StagingError {
        if is_full(&error) { StagingError::Full(Shortage::Disk) } else { StagingError::Io(error) }
    }
}

/// Why a follower got no more.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FollowError {
    /// The upload was given up, so what came so far is not an object.
    #[error("the upload was given up")]
    Aborted,
    /// The staging file cannot be read.
    #[error("cannot read the staging file")]
    Io(#[source] io::Error),
}
