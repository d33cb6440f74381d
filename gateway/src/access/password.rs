//! Passwords: Argon2id (RFC 9106), off the async threads, few at a time.

mod argon2id;

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::AccessError;
use crate::store::PasswordHash;
use argon2id::Argon2id;

/// A password that was made here, 24 random bytes in base64url; for the first user's first login.
pub struct NewPassword(pub Zeroizing<String>);

impl NewPassword {
    /// A fresh one.
    ///
    /// # Errors
    /// The system gives no randomness.
    pub fn generate() -> Result<Self, AccessError> {
        let mut bytes = Zeroizing::new([0_u8; 24]);
        getrandom::fill(bytes.as_mut()).map_err(AccessError::Randomness)?;
        Ok(Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_ref()))))
    }
}

/// Checks and hashes passwords, a bounded number at once.
#[derive(Clone)]
pub(super) struct Passwords {
    permits: Arc<Semaphore>,
    /// Those who check and those who wait to; more are turned away.
    places: Arc<Semaphore>,
    /// Checked for a name that does not exist, so that the answer takes as long as for one that
    /// does.
    decoy: Arc<tokio::sync::OnceCell<PasswordHash>>,
}

impl Passwords {
    /// `at_once` are worked on, `waiting` more may wait.
    pub(super) fn new(at_once: usize, waiting: usize) -> Self {
        let places = Arc::new(Semaphore::new(at_once + waiting));
        Self { permits: Arc::new(Semaphore::new(at_once)), places, decoy: Arc::default() }
    }

    pub(super) async fn hash(
        &self,
        password: Zeroizing<String>,
    ) -> Result<PasswordHash, AccessError> {
        self.run(move || {
            let phc = Argon2id.hash_password(password.as_bytes());
            phc.map(|phc| PasswordHash::new(phc.to_string()))
                .map_err(|error| AccessError::Hashing(error.to_string()))
        })
        .await
    }

    /// Whether `password` is the one behind `hash`; without a hash, `false` after the same work.
    pub(super) async fn verify(
        &self,
        password: Zeroizing<String>,
        hash: Option<PasswordHash>,
    ) -> Result<bool, AccessError> {
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => self.decoy().await?,
        };
        self.run(move || {
            let phc = Phc::new(hash.expose());
            let phc = phc.map_err(|error| AccessError::Hashing(error.to_string()))?;
            Ok(Argon2id.verify_password(password.as_bytes(), &phc).is_ok() && known)
        })
        .await
    }

    async fn decoy(&self) -> Result<PasswordHash, AccessError> {
        let made = || self.hash(Zeroizing::new("nobody has this password".to_owned()));
        self.decoy.get_or_try_init(made).await.cloned()
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, AccessError> + Send + 'static,
    ) -> Result<T, AccessError> {
        let _place = self.places.try_acquire().map_err(|_| AccessError::Busy)?;
        let permit = self.permits.clone().acquire_owned().await;
        let permit = permit.map_err(|error| AccessError::Hashing(error.to_string()))?;
        let done = tokio::task::spawn_blocking(move || {
            let _held = permit;
            work()
        });
        done.await.map_err(|error| AccessError::Hashing(error.to_string()))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_opens_its_own_hash_and_no_other() {
        let passwords = Passwords::new(1, 9);
        let secret = |text: &str| Zeroizing::new(text.to_owned());
        let hash = passwords.hash(secret("right")).await.unwrap();
        assert!(hash.expose().starts_with("$argon2id$"));
        assert!(passwords.verify(secret("right"), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify(secret("wrong"), Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn more_than_may_wait_are_turned_away() {
        let passwords = Passwords::new(1, 1);
        let _first = passwords.places.try_acquire().unwrap();
        let _second = passwords.places.try_acquire().unwrap();
        let third = passwords.verify(Zeroizing::new(String::new()), None).await;
        assert!(matches!(third, Err(AccessError::Busy)));
    }

    #[tokio::test]
    async fn no_password_opens_a_name_that_does_not_exist() {
        let passwords = Passwords::new(1, 9);
        let decoy = Zeroizing::new("nobody has this password".to_owned());
        assert!(!passwords.verify(decoy, None).await.unwrap());
    }
}
