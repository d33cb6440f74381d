//! What every [`Store`](super::Store) does, as a suite that each of them runs.
