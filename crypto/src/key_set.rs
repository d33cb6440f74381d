//! The key set of a realm: every key that its gateways share.
//!
//! ```text
//! key-encryption keys -> data keys of objects     (A256KW, inside each object's statement)
//! storage keys        -> sealed database columns  (A256GCM)
//! signing keys        -> statements, access tokens, share tokens, receipts: one ring per purpose
//! ```
//!
//! Each purpose has one active key, used for what is new, and any number of retired ones, which
//! still open and verify what is old. No key serves two purposes, so nothing that is signed for
//! one can pass for another.
//!
//! A key set is stored as a JSON Web Key Set (RFC 7517, RFC 8037) with a `realm` member; the file
//! format is in docs/object-format.md. Reading and guarding that file is not done here.

mod column;
mod file;
mod keyring;
mod public;
mod signing_key;
mod symmetric_key;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use column::ColumnError;
pub use file::KeySetError;
pub use public::PublicJwks;

pub(crate) use keyring::{Identified, Keyring};
pub(crate) use signing_key::{SigningKey, VerifyingKey};
pub(crate) use symmetric_key::SymmetricKey;

use crate::{EntropyError, Realm, UnixTime};

/// The keys of a realm.
///
/// Erased from memory when dropped. `Debug` tells the realm and nothing of the keys.
#[derive(Clone)]
pub struct KeySet {
    realm: Realm,
    keks: Keyring<SymmetricKey>,
    storage: Keyring<SymmetricKey>,
    object: Keyring<SigningKey>,
    access: Keyring<SigningKey>,
    share: Keyring<SigningKey>,
    /// Key sets of before there were receipts lack it until they are completed.
    receipt: Option<Keyring<SigningKey>>,
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Wraps the data keys of objects.
    Kek,
    /// Seals columns of the database.
    Storage,
    /// Signs the statements of objects.
    Object,
    /// Signs access tokens.
    Access,
    /// Signs share tokens.
    Share,
    /// Signs receipts of deletions.
    Receipt,
}

impl Purpose {
    /// The name in the key set's file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kek => "kek",
            Self::Storage => "storage",
            Self::Object => "object",
            Self::Access => "access",
            Self::Share => "share",
            Self::Receipt => "receipt",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl KeySet {
    /// A new realm's key set: one fresh key for each purpose.
    ///
    /// # Errors
    /// [`EntropyError`] if the operating system gives no random bytes.
    pub fn generate(realm: Realm, now: UnixTime) -> Result<Self, EntropyError> {
        Ok(Self {
            realm,
            keks: Keyring::of(SymmetricKey::generate(now)?),
            storage: Keyring::of(SymmetricKey::generate(now)?),
            object: Keyring::of(SigningKey::generate(now)?),
            access: Keyring::of(SigningKey::generate(now)?),
            share: Keyring::of(SigningKey::generate(now)?),
            receipt: Some(Keyring::of(SigningKey::generate(now)?)),
        })
    }

    /// Adds a key for each purpose that an earlier version of this program did not know; says
    /// whether there was one, so that the key set is to be written back.
    ///
    /// # Errors
    /// [`EntropyError`] if the operating system gives no random bytes; then nothing changed.
    pub fn complete(&mut self, now: UnixTime) -> Result<bool, EntropyError> {
        if self.receipt.is_some() {
            return Ok(false);
        }
        self.receipt = Some(Keyring::of(SigningKey::generate(now)?));
        Ok(true)
    }

    /// The realm these keys belong to.
    #[must_use]
    pub const fn realm(&self) -> &Realm {
        &self.realm
    }

    /// This key set, if it is the one of `realm`.
    ///
    /// # Errors
    /// [`KeySetError::OtherRealm`], which names both, if it is not.
    pub fn of_realm(self, realm: &Realm) -> Result<Self, KeySetError> {
        if self.realm == *realm {
            Ok(self)
        } else {
            Err(KeySetError::OtherRealm { found: self.realm.clone(), expected: realm.clone() })
        }
    }

    /// Makes a fresh key the active one of a purpose and retires the one before.
    ///
    /// # Errors
    /// [`EntropyError`] if the operating system gives no random bytes; then nothing changed.
    pub fn rotate(&mut self, purpose: Purpose, now: UnixTime) -> Result<(), EntropyError> {
        match purpose {
            Purpose::Kek => self.keks.rotate(SymmetricKey::generate(now)?, now),
            Purpose::Storage => self.storage.rotate(SymmetricKey::generate(now)?, now),
            Purpose::Object => self.object.rotate(SigningKey::generate(now)?, now),
            Purpose::Access => self.access.rotate(SigningKey::generate(now)?, now),
            Purpose::Share => self.share.rotate(SigningKey::generate(now)?, now),
            Purpose::Receipt => {
                let fresh = SigningKey::generate(now)?;
                match &mut self.receipt {
                    Some(ring) => ring.rotate(fresh, now),
                    None => self.receipt = Some(Keyring::of(fresh)),
                }
            }
        }
        Ok(())
    }

    pub(crate) const fn keks(&self) -> &Keyring<SymmetricKey> {
        &self.keks
    }

    pub(crate) const fn object_keys(&self) -> &Keyring<SigningKey> {
        &self.object
    }

    pub(crate) const fn access_keys(&self) -> &Keyring<SigningKey> {
        &self.access
    }

    pub(crate) const fn share_keys(&self) -> &Keyring<SigningKey> {
        &self.share
    }

    pub(crate) const fn receipt_keys(&self) -> Option<&Keyring<SigningKey>> {
        self.receipt.as_ref()
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySet").field("realm", &self.realm).finish_non_exhaustive()
    }
}
