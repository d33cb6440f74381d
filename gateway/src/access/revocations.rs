//! The live revocations of the realm, all of them, in memory.
//!
//! The store is the truth and numbers them in the order in which they became visible. Every request
//! asks this set instead, so it has caught up with the store before the first one is answered, and
//! whoever revokes has it catch up again before the revocation is acknowledged.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Instant;

use cidlock_crypto::UnixTime;

use crate::store::{PageLimit, Revocation, Revoked, Store, StoreError};

/// What is no longer honoured although its tokens have not expired.
pub struct Revocations {
    live: RwLock<Live>,
    begun: (UnixTime, Instant),
}

#[derive(Default)]
struct Live {
    by_id: HashMap<Revoked, Revocation>,
    /// The last number that was seen.
    seq: u64,
}

impl Revocations {
    /// Reads all that still matters at `now` out of `store`.
    ///
    /// # Errors
    /// What the store says.
    pub async fn load(store: &dyn Store, now: UnixTime) -> Result<Self, StoreError> {
        let all = Self { live: RwLock::default(), begun: (now, Instant::now()) };
        all.catch_up(store).await?;
        Ok(all)
    }

    /// Puts every revocation in force, for each request and each running transfer, that the store
    /// has and this set has not.
    ///
    /// # Errors
    /// What the store says. What was read by then is in force.
    pub async fn catch_up(&self, store: &dyn Store) -> Result<(), StoreError> {
        loop {
            let seq = self.live.read().unwrap_or_else(PoisonError::into_inner).seq;
            let page = store.revocations_since(seq, self.steady_now(), PageLimit::MAX).await?;
            let full = page.len() == PageLimit::MAX.items();
            self.insert(page);
            if !full {
                return Ok(());
            }
        }
    }

    fn insert(&self, page: Vec<Revocation>) {
        let now = self.steady_now();
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        // Forgetting is only worth a walk when the map would have to grow anyway.
        if live.by_id.len() + page.len() > live.by_id.capacity() {
            live.by_id.retain(|_, known| known.is_live(now));
        }
        for revocation in page {
            live.seq = live.seq.max(revocation.seq);
            live.by_id.insert(revocation.revoked, revocation);
        }
    }

    /// Whether `id` was revoked.
    #[must_use]
    pub fn contains(&self, id: Revoked) -> bool {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        live.by_id.contains_key(&id)
    }

    /// The time at the start and what has passed since. A wall clock that jumps ahead and back
    /// must not have made this set forget.
    fn steady_now(&self) -> UnixTime {
        let (then, begun) = self.begun;
        then.saturating_add(begun.elapsed())
    }
}
