//! What could not be undone when it was tried, to be tried again while the process runs.
//!
//! It is a reminder and no record: the catalog keeps the intents, and the next start finds them
//! there. It tells those that nobody is at any more from those that are just under way.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// More are left to the next start.
const MAX: usize = 10_000;

/// A list of things to undo. Clones share it.
#[derive(Debug)]
pub struct Leftovers<T>(Arc<Mutex<VecDeque<T>>>);

impl<T> Leftovers<T> {
    /// Tries to undo each of `these`, and remembers those that `undo` gives back; says how many it
    /// did not.
    pub async fn undo<F>(&self, these: impl IntoIterator<Item = T>, undo: impl Fn(T) -> F) -> usize
    where
        F: Future<Output = Result<(), T>>,
    {
        let mut undone = 0;
        for leftover in these.into_iter().collect::<Vec<_>>() {
            match undo(leftover).await {
                Ok(()) => undone += 1,
                Err(leftover) => self.push(leftover),
            }
        }
        undone
    }

    /// Remembers one.
    pub fn push(&self, leftover: T) {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if list.len() < MAX {
            list.push_back(leftover);
        }
    }

    /// All of them, to be undone now.
    pub fn take(&self) -> VecDeque<T> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> Clone for Leftovers<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Leftovers<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_could_not_be_undone_is_remembered_and_the_rest_is_counted() {
        let leftovers = Leftovers::default();
        let undone = leftovers.undo([1, 2, 3], async |i| if i == 2 { Err(i) } else { Ok(()) });
        assert_eq!((undone.await, Vec::from(leftovers.take())), (2, vec![2]));
    }

    #[test]
    fn what_is_taken_is_gone_and_there_are_never_too_many() {
        let leftovers = Leftovers::default();
        for i in 0..=MAX {
            leftovers.clone().push(i);
        }
        assert_eq!(leftovers.take().len(), MAX);
        assert!(leftovers.take().is_empty());
    }
}
