//! Keys that sign: Ed25519 (RFC 8032), with the RFC 7638 thumbprint as id.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::keyring::Identified;
use crate::secret::Secret;
use crate::{EntropyError, UnixTime, base64url};

/// What precedes the seed in the PKCS #8 form of an Ed25519 key (RFC 8410 section 7): version 0,
/// the algorithm 1.3.101.112, and the two octet strings around 32 bytes.
const PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// An Ed25519 key pair.
#[derive(Clone)]
pub(crate) struct SigningKey {
    seed: Secret,
    verifying: VerifyingKey,
    created: UnixTime,
}

/// The public half of a key pair.
#[derive(Clone)]
pub(crate) struct VerifyingKey {
    kid: String,
    bytes: [u8; 32],
}

impl SigningKey {
    pub(super) fn generate(now: UnixTime) -> Result<Self, EntropyError> {
        Ok(Self::from_seed(Secret::generate()?, now))
    }

    pub(super) fn from_seed(seed: Secret, created: UnixTime) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose());
        let pair = pair.expect("Ed25519 takes every seed of 32 bytes");
        let public = pair.public_key().as_ref().try_into();
        let public = public.expect("an Ed25519 public key has 32 bytes");
        Self { seed, verifying: VerifyingKey::new(public), created }
    }

    pub(super) const fn seed(&self) -> &Secret {
        &self.seed
    }

    pub(crate) const fn verifying(&self) -> &VerifyingKey {
        &self.verifying
    }

    pub(super) const fn created(&self) -> UnixTime {
        self.created
    }

    /// The private key in the form that the signer reads.
    pub(crate) fn pkcs8(&self) -> Zeroizing<[u8; 48]> {
        let mut der = Zeroizing::new([0; 48]);
        der[..16].copy_from_slice(&PKCS8_PREFIX);
        der[16..].copy_from_slice(self.seed.expose());
        der
    }
}

impl VerifyingKey {
    fn new(bytes: [u8; 32]) -> Self {
        Self { kid: thumbprint(&bytes), bytes }
    }

    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl Identified for SigningKey {
    fn kid(&self) -> &str {
        &self.verifying.kid
    }
}

impl Identified for VerifyingKey {
    fn kid(&self) -> &str {
        &self.kid
    }
}

/// `base64url(SHA-256({"crv":"Ed25519","kty":"OKP","x":…}))` (RFC 8037 section 2).
fn thumbprint(public: &[u8; 32]) -> String {
    let x = base64url::encode(public);
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    base64url::encode(&Sha256::digest(members))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037 appendix A.
    #[test]
    fn the_example_of_rfc_8037_has_its_public_key_and_thumbprint() {
        let seed = base64url::decode_array("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        let key = SigningKey::from_seed(Secret::from_bytes(seed), UnixTime(0));
        assert_eq!(
            base64url::encode(key.verifying().bytes()),
            "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
        );
        assert_eq!(key.kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }
}
