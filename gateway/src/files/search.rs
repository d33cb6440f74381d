//! Files by a part of their name.
//!
//! Names are sealed, so that nothing but their opening finds one: the owner's newest rows are opened
//! one after another, at most [`MAX_SCANNED`] a call, and the answer says where the next call goes
//! on. Nothing of what was opened is kept.
//!
//! Rows are read in pages of the store, and opened off the threads that serve requests. A caller
//! that goes away ends the search at the end of the page that is being opened.

use std::sync::Arc;

use super::{FileInfo, Files, FilesError};
use crate::access::Caller;
use crate::keyring::Keyring;
use crate::store::{Cursor, FileRow, Page, PageLimit, StoreError};

/// The most rows that are opened for one call.
pub const MAX_SCANNED: usize = 10_000;

/// A part of a name.
///
/// It is compared in lower case, character by character as Unicode has it, and not normalised: a
/// letter with its accent in one character is not that letter with its accent behind it.
#[derive(Debug, Clone)]
pub struct NameQuery(String);

/// The text is empty, or longer than a name.
#[derive(Debug, thiserror::Error)]
#[error("what is searched for has 1 to {} bytes", NameQuery::MAX_LEN)]
pub struct MalformedNameQuery;

impl NameQuery {
    /// The longest, in bytes of UTF-8.
    pub const MAX_LEN: usize = 255;

    /// Takes what somebody has typed.
    ///
    /// # Errors
    /// [`MalformedNameQuery`].
    pub fn parse(text: &str) -> Result<Self, MalformedNameQuery> {
        let fits = (1..=Self::MAX_LEN).contains(&text.len());
        fits.then(|| Self(lower_case(text))).ok_or(MalformedNameQuery)
    }

    /// Whether it is in `name`.
    #[must_use]
    pub fn is_in(&self, name: &str) -> bool {
        lower_case(name).contains(&self.0)
    }
}

/// Not `str::to_lowercase`, which looks at a letter's neighbours: a part of a name would differ from
/// the same part of the whole.
fn lower_case(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

impl Files {
    /// A page of those of the caller's own files that have `query` in their names, newest first.
    ///
    /// It may have fewer items than `limit`, or none, and yet not be the last one.
    ///
    /// # Errors
    /// As for [`Files::list`].
    pub async fn search(
        &self,
        of: &Caller,
        query: NameQuery,
        after: Option<Cursor>,
        limit: PageLimit,
    ) -> Result<Page<FileInfo>, FilesError> {
        let (owner, now) = (of.user(), self.clock.now());
        let rows = |after, limit| self.store.list_files(owner, now, after, limit);
        let search = Search { keyring: self.keyring.clone(), query: Arc::new(query) };
        search.run(rows, after, limit, MAX_SCANNED).await
    }
}

#[derive(Clone)]
struct Search {
    keyring: Arc<Keyring>,
    query: Arc<NameQuery>,
}

impl Search {
    /// Goes through `rows` until `limit` of them match or `most` of them were opened.
    async fn run<F>(
        &self,
        rows: impl Fn(Option<Cursor>, PageLimit) -> F,
        mut after: Option<Cursor>,
        limit: PageLimit,
        most: usize,
    ) -> Result<Page<FileInfo>, FilesError>
    where
        F: Future<Output = Result<Page<FileRow>, StoreError>>,
    {
        let (mut found, mut left) = (Vec::new(), most);
        loop {
            let page = rows(after, PageLimit::at_most(left)).await?;
            left = left.saturating_sub(page.items.len());
            let (this, wanted) = (self.clone(), limit.items() - found.len());
            let opened = tokio::task::spawn_blocking(move || this.matching(page, wanted)).await;
            let matching = opened.map_err(|_| FilesError::Interrupted)??;
            found.extend(matching.items);
            after = matching.next;
            if found.len() == limit.items() || left == 0 || after.is_none() {
                return Ok(Page { items: found, next: after });
            }
        }
    }

    /// The first `wanted` rows of a page that match, and where the next search begins.
    fn matching(&self, page: Page<FileRow>, wanted: usize) -> Result<Page<FileInfo>, FilesError> {
        let mut items = Vec::new();
        let mut rows = page.items.into_iter().peekable();
        while let Some(row) = rows.next() {
            let position = row.position();
            let file = FileInfo::open(&self.keyring, row)?;
            if self.query.is_in(&file.statement.name) {
                items.push(file);
            }
            if items.len() == wanted && rows.peek().is_some() {
                return Ok(Page { items, next: Some(position) });
            }
        }
        Ok(Page { items, next: page.next })
    }
}

#[cfg(test)]
mod tests;
