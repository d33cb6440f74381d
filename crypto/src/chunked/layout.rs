//! The arithmetic between plaintext and ciphertext.

use std::ops::Range;

use super::{CHUNK_LEN, HEADER_LEN, MAX_PLAINTEXT_LEN, SEALED_CHUNK_LEN};
use crate::aead::TAG_LEN;

const HEADER: u64 = HEADER_LEN as u64;
const CHUNK: u64 = CHUNK_LEN as u64;
const SEALED_CHUNK: u64 = SEALED_CHUNK_LEN as u64;
const TAG: u64 = TAG_LEN as u64;

/// The lengths of one message. Its existence says that they are possible ones.
///
/// With `P` bytes of plaintext there are `P / 16384 + 1` chunks, and the ciphertext has
/// `56 + P + 16 * chunks` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Layout {
    plaintext_len: u64,
}

/// No message has this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// More than [`MAX_PLAINTEXT_LEN`] bytes of plaintext.
    #[error("longer than a message can be")]
    TooLong,
    /// Cut short: before the header's end, within a tag, or where a full chunk ends.
    #[error("no message of chunked encryption has this length; the end is missing")]
    Truncated,
}

impl Layout {
    /// The layout of a message with this many bytes of plaintext.
    ///
    /// # Errors
    /// [`LayoutError::TooLong`] beyond [`MAX_PLAINTEXT_LEN`].
    pub const fn from_plaintext_len(plaintext_len: u64) -> Result<Self, LayoutError> {
        if plaintext_len > MAX_PLAINTEXT_LEN {
            return Err(LayoutError::TooLong);
        }
        Ok(Self { plaintext_len })
    }

    /// The layout of a message with this many bytes of ciphertext.
    ///
    /// # Errors
    /// [`LayoutError::Truncated`] if no message has that length, [`LayoutError::TooLong`] if its
    /// plaintext would exceed [`MAX_PLAINTEXT_LEN`].
    pub const fn from_ciphertext_len(ciphertext_len: u64) -> Result<Self, LayoutError> {
        let Some(body) = ciphertext_len.checked_sub(HEADER) else {
            return Err(LayoutError::Truncated);
        };
        let full_chunks = body / SEALED_CHUNK;
        let Some(last) = (body % SEALED_CHUNK).checked_sub(TAG) else {
            return Err(LayoutError::Truncated);
        };
        Self::from_plaintext_len(full_chunks * CHUNK + last)
    }

    /// Length of the plaintext, in bytes.
    #[must_use]
    pub const fn plaintext_len(self) -> u64 {
        self.plaintext_len
    }

    /// Length of the ciphertext with its header, in bytes.
    #[must_use]
    pub const fn ciphertext_len(self) -> u64 {
        HEADER + self.plaintext_len + TAG * (self.last_chunk() + 1)
    }

    /// Number of the last chunk, which is the first of a message without plaintext.
    pub(super) const fn last_chunk(self) -> u64 {
        self.plaintext_len / CHUNK
    }

    /// Length of one sealed chunk, in bytes.
    pub(super) const fn sealed_len(self, chunk: u64) -> usize {
        if chunk < self.last_chunk() {
            SEALED_CHUNK_LEN
        } else {
            (self.plaintext_len % CHUNK) as usize + TAG_LEN
        }
    }

    /// The bytes of ciphertext from the first of these chunks to the last.
    pub(super) const fn span(self, first: u64, last: u64) -> Range<u64> {
        let start = HEADER + first * SEALED_CHUNK;
        let end = if last < self.last_chunk() {
            HEADER + (last + 1) * SEALED_CHUNK
        } else {
            self.ciphertext_len()
        };
        start..end
    }
}

/// Number of the full chunk that holds, or would hold, this byte of plaintext.
pub(super) const fn chunk_of(index: u64) -> u64 {
    index / CHUNK
}

/// Index of the first byte of plaintext of a chunk.
pub(super) const fn start_of(chunk: u64) -> u64 {
    chunk * CHUNK
}
