//! Blocks of deleted objects: nodes told to collect them, and asked whether they have.

use std::sync::Arc;
use std::time::Duration;

use cidlock_crypto::{ObjectId, UnixTime};
use cidlock_ipfs_client::engine::Engine;

use crate::clock::{Clock, every};
use crate::config::Window;
use crate::deletion::{DeletionError, Deletions};
use crate::store::{JobState, PageLimit, Store};

/// What the job is called in the catalog.
const JOB: &str = "collection";
/// Deletions that are asked about in one look, when nothing was collected just now.
const A_FEW: u64 = 100;

/// The job that has garbage collected once in each window, and sees what is gone.
#[derive(Clone)]
pub struct Collection {
    /// What keeps the blocks.
    pub engine: Arc<dyn Engine>,
    /// What remembers when that was done.
    pub store: Arc<dyn Store>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// What may be gone.
    pub deletions: Deletions,
    /// When nodes are told to collect; without it, they do so on their own or not at all.
    pub window: Option<Window>,
    /// How often it looks.
    pub interval: Duration,
}

impl Collection {
    /// Looks for ever; to be dropped when the gateway stops. Ends at once where nothing is left to
    /// collect once it is unpinned.
    pub async fn run(self) {
        if self.engine.collects_at_once() {
            return;
        }
        let mut ticks = every(self.interval);
        let mut after = None;
        loop {
            ticks.tick().await;
            if let Err(error) = self.look(&mut after).await {
                tracing::warn!(%error, "collection: will look again");
            }
        }
    }

    /// Has garbage collected if it is time for that, and then asks about all deletions; else about
    /// the next few.
    ///
    /// # Errors
    /// The store cannot be asked.
    pub async fn look(&self, after: &mut Option<ObjectId>) -> Result<(), DeletionError> {
        if !self.collect_if_due().await? {
            let few = PageLimit::new(A_FEW).unwrap_or(PageLimit::MAX);
            *after = self.deletions.look_for_blocks(*after, few).await?;
            return Ok(());
        }
        let mut next = None;
        loop {
            next = self.deletions.look_for_blocks(next, PageLimit::MAX).await?;
            if next.is_none() {
                return Ok(());
            }
        }
    }

    async fn collect_if_due(&self) -> Result<bool, DeletionError> {
        let now: UnixTime = self.clock.now();
        let Some(opened) = self.window.and_then(|window| window.opened_before(now)) else {
            return Ok(false);
        };
        let last = self.store.job(JOB).await?;
        if last.is_some_and(|last| last.begun_at >= opened) {
            return Ok(false);
        }
        let state = JobState::begun(now, "");
        self.store.save_job(JOB, state.clone()).await?;
        for node in self.engine.collect_garbage().await {
            match node.problem {
                None => tracing::info!(node = node.node, "collected garbage"),
                Some(problem) => tracing::warn!(node = node.node, problem, "no garbage collected"),
            }
        }
        let ended_at = Some(self.clock.now());
        self.store.save_job(JOB, JobState { ended_at, ..state }).await?;
        Ok(true)
    }
}
