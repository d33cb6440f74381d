//! Pages of a list that grows while it is being read: the position is that of the last item seen,
//! so that nothing is skipped or repeated.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cidlock_crypto::UnixTime;
use thiserror::Error;
use uuid::Uuid;

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// At most as many as were asked for.
    pub items: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
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
        match URL_SAFE_NO_PAD.decode_slice_unchecked(text, &mut bytes) {
            _ if text.len() != 32 => Err(MalformedCursor),
            Ok(24) => {
                let (created_at, id) = bytes.split_at(8);
                Ok(Self {
                    created_at: UnixTime(u64::from_be_bytes(
                        created_at.try_into().map_err(|_| MalformedCursor)?,
                    )),
                    id: Uuid::from_slice(id).map_err(|_| MalformedCursor)?,
                })
            }
            _ => Err(MalformedCursor),
        }
    }
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

    /// The number.
    #[must_use]
    pub fn items(self) -> usize {
        self.0.into()
    }
}

impl Default for PageLimit {
    fn default() -> Self {
        Self(50)
    }
}
