//! The store of one process: a SQLite file.

use std::path::Path;

use super::StoreError;

/// A [`Store`](super::Store) in one SQLite file.
///
/// One connection writes, several read. The file belongs to one process: the caller holds a lock.
#[derive(Debug)]
pub struct SqliteStore {}

impl SqliteStore {
    /// Opens the file, makes it if there is none, and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Migration`].
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let _ = path;
        Err(StoreError::Unclaimed)
    }
}
