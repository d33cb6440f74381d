//! Objects that a background job is at, so that nothing is decided about them behind its back.
//!
//! A repair that pins and a deletion that unpins must not overtake each other. Whoever wants to pin
//! holds the object, and only then reads in the catalog whether it is still to be kept; whoever has
//! taken it out of the catalog asks the holder to give it up, and waits for that before it unpins.
//!
//! Holds are of one process and end with it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cidlock_crypto::ObjectId;
use tokio_util::sync::CancellationToken;

type Held = HashMap<ObjectId, CancellationToken>;

/// Which objects are held. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Holds(Arc<Mutex<Held>>);

/// An object, held until this is dropped.
#[derive(Debug)]
#[must_use]
pub struct Hold {
    id: ObjectId,
    wanted: CancellationToken,
    holds: Holds,
}

impl Holds {
    /// Holds an object, unless somebody does.
    pub fn hold(&self, id: ObjectId) -> Option<Hold> {
        let mut held = self.held();
        if held.contains_key(&id) {
            return None;
        }
        let wanted = CancellationToken::new();
        held.insert(id, wanted.clone());
        Some(Hold { id, wanted, holds: self.clone() })
    }

    /// Asks the holder of an object to give it up. Says whether there is one.
    pub fn want(&self, id: ObjectId) -> bool {
        let held = self.held();
        let wanted = held.get(&id);
        wanted.inspect(|wanted| wanted.cancel()).is_some()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hold {
    /// Resolves when somebody wants the object to be given up.
    pub async fn wanted(&self) {
        self.wanted.cancelled().await;
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.holds.held().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_object_is_held_once_until_it_is_given_up() {
        let (holds, id) = (Holds::default(), ObjectId::generate(0).unwrap());
        assert!(!holds.want(id));
        let hold = holds.hold(id).unwrap();
        assert!(holds.clone().hold(id).is_none());
        assert!(holds.hold(ObjectId::generate(0).unwrap()).is_some(), "another one is free");
        assert!(holds.want(id));
        hold.wanted().await;
        drop(hold);
        assert!(!holds.want(id));
        assert!(holds.hold(id).is_some());
    }
}
