//! Processors that nobody needs at the moment.
//!
//! One upload alone is bound by one processor: it encrypts, and it hashes everything twice. While others
//! are idle it is given a second one, as a thread of its own for one half of the work. As many uploads
//! have that at once as there are processors beside the first; all others do both halves where they are.
//! So it makes a single upload faster and many no slower.
//!
//! One there is wherever there are two processors, however busy: a thread that may block writes to the
//! disk itself, where a task has to hand each batch to one and wait for it. Beside a Kubo node on two
//! processors that is 8 % of what an upload costs.

use std::sync::Arc;
use std::thread::available_parallelism;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// An upload shorter than this is over before a thread would help; in bytes.
pub const WORTH_IT: u64 = 4 << 20;

/// What is left of the machine. Clones share it.
#[derive(Debug, Clone)]
pub struct Spare(Arc<Semaphore>);

impl Spare {
    /// All processors of this machine but one, and one for each of `others` that are as busy as an
    /// upload while it runs; at least one, unless there is only one in all.
    #[must_use]
    pub fn of_this_machine_beside(others: usize) -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        let least = usize::from(processors > 1);
        Self::of(processors.saturating_sub(1 + others).max(least))
    }

    /// So many.
    #[must_use]
    pub fn of(processors: usize) -> Self {
        Self(Arc::new(Semaphore::new(processors)))
    }

    /// One of them, given back when it is dropped; `None` if there is none left.
    #[must_use]
    pub fn take(&self) -> Option<OwnedSemaphorePermit> {
        self.0.clone().try_acquire_owned().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_there_is_however_many_others_are_busy_unless_there_is_one_in_all() {
        let processors = available_parallelism().unwrap().get();
        let spare = Spare::of_this_machine_beside(processors);
        let taken = spare.take();
        assert_eq!(taken.is_some(), processors > 1);
        assert!(spare.take().is_none());
    }

    #[test]
    fn each_is_given_to_one_and_comes_back() {
        let spare = Spare::of(1);
        let taken = spare.take();
        assert!(taken.is_some() && spare.take().is_none());
        drop(taken);
        assert!(spare.take().is_some());
        assert!(Spare::of(0).take().is_none());
    }
}
