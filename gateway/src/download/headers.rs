//! The beginnings of contents that were opened lately.
//!
//! Whoever opens a range needs its message's header as well, which lies in the first leaf: without
//! a memory every range would cost the engine two reads, of which a node does not tell the small one
//! from a large one. A header is no secret, belongs to its CID for ever, and is held against the data
//! key each time it is used, so that nothing here has to be trusted or told of changes.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cid::Cid;
use cidlock_crypto::chunked::HEADER_LEN;
use lru::LruCache;

/// The most that are kept: less than a MiB.
const KEPT: NonZeroUsize = NonZeroUsize::new(4096).unwrap();

/// Headers by the content's CID. Clones share them.
#[derive(Clone)]
pub struct Headers(Arc<Mutex<LruCache<Cid, [u8; HEADER_LEN]>>>);

impl Default for Headers {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(LruCache::new(KEPT))))
    }
}

impl Headers {
    pub(super) fn of(&self, content: &Cid) -> Option<[u8; HEADER_LEN]> {
        self.kept().get(content).copied()
    }

    /// Keeps one that was found to belong to its data key.
    pub(super) fn keep(&self, content: Cid, header: [u8; HEADER_LEN]) {
        self.kept().put(content, header);
    }

    fn kept(&self) -> MutexGuard<'_, LruCache<Cid, [u8; HEADER_LEN]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
