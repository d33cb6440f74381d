//! A few places for what somebody uses now and then, and may lose by leaving it alone.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::time::Instant;

/// So many at once, of which each may be given up for another one when it was left for too long.
pub(super) struct Places<T> {
    taken: Mutex<Vec<Weak<Mutex<Held<T>>>>>,
    most: usize,
    kept: Duration,
}

/// A place. Dropped, it is free again.
pub(super) struct Place<T>(Arc<Mutex<Held<T>>>);

enum Held<T> {
    Left { it: T, since: Instant },
    InUse,
    Lost,
}

impl<T> Places<T> {
    /// `most` places, in each of which a thing is safe for as long as `kept` after it was left.
    pub(super) fn new(most: usize, kept: Duration) -> Places<T> {
        Places { taken: Mutex::default(), most, kept }
    }

    /// A place for what `make` makes; `None`, and nothing made, if all are taken by what was used lately.
    pub(super) fn take(&self, make: impl FnOnce() -> T) -> Option<Place<T>> {
        let mut taken = lock(&self.taken);
        taken.retain(|place| place.strong_count() > 0);
        if taken.len() >= self.most {
            let is_free = |place: &Weak<Mutex<Held<T>>>| {
                place.upgrade().is_none_or(|held| self.give_up(&mut lock(&held)))
            };
            let free = taken.iter().position(is_free)?;
            taken.swap_remove(free);
        }
        let held = Arc::new(Mutex::new(Held::Left { it: make(), since: Instant::now() }));
        taken.push(Arc::downgrade(&held));
        Some(Place(held))
    }

    /// Drops what was left for too long; says whether it was.
    fn give_up(&self, held: &mut Held<T>) -> bool {
        let is_old = matches!(held, Held::Left { since, .. } if since.elapsed() > self.kept);
        if is_old {
            *held = Held::Lost;
        }
        is_old
    }
}

impl<T> Place<T> {
    /// What was left here, and for how long; `None` if it was given up.
    pub(super) fn use_it(&self) -> Option<(T, Duration)> {
        match mem::replace(&mut *lock(&self.0), Held::InUse) {
            Held::Left { it, since } => Some((it, since.elapsed())),
            Held::InUse | Held::Lost => None,
        }
    }

    /// Leaves it here until the next use.
    pub(super) fn leave(&self, it: T) {
        *lock(&self.0) = Held::Left { it, since: Instant::now() };
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const KEPT: Duration = Duration::from_millis(500);
    const MOMENT: Duration = Duration::from_millis(1);

    #[tokio::test(start_paused = true)]
    async fn there_are_so_many_and_one_that_is_dropped_is_free() {
        let places = Places::new(2, KEPT);
        let first = places.take(|| 1).unwrap();
        let _second = places.take(|| 2).unwrap();
        assert!(places.take(|| panic!("it is not made for nothing")).is_none());
        drop(first);
        assert!(places.take(|| 3).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_left_for_too_long_goes_for_another_and_only_then() {
        let places = Places::new(2, KEPT);
        let (left, used) = (places.take(|| 1).unwrap(), places.take(|| 2).unwrap());
        advance(KEPT).await;
        assert!(places.take(|| 3).is_none());
        let (it, idle) = used.use_it().unwrap();
        assert_eq!((it, idle), (2, KEPT));
        used.leave(it);
        advance(MOMENT).await;
        let third = places.take(|| 3).unwrap();
        assert!(left.use_it().is_none(), "it was given up");
        assert_eq!(used.use_it().unwrap().0, 2);
        assert_eq!(third.use_it().unwrap().0, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_in_use_or_wanted_by_nobody_is_not_given_up() {
        let places = Places::new(1, KEPT);
        let place = places.take(|| 1).unwrap();
        advance(10 * KEPT).await;
        let (it, idle) = place.use_it().unwrap();
        assert_eq!(idle, 10 * KEPT);
        advance(10 * KEPT).await;
        assert!(places.take(|| 2).is_none(), "it is in use");
        place.leave(it);
        assert!(places.take(|| 2).is_none(), "it was left just now");
    }
}
