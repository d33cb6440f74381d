//! Keys that encrypt: key-encryption keys and storage keys.

use super::keyring::Identified;
use crate::entropy::random;
use crate::secret::Secret;
use crate::{EntropyError, UnixTime, base64url};

/// Length of the random id of a symmetric key, in bytes.
pub(super) const KID_LEN: usize = 16;

/// An AES-256 key with a random id.
#[derive(Clone)]
pub(crate) struct SymmetricKey {
    kid: String,
    secret: Secret,
    created: UnixTime,
}

impl SymmetricKey {
    pub(super) fn generate(now: UnixTime) -> Result<Self, EntropyError> {
        let kid = base64url::encode(&random::<KID_LEN>()?);
        Ok(Self { kid, secret: Secret::generate()?, created: now })
    }

    /// `None` if the id is not [`KID_LEN`] bytes in base64url.
    pub(super) fn from_parts(kid: String, secret: Secret, created: UnixTime) -> Option<Self> {
        base64url::decode_array::<KID_LEN>(&kid).ok()?;
        Some(Self { kid, secret, created })
    }

    pub(crate) const fn secret(&self) -> &Secret {
        &self.secret
    }

    pub(super) const fn created(&self) -> UnixTime {
        self.created
    }
}

impl Identified for SymmetricKey {
    fn kid(&self) -> &str {
        &self.kid
    }
}
