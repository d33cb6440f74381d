//! The key of one object.

use crate::EntropyError;
use crate::secret::Secret;

/// The data key (DEK) of one object: 32 uniformly random bytes.
///
/// It seals one message. Stored, it is wrapped under a key-encryption key inside the object's
/// statement; it is erased when dropped, compared in constant time and never printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataKey(Secret);

impl DataKey {
    /// A fresh random key.
    ///
    /// # Errors
    /// [`EntropyError`] if the operating system gives no random bytes.
    pub fn generate() -> Result<Self, EntropyError> {
        Secret::generate().map(Self)
    }

    /// A key that exists already, made by [`DataKey::generate`] or an equally good source.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret::from_bytes(bytes))
    }

    pub(crate) const fn from_secret(secret: Secret) -> Self {
        Self(secret)
    }

    pub(crate) const fn secret(&self) -> &Secret {
        &self.0
    }
}
