//! Pages of a list that grows while it is being read: the position is that of the last item seen,
//! so that nothing is skipped or repeated.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cidlock_crypto::{ObjectId, UnixTime};
use futures::{Stream, TryStreamExt as _, stream};
use thiserror::Error;
use uuid::Uuid;

use super::{LinkId, StoreError};

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// At most as many as were asked for.
    pub items: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page of the rows found when one more than `limit` was asked for.
    pub(super) fn new(mut rows: Vec<T>, limit: PageLimit, position: fn(&T) -> Cursor) -> Self {
        let more = rows.len() > limit.items();
        rows.truncate(limit.items());
        let next = rows.last().filter(|_| more).map(position);
        Self { items: rows, next }
    }
}

/// A position in a list, opaque to whoever carries it.
///
/// It is no authority: a forged one shows another part of a list that its bearer may read anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(super) created_at: UnixTime,
    pub(super) id: Uuid,
}

/// The text is not a cursor.
#[derive(Debug, Error)]
#[error("not a cursor")]
pub struct MalformedCursor;

impl Cursor {
    /// Before the newest item.
    pub(super) const START: Self = Self { created_at: UnixTime(i64::MAX as u64), id: Uuid::max() };

    pub(super) fn after_object(created_at: UnixTime, id: ObjectId) -> Self {
        Self { created_at, id: Uuid::from_bytes(*id.as_bytes()) }
    }

    pub(super) fn after_link(created_at: UnixTime, id: LinkId) -> Self {
        Self { created_at, id: id.into() }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; 24];
        bytes[..8].copy_from_slice(&self.created_at.0.to_be_bytes());
        bytes[8..].copy_from_slice(self.id.as_bytes());
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for Cursor {
    type Err = MalformedCursor;

    fn from_str(text: &str) -> Result<Self, MalformedCursor> {
        let mut bytes = [0; 24];
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).map_err(|_| MalformedCursor)?;
        let (created_at, id) = bytes.split_first_chunk().ok_or(MalformedCursor)?;
        let created_at = UnixTime(u64::from_be_bytes(*created_at));
        if length != bytes.len() || created_at > Self::START.created_at {
            return Err(MalformedCursor);
        }
        Ok(Self { created_at, id: Uuid::from_slice(id).map_err(|_| MalformedCursor)? })
    }
}

/// The rows of a list that comes in pages, from behind `after` on; each page is asked for when the one
/// before is used up. `key` is what the list goes on behind.
pub fn rows<'a, T, K, F>(
    after: Option<K>,
    page: impl Fn(Option<K>) -> F + Send + 'a,
    key: fn(&T) -> K,
) -> impl Stream<Item = Result<T, StoreError>> + Send + Unpin + 'a
where
    T: Send + 'a,
    K: Send + 'a,
    F: Future<Output = Result<Vec<T>, StoreError>> + Send + 'a,
{
    let pages = stream::try_unfold((page, after), move |(page, after)| async move {
        let rows = page(after).await?;
        let next = rows.last().map(key);
        Ok::<_, StoreError>(
            next.map(|next| (stream::iter(rows.into_iter().map(Ok)), (page, Some(next)))),
        )
    });
    Box::pin(pages.try_flatten())
}

/// How many items a page may have: 1 to [`PageLimit::MAX`], by default 50.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLimit(u16);

/// The number is no page size.
#[derive(Debug, Error)]
#[error("a page has 1 to {} items", PageLimit::MAX.0)]
pub struct LimitOutOfRange;

impl PageLimit {
    /// The largest page.
    pub const MAX: Self = Self(500);

    /// A page of at most `items`.
    ///
    /// # Errors
    /// [`LimitOutOfRange`].
    pub fn new(items: u64) -> Result<Self, LimitOutOfRange> {
        match u16::try_from(items) {
            Ok(items @ 1..) if items <= Self::MAX.0 => Ok(Self(items)),
            _ => Err(LimitOutOfRange),
        }
    }

    /// The largest page of at most `items`, and of one where that is none.
    #[must_use]
    pub fn at_most(items: usize) -> Self {
        Self(u16::try_from(items).unwrap_or(u16::MAX).clamp(1, Self::MAX.0))
    }

    /// The number.
    #[must_use]
    pub fn items(self) -> usize {
        self.0.into()
    }

    pub(super) fn rows(self) -> i64 {
        self.0.into()
    }
}

impl Default for PageLimit {
    fn default() -> Self {
        Self(50)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back() {
        let id = Uuid::now_v7();
        for created_at in [UnixTime(0), UnixTime(1_800_000_000), Cursor::START.created_at] {
            let cursor = Cursor { created_at, id };
            assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        }
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let text = Cursor::START.to_string();
        for bad in [
            String::new(),
            text[1..].to_owned(),
            format!("{text}AAAA"),
            format!("{text}="),
            text.replace('_', "/"),
            "x".repeat(10_000),
            // A time that no column holds.
            "_".repeat(32),
        ] {
            assert!(bad.parse::<Cursor>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_page_has_1_to_500_items() {
        for (items, fits) in [(0, false), (1, true), (500, true), (501, false), (1 << 32, false)] {
            assert_eq!(PageLimit::new(items).is_ok(), fits, "{items}");
        }
        for (items, fitting) in [(0, 1), (1, 1), (499, 499), (501, 500), (usize::MAX, 500)] {
            assert_eq!(PageLimit::at_most(items).items(), fitting, "{items}");
        }
    }
}
