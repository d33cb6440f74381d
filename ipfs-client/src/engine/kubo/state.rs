//! How a node is, as far as it is known: asked now and then, and told by whoever met a fault.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::{Notify, watch};

/// What is known of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nobody has asked yet.
    Unknown,
    /// It answered last; a typical answer takes so long.
    Up(Duration),
    /// What is wrong with it.
    Down(String),
}

/// A node's state, shared by those who ask and those who use it.
pub(super) struct Health {
    state: watch::Sender<State>,
    /// Somebody met a fault: ask now.
    suspicion: Notify,
    latency: Mutex<Duration>,
}

impl Health {
    pub(super) fn new() -> Health {
        Health {
            state: watch::Sender::new(State::Unknown),
            suspicion: Notify::new(),
            latency: Mutex::default(),
        }
    }

    pub(super) fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// Whether it may be worth asking: it is up, or nobody knows.
    pub(super) fn may_be_up(&self) -> bool {
        !matches!(*self.state.borrow(), State::Down(_))
    }

    /// It answered after `latency`. Says whether that is news.
    pub(super) fn answered(&self, latency: Duration) -> bool {
        let mut smooth = self.latency.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *smooth = if smooth.is_zero() { latency } else { (*smooth * 7 + latency) / 8 };
        let state = State::Up(*smooth);
        !matches!(self.state.send_replace(state), State::Up(_))
    }

    /// It did not answer, or wrongly. Says whether that is news.
    pub(super) fn failed(&self, problem: String) -> bool {
        !matches!(self.state.send_replace(State::Down(problem)), State::Down(_))
    }

    /// Somebody met a fault that may be the node's.
    pub(super) fn suspect(&self) {
        self.suspicion.notify_one();
    }

    /// Ready when somebody met a fault since the last time.
    pub(super) async fn suspected(&self) {
        self.suspicion.notified().await;
    }

    /// Ready when somebody has asked once, whatever the answer.
    pub(super) async fn known(&self) {
        let mut states = self.state.subscribe();
        let _ = states.wait_for(|state| *state != State::Unknown).await;
    }
}
