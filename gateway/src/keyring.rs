//! The realm's keys at work: the key set out of its file, and the verifier made from it.
//!
//! The key set is a file that only its owner may read (mode 0600); one that others could read is
//! refused rather than repaired, because what it protects may already be known. The keyring never
//! makes keys where a catalog says there should be some: losing the key set must be noticed, not
//! papered over.

mod file;

use std::path::Path;

use cidlock_crypto::key_set::KeySet;
use cidlock_crypto::token::{TokenLimits, Verifier};
use cidlock_crypto::{Realm, UnixTime};

pub use file::{KeyringError, write_secret};

/// The key set of this gateway's realm.
pub struct Keyring {
    keys: KeySet,
    verifier: Verifier,
}

impl Keyring {
    /// Opens the key set in `path`; `expected` is the realm that the configuration names, if it
    /// names one.
    ///
    /// # Errors
    /// The file is missing, unreadable, readable by others, not a key set, or of another realm; or it
    /// is of before a purpose was known, and cannot be written back with a key for it.
    pub fn open(
        path: &Path,
        expected: Option<&Realm>,
        now: UnixTime,
        limits: TokenLimits,
    ) -> Result<Self, KeyringError> {
        let mut keys = file::read(path)?;
        match expected {
            Some(realm) if keys.realm() != realm => Err(KeyringError::OtherRealm {
                path: path.to_owned(),
                found: keys.realm().clone(),
                expected: realm.clone(),
            }),
            _ => {
                if keys.complete(now)? {
                    file::replace(path, &keys)?;
                }
                Ok(Self::new(keys, limits))
            }
        }
    }

    /// Makes the keys of a new realm and writes them to `path`, durably.
    ///
    /// # Errors
    /// The file exists already, or cannot be written.
    pub fn create(
        path: &Path,
        realm: Realm,
        now: UnixTime,
        limits: TokenLimits,
    ) -> Result<Self, KeyringError> {
        let keys = KeySet::generate(realm, now)?;
        file::write_new(path, &keys)?;
        Ok(Self::new(keys, limits))
    }

    fn new(keys: KeySet, limits: TokenLimits) -> Self {
        let verifier = keys.verifier(limits);
        Self { keys, verifier }
    }

    /// What seals, signs, opens and mints.
    #[must_use]
    pub fn keys(&self) -> &KeySet {
        &self.keys
    }

    /// What checks tokens.
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Issuer and audience of everything this keyring signs.
    #[must_use]
    pub fn realm(&self) -> &Realm {
        self.keys.realm()
    }
}
