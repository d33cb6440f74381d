//! The keys of one purpose.

use crate::UnixTime;

/// One active key and the retired ones, newest first.
#[derive(Clone)]
pub(crate) struct Keyring<K> {
    active: K,
    retired: Vec<Retired<K>>,
}

/// A key that is used for nothing new.
#[derive(Clone)]
pub(super) struct Retired<K> {
    pub(super) key: K,
    pub(super) at: UnixTime,
}

/// A key that can be told from its siblings.
pub(crate) trait Identified {
    fn kid(&self) -> &str;
}

impl<K: Identified> Keyring<K> {
    pub(super) const fn of(active: K) -> Self {
        Self { active, retired: Vec::new() }
    }

    pub(super) const fn new(active: K, retired: Vec<Retired<K>>) -> Self {
        Self { active, retired }
    }

    pub(crate) const fn active(&self) -> &K {
        &self.active
    }

    pub(super) fn retired(&self) -> &[Retired<K>] {
        &self.retired
    }

    /// The key of this id, active or retired.
    pub(crate) fn find(&self, kid: &str) -> Option<&K> {
        self.iter().find(|key| key.kid() == kid)
    }

    /// The active key, then the retired ones.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &K> {
        std::iter::once(&self.active).chain(self.retired.iter().map(|retired| &retired.key))
    }

    pub(super) fn rotate(&mut self, fresh: K, now: UnixTime) {
        let key = std::mem::replace(&mut self.active, fresh);
        self.retired.insert(0, Retired { key, at: now });
    }
}
