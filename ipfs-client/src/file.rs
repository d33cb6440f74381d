//! Positioned file access off the async threads.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;

/// The most bytes that are read, queued for writing or handed on at once.
pub const BATCH_LEN: usize = 256 * 1024;

/// Runs `work` on the threads for blocking calls.
///
/// When the future is dropped the work still ends on its own.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

/// Reads exactly `len` bytes at `offset`.
pub(crate) async fn read_at(file: Arc<File>, offset: u64, len: usize) -> io::Result<Bytes> {
    blocking(move || {
        let mut bytes = vec![0; len];
        file.read_exact_at(&mut bytes, offset)?;
        Ok(bytes.into())
    })
    .await
}

/// Whether the disk, a quota or a file-size limit is the reason.
pub(crate) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}
