//! Processors that nobody needs at the moment.
//!
//! One upload alone is bound by one processor: it encrypts, and it hashes everything twice. While others
//! are idle it is given a second one, as a thread of its own for one half of the work. As many uploads
//! have that at once as there are processors beside the first; all others do both halves where they are,
//! which costs less in all. So it makes a single upload faster and many no slower.

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
    /// upload while it runs.
    #[must_use]
    pub fn of_this_machine_beside(others: usize) -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        Self::of(processors.saturating_sub(1 + others))
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
    fn each_is_given_to_one_and_comes_back() {
        let spare = Spare::of(1);
        let taken = spare.take();
        assert!(taken.is_some() && spare.take().is_none());
        drop(taken);
        assert!(spare.take().is_some());
        assert!(Spare::of(0).take().is_none());
    }
}
