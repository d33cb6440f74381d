//! AES-256-GCM of the crate `aes-gcm`: the reference, and the cipher of everything small.

use std::fmt;

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};

use super::{Aead, KEY_LEN, NONCE_LEN, SealFailure, TAG_LEN, TagMismatch};

/// [`Aead`] by the crate `aes-gcm`. The expanded key is erased when it is dropped.
pub struct RustCrypto(Aes256Gcm);

impl Aead for RustCrypto {
    fn new(key: &[u8; KEY_LEN]) -> Self {
        Self(Aes256Gcm::new(key.into()))
    }

    fn seal_in_place(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        buffer: &mut [u8],
    ) -> Result<[u8; TAG_LEN], SealFailure> {
        let tag = self.0.encrypt_inout_detached(nonce.into(), aad, buffer.into());
        tag.map(Into::into).map_err(|_| SealFailure)
    }

    fn open_in_place(
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

impl fmt::Debug for RustCrypto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RustCrypto(..)")
    }
}
