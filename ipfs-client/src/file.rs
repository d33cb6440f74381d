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

/// Reads exactly `len` bytes at `offset`: here and now if they are in memory, which is cheaper than
/// asking another thread to; only what has to come from the disk goes there.
pub(crate) async fn read_at(file: Arc<File>, offset: u64, len: usize) -> io::Result<Bytes> {
    if let Some(bytes) = read_cached_at(&file, offset, len) {
        return Ok(bytes);
    }
    blocking(move || {
        let mut bytes = vec![0; len];
        file.read_exact_at(&mut bytes, offset)?;
        Ok(bytes.into())
    })
    .await
}

/// Exactly `len` bytes at `offset`, if the system has all of them in memory and says so.
#[cfg(target_os = "linux")]
pub(crate) fn read_cached_at(file: &File, offset: u64, len: usize) -> Option<Bytes> {
    use rustix::io::{ReadWriteFlags, preadv2};
    #[cfg(test)]
    if NOTHING_IS_CACHED.get() {
        return None;
    }
    let mut bytes = vec![0; len];
    let mut into = [io::IoSliceMut::new(&mut bytes)];
    let read = preadv2(file, &mut into, offset, ReadWriteFlags::NOWAIT);
    // Less than all, or an error: whoever may wait finds out what it is.
    (read == Ok(len)).then(|| bytes.into())
}

/// No other system can be asked.
#[cfg(not(target_os = "linux"))]
pub(crate) fn read_cached_at(_file: &File, _offset: u64, _len: usize) -> Option<Bytes> {
    None
}

#[cfg(test)]
thread_local! {
    /// Whether everything comes from the disk, as far as this thread is told.
    pub(crate) static NOTHING_IS_CACHED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Whether the disk, a quota or a file-size limit is the reason.
pub(crate) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}
