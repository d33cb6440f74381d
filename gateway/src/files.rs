//! What there is: one file, or the pages of an owner's files, all or those of a name.
//!
//! Names, types and digests are sealed in each file's statement; they are opened here, a row at a
//! time, and held nowhere.

mod search;

use std::sync::Arc;

use cidlock_crypto::statement::{Statement, StatementError};

pub use search::{MAX_SCANNED, MalformedNameQuery, NameQuery};

use crate::access::{Caller, Grant, Stat};
use crate::clock::Clock;
use crate::keyring::Keyring;
use crate::store::{Cursor, FileRow, Page, PageLimit, Store, StoreError};

/// The catalog, opened.
#[derive(Clone)]
pub struct Files {
    /// What knows of them.
    pub store: Arc<dyn Store>,
    /// What opens their statements.
    pub keyring: Arc<Keyring>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

/// A file with what its statement says of it.
#[derive(Debug)]
pub struct FileInfo {
    /// The catalog's row.
    pub row: FileRow,
    /// Name, type, size and digest.
    pub statement: Statement,
}

/// Why files cannot be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilesError {
    /// The catalog cannot be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row's statement does not verify.
    #[error("the statement does not verify: {0}")]
    Statement(#[from] StatementError),
    /// The gateway is going down.
    #[error("interrupted")]
    Interrupted,
}

impl FileInfo {
    fn open(keyring: &Keyring, row: FileRow) -> Result<Self, FilesError> {
        let statement = keyring.keys().open_statement(&row.statement)?;
        Ok(Self { row, statement })
    }
}

impl Files {
    /// The file behind a grant.
    ///
    /// # Errors
    /// Its statement does not verify under this realm's keys.
    pub fn info(&self, grant: &Grant<Stat>) -> Result<FileInfo, FilesError> {
        self.open(grant.file().clone())
    }

    /// A file that was just stored.
    ///
    /// # Errors
    /// Its statement does not verify under this realm's keys.
    pub fn open(&self, row: FileRow) -> Result<FileInfo, FilesError> {
        FileInfo::open(&self.keyring, row)
    }

    /// A page of the caller's own files, newest first.
    ///
    /// # Errors
    /// The catalog cannot be asked, or a statement in it does not verify.
    pub async fn list(
        &self,
        of: &Caller,
        after: Option<Cursor>,
        limit: PageLimit,
    ) -> Result<Page<FileInfo>, FilesError> {
        let page = self.store.list_files(of.user(), self.clock.now(), after, limit).await?;
        let items = page.items.into_iter().map(|row| self.open(row));
        Ok(Page { items: items.collect::<Result<_, _>>()?, next: page.next })
    }
}
