//! Replicas that are missing, restored, and former roots, let go of.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use cidlock_crypto::UnixTime;
use cidlock_ipfs_client::engine::{Engine, EngineError};
use cidlock_ipfs_client::pin::{Pin, ReplicaStatus};
use futures::TryStreamExt as _;

use crate::clock::{Clock, every};
use crate::holds::Holds;
use crate::object::{object_ref, pin_name};
use crate::store::{FileRow, FormerRoot, JobState, PageLimit, ReplicaRow, Store, StoreError, rows};

/// What the catalog calls the record of the nodes that there were.
const JOB: &str = "replicas";

/// The job that looks, again and again, for files that want a replica.
#[derive(Clone)]
pub struct Repair {
    /// What keeps the objects.
    pub engine: Arc<dyn Engine>,
    /// What knows how they are kept.
    pub store: Arc<dyn Store>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// What is not to be deleted in the middle of a repair.
    pub holds: Holds,
    /// How often it looks.
    pub interval: Duration,
    /// Which nodes there are and how many of them are to keep a file, in words: when they change,
    /// every file is looked at.
    pub nodes: String,
}

/// What a look has done.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Repaired {
    /// Files that want nothing any more.
    pub mended: usize,
    /// Former roots that no node keeps any more.
    pub let_go: usize,
}

impl Repair {
    /// Looks for ever; to be dropped when the gateway stops.
    pub async fn run(self) {
        let mut ticks = every(self.interval);
        loop {
            ticks.tick().await;
            match self.look().await {
                Ok(Repaired { mended: 0, let_go: 0 }) => {}
                Ok(Repaired { mended, let_go }) => {
                    tracing::info!(mended, let_go, "replicas are whole, former roots gone");
                }
                Err(error) => tracing::warn!(%error, "repair: will look again"),
            }
        }
    }

    /// Goes once through all files that want something.
    ///
    /// # Errors
    /// The store cannot be asked.
    pub async fn look(&self) -> Result<Repaired, StoreError> {
        self.notice_other_nodes().await?;
        let away = self.away().await;
        let mut repaired = Repaired::default();
        let wanting = |after| self.store.files_wanting_replicas(after, PageLimit::MAX);
        let mut wanting = rows(None, wanting, |file| file.id);
        while let Some(file) = wanting.try_next().await? {
            if !waits_for(&file, &away) {
                repaired.mended += usize::from(self.mend(&file).await?);
            }
        }
        let former = |after| self.store.former_roots(after, PageLimit::MAX);
        let mut former = rows(None, former, FormerRoot::clone);
        while let Some(former) = former.try_next().await? {
            repaired.let_go += usize::from(self.let_go(former).await?);
        }
        Ok(repaired)
    }

    /// When there are other nodes than last time, no file is known to be where it should be.
    async fn notice_other_nodes(&self) -> Result<(), StoreError> {
        let known = self.store.job(JOB).await?;
        if known.as_ref().is_some_and(|known| known.note == self.nodes) {
            return Ok(());
        }
        if let Some(known) = known {
            let (before, now) = (known.note, &self.nodes);
            tracing::info!(before, now, "other nodes than before: every file is looked at");
            self.store.question_replicas().await?;
        }
        let now: UnixTime = self.clock.now();
        let ended_at = Some(now);
        self.store.save_job(JOB, JobState { ended_at, ..JobState::begun(now, &*self.nodes) }).await
    }

    /// Nodes that cannot do anything now.
    async fn away(&self) -> HashSet<String> {
        let Ok(health) = self.engine.health().await else { return HashSet::new() };
        let unwell = health.nodes.into_iter().filter(|node| node.problem.is_some());
        unwell.map(|node| node.node).collect()
    }

    /// Does for a file what can be done now; says whether it wants nothing any more.
    async fn mend(&self, file: &FileRow) -> Result<bool, StoreError> {
        let Some(_hold) = self.holds.hold(file.id) else { return Ok(false) };
        // Only now: a deletion that comes later than this waits for the hold.
        let Some(file) = self.store.file(file.id).await? else { return Ok(false) };
        let replicas = match self.engine.repair(&object_ref(&file)).await {
            Ok(replicas) => {
                let rows = replicas.iter().map(ReplicaRow::from).collect();
                still_damaged(rows, &file.replicas)
            }
            Err(EngineError::NotFound { .. }) => with_none(&file),
            Err(error) => {
                tracing::debug!(object = %file.id, %error, "is repaired later");
                return Ok(false);
            }
        };
        let whole = replicas.iter().all(ReplicaRow::is_pinned);
        if replicas == file.replicas && !whole {
            return Ok(false);
        }
        // A revision in between has rows of its own, and its former root is let go of below.
        Ok(self.store.set_replicas(file.id, file.root, replicas).await? && whole)
    }

    /// Has a file's former root let go of; says whether no node keeps it any more. What is deleted
    /// lets go of all of them itself.
    async fn let_go(&self, former: FormerRoot) -> Result<bool, StoreError> {
        let Some(file) = self.store.file(former.id).await? else { return Ok(false) };
        let name = pin_name(file.id);
        let pin = Pin { name: name.clone(), root: former.root };
        let settled = self.engine.settle(&pin, &Pin { name, root: file.root }).await;
        let kept = match settled {
            Ok(_) => self.engine.replicas(&pin).await.map(drop),
            Err(error) => Err(error),
        };
        let gone = match kept {
            // Another root under the name: an engine that keeps one of a name has let go of it.
            Err(EngineError::NotFound { .. } | EngineError::Conflict { .. }) => true,
            // A node that does not have the new one yet keeps the blocks that it would need.
            Ok(()) if file.replicas.iter().all(ReplicaRow::is_pinned) => {
                self.engine.unpin(&pin).await.is_ok_and(|removal| removal.is_complete())
            }
            Ok(()) => false,
            Err(error) => {
                tracing::debug!(object = %file.id, %error, "a former revision is still kept");
                false
            }
        };
        Ok(gone && self.store.forget_former_root(former).await?)
    }
}

/// Whether nothing but nodes that are away could give the file what it wants.
fn waits_for(file: &FileRow, away: &HashSet<String>) -> bool {
    let mut lacking = file.replicas.iter().filter(|replica| !replica.is_pinned()).peekable();
    lacking.peek().is_some() && lacking.all(|replica| away.contains(&replica.node))
}

/// A pin says nothing about damage below it: only reading back does, which has put it there.
fn still_damaged(mut now: Vec<ReplicaRow>, before: &[ReplicaRow]) -> Vec<ReplicaRow> {
    let damaged = ReplicaStatus::Damaged.as_str();
    for replica in &mut now {
        let same = before.iter().find(|before| before.node == replica.node);
        if same.is_some_and(|before| before.status == damaged) {
            damaged.clone_into(&mut replica.status);
        }
    }
    now
}

/// Every node was asked, and none keeps the file.
fn with_none(file: &FileRow) -> Vec<ReplicaRow> {
    let failed = ReplicaStatus::Failed.as_str();
    let rows = file
        .replicas
        .iter()
        .map(|replica| ReplicaRow { status: failed.to_owned(), ..replica.clone() });
    let rows: Vec<_> = rows.collect();
    if rows != file.replicas {
        tracing::error!(object = %file.id, "no node keeps this file");
    }
    rows
}
