//! Opening any range of a message.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::derive::MessageCipher;
use super::layout::{chunk_of, start_of};
use super::{CONTEXT, DataKey, HEADER_LEN, Layout, NO_AAD, SEALED_CHUNK_LEN};
use crate::aead::{Aead, Bulk, TAG_LEN};

/// Opens ranges of one message, whose header has been checked against the data key.
///
/// The length is taken from the caller's [`Layout`]. Only a range that reaches the end of the
/// plaintext proves that length, because only the last chunk marks the end.
pub struct Opener<A: Aead = Bulk> {
    cipher: Arc<MessageCipher<A>>,
    layout: Layout,
}

/// Opens one range, chunk by chunk, as its ciphertext arrives.
///
/// Ciphertext may come in frames of any length. A chunk that lies whole in a frame is opened out
/// of it straight into the caller's buffer; only one that straddles two frames, or of which not
/// all is wanted, is copied. Plaintext is appended only after the tag of its chunk was checked.
///
/// After an error the opener is of no more use: every later call fails.
pub struct RangeOpener<A: Aead = Bulk> {
    cipher: Arc<MessageCipher<A>>,
    layout: Layout,
    wanted: Range<u64>,
    ciphertext: Range<u64>,
    /// The next chunk to open.
    next: u64,
    /// The last chunk to open.
    last: u64,
    /// The beginning of the next chunk: always less than a whole one.
    partial: Zeroizing<Vec<u8>>,
    failed: bool,
}

/// Why ciphertext could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The header does not commit to this data key.
    #[error("the header does not belong to this data key")]
    Commitment,
    /// The range is reversed or reaches beyond the plaintext.
    #[error("the range is not within the plaintext")]
    Range,
    /// A chunk was altered, moved or cut, or belongs to another message.
    #[error("chunk {chunk} does not belong at its place in this message")]
    Chunk {
        /// Its number, from zero.
        chunk: u64,
    },
    /// Less ciphertext came than the range needs.
    #[error("the ciphertext ends too early")]
    Truncated,
    /// More ciphertext came than the range needs.
    #[error("the ciphertext goes on after its end")]
    TooLong,
    /// An earlier call failed.
    #[error("opening failed before")]
    Failed,
}

impl Opener {
    /// Checks that the message's first [`HEADER_LEN`] bytes commit to `key`, in constant time.
    ///
    /// # Errors
    /// [`OpenError::Commitment`] if they do not.
    pub fn new(
        key: &DataKey,
        header: &[u8; HEADER_LEN],
        layout: Layout,
    ) -> Result<Self, OpenError> {
        Self::with_context(key, header, layout, CONTEXT)
    }
}

impl<A: Aead> Opener<A> {
    pub(crate) fn with_context(
        key: &DataKey,
        header: &[u8; HEADER_LEN],
        layout: Layout,
        context: &[u8],
    ) -> Result<Self, OpenError> {
        let cipher = MessageCipher::of_header(key, header, context).ok_or(OpenError::Commitment)?;
        Ok(Self { cipher: Arc::new(cipher), layout })
    }

    /// The lengths that this opener goes by.
    #[must_use]
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// An opener for these bytes of plaintext; an empty range still checks one chunk.
    ///
    /// # Errors
    /// [`OpenError::Range`] if the range is reversed or reaches beyond the plaintext.
    pub fn range(&self, plaintext: Range<u64>) -> Result<RangeOpener<A>, OpenError> {
        let len = self.layout.plaintext_len();
        if plaintext.start > plaintext.end || plaintext.end > len {
            return Err(OpenError::Range);
        }
        let first = chunk_of(plaintext.start);
        // What ends with the plaintext ends with the last chunk, which may be empty.
        let last = if plaintext.end == len {
            self.layout.last_chunk()
        } else {
            chunk_of(plaintext.end.saturating_sub(1)).max(first)
        };
        Ok(RangeOpener {
            cipher: Arc::clone(&self.cipher),
            layout: self.layout,
            wanted: plaintext,
            ciphertext: self.layout.span(first, last),
            next: first,
            last,
            partial: Zeroizing::new(Vec::new()),
            failed: false,
        })
    }
}

impl<A: Aead> RangeOpener<A> {
    /// The bytes of the message to be fetched and given to [`RangeOpener::open`], in order: whole
    /// chunks, at least one.
    #[must_use]
    pub fn ciphertext(&self) -> Range<u64> {
        self.ciphertext.clone()
    }

    /// Takes the next frame of ciphertext and appends the plaintext it completes to `out`.
    ///
    /// # Errors
    /// [`OpenError::Chunk`] if a chunk is not authentic, [`OpenError::TooLong`] if the frame goes
    /// on after the range's last chunk. What was appended before is authentic.
    pub fn open(&mut self, ciphertext: &[u8], out: &mut Vec<u8>) -> Result<(), OpenError> {
        if self.failed {
            return Err(OpenError::Failed);
        }
        self.open_frame(ciphertext, out).inspect_err(|_| self.failed = true)
    }

    /// Ends the range.
    ///
    /// # Errors
    /// [`OpenError::Truncated`] if ciphertext is missing, [`OpenError::Failed`] if an earlier
    /// call failed.
    pub fn finish(self) -> Result<(), OpenError> {
        if self.failed {
            Err(OpenError::Failed)
        } else if self.next <= self.last {
            Err(OpenError::Truncated)
        } else {
            Ok(())
        }
    }

    fn open_frame(&mut self, mut frame: &[u8], out: &mut Vec<u8>) -> Result<(), OpenError> {
        while !frame.is_empty() {
            if self.next > self.last {
                return Err(OpenError::TooLong);
            }
            let sealed_len = self.layout.sealed_len(self.next);
            if self.partial.is_empty() && frame.len() >= sealed_len {
                let (sealed, rest) = frame.split_at(sealed_len);
                self.open_chunk(sealed, out)?;
                frame = rest;
                continue;
            }
            let missing = sealed_len - self.partial.len();
            let (head, rest) = frame.split_at(missing.min(frame.len()));
            if self.partial.capacity() == 0 {
                self.partial.reserve_exact(SEALED_CHUNK_LEN);
            }
            self.partial.extend_from_slice(head);
            frame = rest;
            if self.partial.len() == sealed_len {
                let mut sealed = std::mem::take(&mut self.partial);
                self.open_chunk(&sealed, out)?;
                sealed.clear();
                self.partial = sealed;
            }
        }
        Ok(())
    }

    /// Opens the next chunk behind the end of `out`, and takes back whatever is not to be there:
    /// all of it if the tag is wrong, else what lies outside the range.
    fn open_chunk(&mut self, sealed: &[u8], out: &mut Vec<u8>) -> Result<(), OpenError> {
        let chunk = self.next;
        let broken = OpenError::Chunk { chunk };
        let (ciphertext, tag) = sealed.split_last_chunk::<TAG_LEN>().ok_or(broken)?;
        let start = out.len();
        out.extend_from_slice(ciphertext);
        let nonce = self.cipher.nonce(chunk);
        if self.cipher.aead.open_in_place(&nonce, NO_AAD, &mut out[start..], tag).is_err() {
            out[start..].fill(0);
            out.truncate(start);
            return Err(broken);
        }
        let keep = self.wanted_of(chunk, ciphertext.len());
        out.truncate(start + keep.end);
        out.drain(start..start + keep.start);
        self.next += 1;
        Ok(())
    }

    /// Which part of a chunk's plaintext the range wants.
    fn wanted_of(&self, chunk: u64, len: usize) -> Range<usize> {
        let within = |index: u64| {
            usize::try_from(index.saturating_sub(start_of(chunk))).unwrap_or(len).min(len)
        };
        within(self.wanted.start)..within(self.wanted.end)
    }
}

impl<A: Aead> fmt::Debug for Opener<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener").field("layout", &self.layout).finish_non_exhaustive()
    }
}

impl<A: Aead> fmt::Debug for RangeOpener<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RangeOpener")
            .field("wanted", &self.wanted)
            .field("next", &self.next)
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}
