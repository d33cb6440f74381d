//! More people than the first start makes.

use std::sync::Arc;

use cidlock::access::{Access, Revocations};
use cidlock::clock::{Clock, SystemClock};
use cidlock::config::TokensConfig;
use cidlock::keyring::Keyring;
use cidlock::store::{SqlStore, Store};
use cidlock_crypto::token::TokenLimits;

use super::Home;

impl Home {
    /// The catalog, opened beside the gateway's own code; no gateway may run here meanwhile.
    ///
    /// # Panics
    /// Before the first start.
    pub async fn catalog(&self) -> SqlStore {
        let path = self.data().join("catalog.db");
        assert!(path.exists(), "the first start makes a catalog");
        SqlStore::open_sqlite(&path).await.expect("the catalog opens")
    }

    /// Adds a user, as no call of the gateway does yet; no gateway may run here meanwhile.
    ///
    /// # Panics
    /// If there is such a user.
    pub async fn add_user(&self, name: &str, password: &str) {
        let store: Arc<dyn Store> = Arc::new(self.catalog().await);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let path = self.data().join("keys.json");
        let keyring = Keyring::open(&path, None, TokenLimits::default()).expect("the keys open");
        let revocations = Revocations::load(&*store, clock.now()).await.expect("they load");
        let access = Access::new(
            Arc::new(keyring),
            store.clone(),
            clock,
            Arc::new(revocations),
            TokensConfig::default(),
            1,
        );
        let password = password.to_owned().into();
        access.add_user(name, password, Vec::new()).await.expect("a new user is added");
        store.close().await;
    }
}
