//! AES key wrap with a 256-bit key-encryption key (RFC 3394).
//!
//! `wrapped = AES-KW[KEK](key)`, 8 bytes longer than the key. It hides and authenticates keys;
//! it takes no nonce, and the same key under the same KEK wraps to the same bytes.

use aes_kw::{KeyInit, KwAes256};
use zeroize::Zeroizing;

use crate::secret::Secret;

const SEMIBLOCK: usize = aes_kw::IV_LEN;

/// Not a key wrapped under this KEK; or, when wrapping, not a key that RFC 3394 can wrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyWrapError;

/// Wraps a key of two or more whole semiblocks of 8 bytes.
pub(crate) fn wrap(kek: &Secret, key: &[u8]) -> Result<Vec<u8>, KeyWrapError> {
    if key.len() < 2 * SEMIBLOCK {
        return Err(KeyWrapError);
    }
    let mut wrapped = vec![0; key.len() + SEMIBLOCK];
    cipher(kek).wrap_key(key, &mut wrapped).map_err(|_| KeyWrapError)?;
    Ok(wrapped)
}

/// Unwraps what [`wrap`] wrapped.
pub(crate) fn unwrap(kek: &Secret, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyWrapError> {
    if wrapped.len() < 3 * SEMIBLOCK {
        return Err(KeyWrapError);
    }
    let mut key = Zeroizing::new(vec![0; wrapped.len() - SEMIBLOCK]);
    cipher(kek).unwrap_key(wrapped, &mut key).map_err(|_| KeyWrapError)?;
    Ok(key)
}

fn cipher(kek: &Secret) -> KwAes256 {
    KwAes256::new(kek.expose().into())
}
