//! Files whose retention is over, deleted after a grace.

use std::time::Duration;

use cidlock_crypto::UnixTime;
use futures::TryStreamExt as _;

use super::{ClockWatch, DeletionError, Deletions, Doubt};
use crate::clock::every;
use crate::config::RetentionConfig;
use crate::store::{DeletionReason, PageLimit, StoreError, rows};

/// The job that looks, now and then, for what is to be deleted.
pub struct Retention {
    deletions: Deletions,
    watch: ClockWatch,
    grace: Duration,
    interval: Duration,
}

/// What a look has found.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Looked {
    /// Files deleted because their time was over.
    pub expired: usize,
    /// Why no file was deleted, if the clock is in doubt.
    pub doubt: Option<Doubt>,
}

impl Retention {
    /// Begins to watch the clock.
    ///
    /// # Errors
    /// The store cannot be asked for the latest time seen.
    pub async fn begin(
        deletions: Deletions,
        config: &RetentionConfig,
    ) -> Result<Self, DeletionError> {
        let grace = Duration::from_secs(config.grace_s);
        let seen = deletions.store.see_clock(UnixTime(0)).await?;
        let watch =
            ClockWatch::begin(deletions.clock.now(), seen, grace.max(Duration::from_secs(86_400)));
        let interval = Duration::from_secs(config.check_interval_s);
        Ok(Self { deletions, watch, grace, interval })
    }

    /// Looks again and again, the first time at once; to be dropped when the gateway stops.
    pub async fn run(self) {
        let mut ticks = every(self.interval);
        loop {
            ticks.tick().await;
            match self.look().await {
                Ok(Looked { doubt: Some(doubt), .. }) => {
                    tracing::warn!(%doubt, "no file is deleted for its retention");
                }
                Ok(Looked { expired: 0, .. }) => {}
                Ok(Looked { expired, .. }) => tracing::info!(expired, "deleted files"),
                Err(error) => tracing::warn!(%error, "retention: will look again"),
            }
        }
    }

    /// Deletes what is over.
    ///
    /// # Errors
    /// The store cannot be asked.
    pub async fn look(&self) -> Result<Looked, DeletionError> {
        let deletions = &self.deletions;
        let now = deletions.clock.now();
        let mut looked = Looked { doubt: self.watch.doubt(now), ..Looked::default() };
        if looked.doubt.is_some() {
            return Ok(looked);
        }
        deletions.store.see_clock(now).await?;
        let over = now.saturating_sub(self.grace);
        let due = |after| deletions.store.files_expired_before(over, after, PageLimit::MAX);
        let mut due = rows(None, due, |file| file.id);
        while let Some(file) = due.try_next().await? {
            let rev = Some(file.rev);
            match deletions.forget(&file, rev, DeletionReason::Retention).await {
                Ok(_) => looked.expired += 1,
                // Somebody was faster.
                Err(DeletionError::Store(StoreError::NoFile | StoreError::Stale)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(looked)
    }
}
