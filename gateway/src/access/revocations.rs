//! The live revocations of the realm, all of them, in memory.
//!
//! The store is the truth. Every request asks this set instead, so it is filled before the first
//! one is answered, and a revocation is put in before it is acknowledged.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use cidlock_crypto::UnixTime;

use crate::store::{PageLimit, Revocation, Revoked, Store, StoreError};

/// What is no longer honoured although its tokens have not expired.
#[derive(Default)]
pub struct Revocations {
    live: RwLock<HashMap<Revoked, Revocation>>,
}

impl Revocations {
    /// Reads all that still matters at `now` out of `store`.
    ///
    /// # Errors
    /// What the store says.
    pub async fn load(store: &dyn Store, now: UnixTime) -> Result<Self, StoreError> {
        let all = Self::default();
        let mut seq = 0;
        loop {
            let page = store.revocations_since(seq, now, PageLimit::MAX).await?;
            let full = page.len() == PageLimit::MAX.items();
            for revocation in page {
                seq = revocation.seq;
                all.insert(revocation, now);
            }
            if !full {
                return Ok(all);
            }
        }
    }

    /// Takes effect at once, for every request and every running transfer.
    pub fn insert(&self, revocation: Revocation, now: UnixTime) {
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        // Forgetting is only worth a walk when the map would have to grow anyway.
        if live.len() == live.capacity() {
            live.retain(|_, known| known.is_live(now));
        }
        live.insert(revocation.revoked, revocation);
    }

    /// Whether `id` was revoked.
    #[must_use]
    pub fn contains(&self, id: Revoked) -> bool {
        self.live.read().unwrap_or_else(PoisonError::into_inner).contains_key(&id)
    }
}
