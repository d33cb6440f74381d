//! How a change can fail.

use cidlock_crypto::statement::{SignStatementError, StatementError};
use cidlock_ipfs_client::car::LayoutError;
use cidlock_ipfs_client::engine::EngineError;
use cidlock_ipfs_client::revision::RevisionError;

use super::{MAX_META_BYTES, MAX_META_KEYS};
use crate::store::{Disagreement, StoreError};

/// Why a file's description was not changed. The file is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The new end of its retention is past, or too far away.
    #[error("a file is kept until a moment within the next {max_s} seconds")]
    Retention {
        /// The limit, in seconds.
        max_s: u64,
    },
    /// Too many or too long remarks, one without a name, or so many control characters in them that
    /// the statement becomes too long.
    #[error(
        "a file has at most {MAX_META_KEYS} remarks with {MAX_META_BYTES} bytes in all, each with a name"
    )]
    Meta,
    /// It has been described anew more often than can be counted.
    #[error("the file cannot be revised any more")]
    TooManyRevisions,
    /// The statement of now does not verify.
    #[error("the statement does not verify: {0}")]
    Statement(#[from] StatementError),
    /// The statement to come could not be made.
    #[error(transparent)]
    Sign(#[from] SignStatementError),
    /// The catalog's length of the content is none.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The statement makes no revision.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// The engine did not take it.
    #[error("engine: {0}")]
    Engine(#[from] EngineError),
    /// The catalog did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was pinned and stated is not one and the same: a defect of ours.
    #[error(transparent)]
    Disagreement(#[from] Disagreement),
    /// The gateway is going down.
    #[error("the change was interrupted")]
    Interrupted,
}
