//! How an upload can fail, by who is to do what about it.

use cidlock_crypto::EntropyError;
use cidlock_crypto::chunked::SealError;
use cidlock_crypto::statement::SignStatementError;
use cidlock_ipfs_client::engine::EngineError;
use cidlock_ipfs_client::staging::StagingError;

use crate::access::Ended;
use crate::store::{Disagreement, StoreError};

/// Why the bytes stopped coming.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// The connection ended before the body did, or the body is shorter than was declared.
    #[error("the body was cut off")]
    Cut,
    /// The envelope around the file is broken, or has more in it than the file.
    #[error("the form is malformed, or has more in it than one file")]
    Form,
    /// No byte came for as long as the gateway waits.
    #[error("the body stalled")]
    Stalled,
}

/// Why a file was not stored. Nothing is left of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UploadError {
    /// The client stopped sending.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The authority behind the upload has ended.
    #[error(transparent)]
    Ended(#[from] Ended),
    /// The body is larger than a file may be.
    #[error("a file may have at most {limit} bytes")]
    TooLarge {
        /// The limit, in bytes of plaintext.
        limit: u64,
    },
    /// What came is not what the client said it would send.
    #[error("the body has another digest than was declared")]
    Digest,
    /// The gateway has no room left for uploads at the moment, or its disk is full.
    #[error("staging: {0}")]
    Staging(#[from] StagingError),
    /// The engine did not take it.
    #[error("engine: {0}")]
    Engine(#[from] EngineError),
    /// The catalog did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gives no randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// It could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// It could not be stated.
    #[error(transparent)]
    Statement(#[from] SignStatementError),
    /// What was sealed, pinned and stated is not one and the same: a defect of ours.
    #[error(transparent)]
    Disagreement(#[from] Disagreement),
    /// The gateway is going down.
    #[error("the upload was interrupted")]
    Interrupted,
}
