//! Garbage that is collected again and again beside what else goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

use super::Node;
use crate::wait;

/// Collects a node's garbage without a pause until it is dropped; a collection that fails is a
/// panic, then.
#[derive(Debug)]
pub struct Collecting {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    ending: AtomicBool,
    rounds: AtomicUsize,
}

impl Collecting {
    /// Begins.
    #[must_use]
    pub fn on(node: &Node) -> Self {
        let shared = Arc::<Shared>::default();
        let (theirs, request) = (Arc::clone(&shared), node.request("repo/gc?quiet=true"));
        // A thread of its own, so that it goes on whatever the test's runtime waits for.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                while !theirs.ending.load(Ordering::Relaxed) {
                    let request = request.try_clone().expect("a request without a body");
                    let answer = request.send().await.expect("the node answers");
                    let status = answer.status();
                    let text = answer.text().await.expect("the node answers to the end");
                    assert!(status.is_success() && !text.contains("Error\":\""), "{status} {text}");
                    theirs.rounds.fetch_add(1, Ordering::Relaxed);
                }
            });
        });
        Self { shared, thread: Some(thread) }
    }

    /// Collections so far.
    #[must_use]
    pub fn rounds(&self) -> usize {
        self.shared.rounds.load(Ordering::Relaxed)
    }

    /// Waits for a collection that began after this call.
    ///
    /// # Panics
    /// If there is none.
    pub async fn another_round(&self) {
        let wanted = self.rounds() + 2;
        let done = async || (self.rounds() >= wanted).then_some(());
        wait::until("another collection of garbage", done).await;
    }
}

impl Drop for Collecting {
    fn drop(&mut self) {
        self.shared.ending.store(true, Ordering::Relaxed);
        let ended = self.thread.take().map(JoinHandle::join);
        if let Some(Err(panic)) = ended
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}
