//! HKDF-Expand with SHA-512 (RFC 5869 section 2.3).
//!
//! `T(i) = HMAC-SHA512(prk, T(i-1) || info || i)`, `okm = T(1) || T(2) || …`
//!
//! Extract is left out: chunked encryption starts from uniformly random keys. The pseudorandom
//! key may be shorter than the hash, which the crate `hkdf` refuses.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use zeroize::{Zeroize, Zeroizing};

const HASH_LEN: usize = 64;

/// More was asked for than HKDF can give: 255 times the hash's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutputTooLong;

/// Fills `okm`; `info` is the concatenation of its parts.
pub(crate) fn expand_sha512(
    prk: &[u8],
    info: &[&[u8]],
    okm: &mut [u8],
) -> Result<(), OutputTooLong> {
    if okm.len() > 255 * HASH_LEN {
        return Err(OutputTooLong);
    }
    let keyed = Hmac::<Sha512>::new_from_slice(prk).expect("HMAC takes keys of every length");
    let mut previous = Zeroizing::new([0; HASH_LEN]);
    for (block, number) in okm.chunks_mut(HASH_LEN).zip(1u8..=255) {
        let mut mac = keyed.clone();
        if number > 1 {
            mac.update(previous.as_slice());
        }
        for part in info {
            mac.update(part);
        }
        mac.update(&[number]);
        let mut tag = mac.finalize().into_bytes();
        previous.copy_from_slice(&tag);
        tag.as_mut_slice().zeroize();
        block.copy_from_slice(&previous[..block.len()]);
    }
    Ok(())
}
