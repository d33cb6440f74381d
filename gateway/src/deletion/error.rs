//! How a deletion can fail.

use cidlock_crypto::receipt::SignReceiptError;
use cidlock_ipfs_client::engine::EngineError;

use super::LogError;
use crate::store::StoreError;

/// Why a file was not deleted, or its receipt cannot be given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeletionError {
    /// There was no such deletion, or it was of somebody else's file: the two look the same.
    #[error("no such deletion")]
    NotFound,
    /// The catalog cannot be asked, or the file is not as the caller has seen it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log cannot be written.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The engine does not let go.
    #[error("engine: {0}")]
    Engine(#[from] EngineError),
    /// A background job is at the object; it was asked to give it up.
    #[error("it is being repaired or read back")]
    Attended,
    /// No receipt could be signed.
    #[error(transparent)]
    Receipt(#[from] SignReceiptError),
    /// The gateway is going down.
    #[error("the deletion was interrupted")]
    Interrupted,
}
