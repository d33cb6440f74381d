//! All that is derived from a data key and a salt.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{DataKey, HEADER_LEN};
use crate::aead::{Aead, KEY_LEN, NONCE_LEN};
use crate::hkdf::expand_sha512;

pub(super) const SALT_LEN: usize = 24;
const COMMITMENT_LEN: usize = 32;

/// Cipher and base nonce of one message.
pub(super) struct MessageCipher<A> {
    pub(super) aead: A,
    base_nonce: [u8; NONCE_LEN],
}

impl<A: Aead> MessageCipher<A> {
    /// `key || base_nonce || commitment = HKDF-Expand(data key, …|| salt || context)`; returns
    /// the cipher and the message's header, `salt || commitment`.
    pub(super) fn derive(
        key: &DataKey,
        salt: &[u8; SALT_LEN],
        context: &[u8],
    ) -> (Self, [u8; HEADER_LEN]) {
        let info =
            [b"c2sp.org/chunked-encryption@v1+".as_slice(), b"AEAD_AES_256_GCM\0", salt, context];
        let mut okm = Zeroizing::new([0; KEY_LEN + NONCE_LEN + COMMITMENT_LEN]);
        expand_sha512(key.secret().expose(), &info, okm.as_mut_slice())
            .expect("76 bytes are within what HKDF gives");

        let (aead_key, rest) = okm.split_first_chunk().expect("the key is within 76 bytes");
        let (base_nonce, commitment) = rest.split_first_chunk().expect("so is the nonce");
        let mut header = [0; HEADER_LEN];
        header[..SALT_LEN].copy_from_slice(salt);
        header[SALT_LEN..].copy_from_slice(commitment);
        (Self { aead: A::new(aead_key), base_nonce: *base_nonce }, header)
    }

    /// The cipher of the message that begins with `header`, if `key` and `context` are the ones
    /// it commits to.
    pub(super) fn of_header(
        key: &DataKey,
        header: &[u8; HEADER_LEN],
        context: &[u8],
    ) -> Option<Self> {
        let salt = header.first_chunk().expect("the salt is within the header");
        let (cipher, expected) = Self::derive(key, salt, context);
        bool::from(expected.ct_eq(header)).then_some(cipher)
    }

    /// `base_nonce XOR chunk`, the number as a big-endian integer of the nonce's width.
    pub(super) fn nonce(&self, chunk: u64) -> [u8; NONCE_LEN] {
        let mut nonce = self.base_nonce;
        for (byte, number) in nonce.iter_mut().rev().zip(chunk.to_le_bytes()) {
            *byte ^= number;
        }
        nonce
    }
}
