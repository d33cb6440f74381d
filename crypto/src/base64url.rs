//! base64url without padding (RFC 4648 section 5), as JOSE writes bytes.
//!
//! Decoding accepts one spelling of each byte string: no padding, no white space, no foreign
//! character, no stray bits in the last character.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// The text is not the base64url form of any byte string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotBase64Url;

pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, NotBase64Url> {
    URL_SAFE_NO_PAD.decode(text).map(Zeroizing::new).map_err(|_| NotBase64Url)
}

pub(crate) fn decode_array<const N: usize>(text: &str) -> Result<[u8; N], NotBase64Url> {
    decode(text)?.as_slice().try_into().map_err(|_| NotBase64Url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_one_spelling() {
        assert_eq!(decode("-_8").unwrap().as_slice(), [0xfb, 0xff]);
        assert_eq!(decode("").unwrap().as_slice(), [0; 0]);
        for bad in ["-_8=", "-_9", "+/8", "-_ 8", "-_8\n", "A", "ä"] {
            assert!(decode(bad).is_err(), "{bad}");
        }
    }
}
