//! Sealing a stream in one pass.

use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::derive::{MessageCipher, SALT_LEN};
use super::layout::chunk_of;
use super::{
    CHUNK_LEN, CONTEXT, DataKey, HEADER_LEN, Layout, LayoutError, MAX_PLAINTEXT_LEN, NO_AAD,
};
use crate::EntropyError;
use crate::aead::{Aead, Bulk, SealFailure, TAG_LEN};
use crate::entropy::random;

/// Seals one message, and hashes its plaintext on the way.
///
/// Plaintext may come in pieces of any length. Ciphertext is appended to the caller's buffer as
/// soon as a chunk is full; at most one chunk is held back. The header comes out before the first
/// chunk, at the latest with [`Sealer::finish`].
///
/// After an error the sealer is of no more use: every later call fails.
pub struct Sealer<A: Aead = Bulk> {
    cipher: MessageCipher<A>,
    /// Taken when it was written out.
    header: Option<[u8; HEADER_LEN]>,
    /// The beginning of the next chunk: always less than a whole one.
    partial: Zeroizing<Vec<u8>>,
    /// Plaintext in the chunks sealed so far.
    sealed_len: u64,
    hash: Sha256,
    failed: bool,
}

/// The receipt for a stream that was sealed to its end.
///
/// Only [`Sealer::finish`] makes one, so what it says is true of the ciphertext that was emitted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    layout: Layout,
    sha256: [u8; 32],
}

/// Why plaintext could not be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// More plaintext than [`MAX_PLAINTEXT_LEN`].
    #[error("the plaintext is longer than a message can be")]
    TooLong,
    /// No salt could be made.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The cipher refused.
    #[error(transparent)]
    Cipher(#[from] SealFailure),
    /// An earlier call failed.
    #[error("sealing failed before")]
    Failed,
}

impl Sealer {
    /// Begins a message under a fresh random salt.
    ///
    /// # Errors
    /// [`SealError::Entropy`] if the operating system gives no random bytes.
    pub fn new(key: &DataKey) -> Result<Self, SealError> {
        Ok(Self::with_salt(key, &random()?, CONTEXT))
    }
}

impl<A: Aead> Sealer<A> {
    /// Begins a message under a given salt, which must never have been used with this key.
    pub(crate) fn with_salt(key: &DataKey, salt: &[u8; SALT_LEN], context: &[u8]) -> Self {
        let (cipher, header) = MessageCipher::derive(key, salt, context);
        Self {
            cipher,
            header: Some(header),
            partial: Zeroizing::new(Vec::with_capacity(CHUNK_LEN)),
            sealed_len: 0,
            hash: Sha256::new(),
            failed: false,
        }
    }

    /// Takes the next piece of plaintext and appends what ciphertext it completes to `out`.
    ///
    /// # Errors
    /// [`SealError::TooLong`] if the message would exceed [`MAX_PLAINTEXT_LEN`]; then nothing is
    /// appended.
    pub fn seal(&mut self, plaintext: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        if self.failed {
            return Err(SealError::Failed);
        }
        self.seal_piece(plaintext, out).inspect_err(|_| self.failed = true)
    }

    /// Seals the last chunk, which may be empty, and appends it to `out`.
    ///
    /// # Errors
    /// [`SealError::Failed`] if an earlier call failed.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        if self.failed {
            return Err(SealError::Failed);
        }
        self.write_header(out);
        let layout = Layout::from_plaintext_len(self.taken()).map_err(SealError::from)?;
        let last = std::mem::take(&mut self.partial);
        self.seal_chunk(&last, out)?;
        Ok(Sealed { layout, sha256: self.hash.finalize().into() })
    }

    fn seal_piece(&mut self, mut plaintext: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        let room = MAX_PLAINTEXT_LEN - self.taken();
        if plaintext.len() as u64 > room {
            return Err(SealError::TooLong);
        }
        self.write_header(out);
        if !self.partial.is_empty() {
            let missing = CHUNK_LEN - self.partial.len();
            let (head, tail) = plaintext.split_at(missing.min(plaintext.len()));
            self.partial.extend_from_slice(head);
            if self.partial.len() < CHUNK_LEN {
                return Ok(());
            }
            plaintext = tail;
            let mut whole = std::mem::take(&mut self.partial);
            self.seal_chunk(&whole, out)?;
            whole.clear();
            self.partial = whole;
        }
        let mut chunks = plaintext.chunks_exact(CHUNK_LEN);
        for chunk in &mut chunks {
            self.seal_chunk(chunk, out)?;
        }
        self.partial.extend_from_slice(chunks.remainder());
        Ok(())
    }

    /// Hashes and seals one chunk while it is in the processor's cache.
    fn seal_chunk(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        self.hash.update(chunk);
        let nonce = self.cipher.nonce(chunk_of(self.sealed_len));
        out.reserve(chunk.len() + TAG_LEN);
        let start = out.len();
        out.extend_from_slice(chunk);
        match self.cipher.aead.seal_in_place(&nonce, NO_AAD, &mut out[start..]) {
            Ok(tag) => out.extend_from_slice(&tag),
            Err(failure) => {
                out.truncate(start);
                return Err(failure.into());
            }
        }
        self.sealed_len += chunk.len() as u64;
        Ok(())
    }

    fn write_header(&mut self, out: &mut Vec<u8>) {
        if let Some(header) = self.header.take() {
            out.extend_from_slice(&header);
        }
    }

    fn taken(&self) -> u64 {
        self.sealed_len + self.partial.len() as u64
    }
}

impl Sealed {
    /// Length of the plaintext that was sealed, in bytes.
    #[must_use]
    pub const fn plaintext_len(&self) -> u64 {
        self.layout.plaintext_len()
    }

    /// Length of the ciphertext that was emitted, header included, in bytes.
    #[must_use]
    pub const fn ciphertext_len(&self) -> u64 {
        self.layout.ciphertext_len()
    }

    /// SHA-256 of the plaintext.
    #[must_use]
    pub const fn sha256(&self) -> [u8; 32] {
        self.sha256
    }
}

impl From<LayoutError> for SealError {
    fn from(_: LayoutError) -> Self {
        Self::TooLong
    }
}

impl<A: Aead> fmt::Debug for Sealer<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("taken", &self.taken()).finish_non_exhaustive()
    }
}

/// The hash of private content is private.
impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed").field("layout", &self.layout).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_ends_where_its_chunk_numbers_end() {
        let mut sealer = Sealer::new(&DataKey::generate().unwrap()).unwrap();
        let mut out = Vec::new();
        // As if all chunks but the last had been sealed.
        sealer.sealed_len = MAX_PLAINTEXT_LEN - (CHUNK_LEN as u64 - 1);
        sealer.seal(&[0; CHUNK_LEN - 1], &mut out).unwrap();
        let before = out.len();
        assert_eq!(sealer.seal(&[0], &mut out), Err(SealError::TooLong));
        assert_eq!(sealer.seal(&[], &mut out), Err(SealError::Failed));
        assert_eq!(sealer.finish(&mut out), Err(SealError::Failed));
        assert_eq!(out.len(), before);
    }
}
