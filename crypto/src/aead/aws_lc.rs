//! AES-256-GCM of AWS-LC, which TLS and tokens use anyway.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use super::{Aead, KEY_LEN, NONCE_LEN, SealFailure, TAG_LEN, TagMismatch};

/// [`Aead`] by AWS-LC. The expanded key is erased by AWS-LC when it is dropped.
pub struct AwsLc(LessSafeKey);

impl Aead for AwsLc {
    fn new(key: &[u8; KEY_LEN]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key);
        Self(LessSafeKey::new(key.expect("AES-256-GCM takes every key of 32 bytes")))
    }

    fn seal_in_place(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        buffer: &mut [u8],
    ) -> Result<[u8; TAG_LEN], SealFailure> {
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let tag = self.0.seal_in_place_separate_tag(nonce, Aad::from(aad), buffer);
        tag.ok().and_then(|tag| tag.as_ref().try_into().ok()).ok_or(SealFailure)
    }

    fn open_in_place(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Result<(), TagMismatch> {
        let nonce = Nonce::assume_unique_for_key(*nonce);
        match self.0.open_in_place_separate_tag(nonce, Aad::from(aad), tag, buffer) {
            Ok(_) => Ok(()),
            Err(_) => Err(TagMismatch),
        }
    }
}

impl fmt::Debug for AwsLc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AwsLc(..)")
    }
}
