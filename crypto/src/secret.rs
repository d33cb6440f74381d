//! 256 secret bits.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::EntropyError;
use crate::base64url;
use crate::entropy::random;

/// 32 secret bytes: erased when dropped, compared in constant time, never printed. In JSON,
/// which is written for nobody but the key set's file and the sealed claims, they are base64url.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Secret([u8; 32]);

impl Secret {
    pub(crate) fn generate() -> Result<Self, EntropyError> {
        random().map(Self)
    }

    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes themselves, for a cipher alone.
    pub(crate) const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = Zeroizing::new(base64url::encode(&self.0));
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(SecretVisitor)
    }
}

struct SecretVisitor;

impl Visitor<'_> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("32 bytes as base64url")
    }

    // The text is not quoted in the error, as serde's own errors would.
    fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
        base64url::decode_array(text)
            .map(Secret)
            .map_err(|_| E::custom("not 32 bytes as base64url"))
    }
}

#[cfg(test)]
mod tests {
    use aes_gcm::Aes256Gcm;
    use aes_kw::KwAes256;
    use sha2::Sha512;

    use super::*;

    /// Compiles only where the crates' features for it are on.
    #[test]
    fn what_holds_a_key_erases_it_when_dropped() {
        fn erased_when_dropped<T: ZeroizeOnDrop>() {}
        erased_when_dropped::<Secret>();
        erased_when_dropped::<Aes256Gcm>();
        erased_when_dropped::<KwAes256>();
        // And so HMAC, which is made of two of them.
        erased_when_dropped::<Sha512>();
    }

    #[test]
    fn a_secret_has_32_bytes_in_one_spelling_and_errors_do_not_quote_it() {
        let secret = Secret::from_bytes([0xff; 32]);
        let json = serde_json::to_string(&secret).unwrap();
        assert!(serde_json::from_str::<Secret>(&json).unwrap() == secret);
        for bad in [json.replace("__8", "__9"), json.replace("__8", "__8="), "\"hunter2\"".into()] {
            let error = serde_json::from_str::<Secret>(&bad).unwrap_err().to_string();
            assert!(!error.contains("hunter2") && !error.contains("___"), "{error}");
        }
    }
}
