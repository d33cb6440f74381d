//! How a download can fail.

use cidlock_crypto::chunked::{LayoutError, OpenError};
use cidlock_crypto::statement::StatementError;
use cidlock_ipfs_client::engine::EngineError;

use crate::access::Ended;
use crate::store::StoreError;

/// Why bytes do not leave. Before the first one it is an answer; later it cuts the body.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// The engine has not got it, or cannot be asked.
    #[error("engine: {0}")]
    Engine(#[from] EngineError),
    /// What the engine has is not what was sealed.
    #[error("the ciphertext does not open: {0}")]
    Open(#[from] OpenError),
    /// The engine's bytes end within the header.
    #[error("the ciphertext ends within its header")]
    HeaderCut,
    /// The catalog's ciphertext length is none.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The catalog's statement does not verify.
    #[error("the statement does not verify: {0}")]
    Statement(#[from] StatementError),
    /// The catalog's row and the statement in it are not about the same bytes.
    #[error("the catalog's row and its statement disagree")]
    Disagreement,
    /// The catalog cannot be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine keeps the object under another root by now.
    #[error("the file was revised meanwhile")]
    Revised,
    /// The authority behind the transfer has ended.
    #[error(transparent)]
    Ended(#[from] Ended),
}
