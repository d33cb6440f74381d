//! The public half of the keys that tokens are signed with.

use serde::Serialize;

use super::keyring::{Identified, Keyring};
use super::{KeySet, VerifyingKey};
use crate::base64url;

/// A JSON Web Key Set of public keys, to be published: those of access and share tokens and of
/// receipts, the retired ones included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicJwks {
    keys: Vec<PublicJwk>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct PublicJwk {
    kty: &'static str,
    crv: &'static str,
    x: String,
    kid: String,
    #[serde(rename = "use")]
    usage: &'static str,
    alg: &'static str,
}

impl KeySet {
    /// What others need to check this realm's tokens and receipts.
    #[must_use]
    pub fn public_jwks(&self) -> PublicJwks {
        let keys = self.access.iter().chain(self.share.iter());
        let keys = keys.chain(self.receipt.iter().flat_map(Keyring::iter));
        PublicJwks { keys: keys.map(|key| PublicJwk::of(key.verifying())).collect() }
    }
}

impl PublicJwk {
    fn of(key: &VerifyingKey) -> Self {
        Self {
            kty: "OKP",
            crv: "Ed25519",
            x: base64url::encode(key.bytes()),
            kid: key.kid().to_owned(),
            usage: "sig",
            alg: "EdDSA",
        }
    }
}
