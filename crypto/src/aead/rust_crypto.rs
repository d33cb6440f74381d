//! AES-256-GCM of the crate `aes-gcm`: the reference, and the cipher of everything small.

use std::fmt;

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};

use super::{ChunkAead, KEY_LEN, NONCE_LEN, SealFailure, TAG_LEN, TagMismatch};

/// [`ChunkAead`] by the crate `aes-gcm`. The expanded key is erased when it is dropped.
pub struct RustCrypto(Aes256Gcm);

impl RustCrypto {
    /// As [`ChunkAead::seal_in_place`], with additional data that the tag covers too.
    pub(crate) fn seal_with_aad(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        buffer: &mut [u8],
    ) -> Result<[u8; TAG_LEN], SealFailure> {
        let tag = self.0.encrypt_inout_detached(nonce.into(), aad, buffer.into());
        tag.map(Into::into).map_err(|_| SealFailure)
    }

    /// As [`ChunkAead::open_in_place`], with additional data that the tag covers too.
    pub(crate) fn open_with_aad(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Result<(), TagMismatch> {
        let opened = self.0.decrypt_inout_detached(nonce.into(), aad, buffer.into(), tag.into());
        opened.map_err(|_| TagMismatch)
    }
}

impl ChunkAead for RustCrypto {
    fn new(key: &[u8; KEY_LEN]) -> Self {
        Self(Aes256Gcm::new(key.into()))
    }

    fn seal_in_place(
        &self,
        nonce: &[u8; NONCE_LEN],
        buffer: &mut [u8],
    ) -> Result<[u8; TAG_LEN], SealFailure> {
        self.seal_with_aad(nonce, &[], buffer)
    }

    fn open_in_place(
        &self,
        nonce: &[u8; NONCE_LEN],
        buffer: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Result<(), TagMismatch> {
        self.open_with_aad(nonce, &[], buffer, tag)
    }
}

impl fmt::Debug for RustCrypto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RustCrypto(..)")
    }
}
