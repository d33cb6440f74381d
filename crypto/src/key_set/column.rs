//! Sealed columns: small private values in a database.
//!
//! ```text
//! key id[16] || nonce[12] || AES-256-GCM(storage key, nonce, value, aad = context) || tag[16]
//! ```
//!
//! The context says which column of which row a value belongs to, so that a value cannot be
//! moved. Nonces are random: a storage key is to be rotated before it has sealed 2^32 values.

use super::KeySet;
use super::keyring::Identified;
use super::symmetric_key::KID_LEN;
use crate::aead::{Aead, NONCE_LEN, RustCrypto, SealFailure, TAG_LEN};
use crate::entropy::random;
use crate::{EntropyError, base64url};

/// Why a column was not sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnError {
    /// No nonce could be made.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The cipher refused.
    #[error(transparent)]
    Cipher(#[from] SealFailure),
    /// Shorter than any sealed value.
    #[error("the sealed value is cut short")]
    Truncated,
    /// Sealed under a key that is not in the key set.
    #[error("the sealed value's key is not in the key set")]
    UnknownKey,
    /// Altered, or sealed for another context.
    #[error("the sealed value is not authentic in its place")]
    NotAuthentic,
}

impl KeySet {
    /// Seals a value for one place, under the active storage key.
    ///
    /// # Errors
    /// [`ColumnError::Entropy`] if the operating system gives no random bytes.
    pub fn seal_column(&self, context: &str, plaintext: &[u8]) -> Result<Vec<u8>, ColumnError> {
        let key = self.storage.active();
        let kid: [u8; KID_LEN] =
            base64url::decode_array(key.kid()).map_err(|_| ColumnError::UnknownKey)?;
        let nonce = random::<NONCE_LEN>()?;

        let mut sealed = Vec::with_capacity(KID_LEN + NONCE_LEN + plaintext.len() + TAG_LEN);
        sealed.extend_from_slice(&kid);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plaintext);
        let cipher = RustCrypto::new(key.secret().expose());
        let buffer = &mut sealed[KID_LEN + NONCE_LEN..];
        let tag = cipher.seal_in_place(&nonce, context.as_bytes(), buffer)?;
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }

    /// Opens a value in the place it was sealed for, under the storage key it names.
    ///
    /// # Errors
    /// [`ColumnError`] if it was altered, cut or moved, or its key is not in the key set.
    pub fn open_column(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, ColumnError> {
        let (kid, rest) = sealed.split_first_chunk::<KID_LEN>().ok_or(ColumnError::Truncated)?;
        let (nonce, rest) = rest.split_first_chunk().ok_or(ColumnError::Truncated)?;
        let (ciphertext, tag) = rest.split_last_chunk().ok_or(ColumnError::Truncated)?;

        let key = self.storage.find(&base64url::encode(kid)).ok_or(ColumnError::UnknownKey)?;
        let mut plaintext = ciphertext.to_vec();
        RustCrypto::new(key.secret().expose())
            .open_in_place(nonce, context.as_bytes(), &mut plaintext, tag)
            .map_err(|_| ColumnError::NotAuthentic)?;
        Ok(plaintext)
    }
}
