//! Every block of every object on every node, read back.

use std::sync::Arc;
use std::time::Duration;

use cidlock_crypto::UnixTime;
use cidlock_ipfs_client::engine::{Condition, Engine, EngineError, NodeCondition, ReadRate};
use cidlock_ipfs_client::pin::ReplicaStatus;
use futures::{StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::holds::Holds;
use crate::object::object_ref;
use crate::store::{FileRow, JobState, PageLimit, ReplicaRow, Store, StoreError, rows};

/// What the job is called in the catalog.
const JOB: &str = "scrub";
/// How often it is looked whether another pass is due.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Damaged files that are named.
const NAMED: usize = 1000;

/// The job that reads everything back, pass after pass; a restart goes on where it was.
#[derive(Clone)]
pub struct Scrub {
    /// What keeps the objects.
    pub engine: Arc<dyn Engine>,
    /// What knows of them.
    pub store: Arc<dyn Store>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// What is not to be deleted while blocks of it are put back.
    pub holds: Holds,
    /// From the beginning of one pass to that of the next; zero for none but those asked for.
    pub every: Duration,
    /// How fast a pass reads that nobody has asked for.
    pub rate: Arc<ReadRate>,
    /// That somebody has asked for a pass.
    pub asked: Arc<Notify>,
}

/// What a pass has found so far.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scrubbed {
    /// Files read back.
    pub files: u64,
    /// Copies that had damage, which is mended.
    pub healed: u64,
    /// Copies that have damage.
    pub damaged: u64,
    /// Copies that were not where they should be.
    pub absent: u64,
    /// Copies that could not be read, because a node was away or the file was being worked on.
    pub unknown: u64,
}

impl Scrubbed {
    fn log(self) {
        let Self { files, healed, damaged, absent, unknown } = self;
        tracing::info!(files, healed, damaged, absent, unknown, "read everything back");
    }
}

/// A pass, as the catalog remembers it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Note {
    /// Somebody waits for it, so it is as fast as it can be.
    asked: bool,
    found: Scrubbed,
}

/// How far the newest pass is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScrubState {
    /// When it began.
    pub begun_at: UnixTime,
    /// When it ended, if it has.
    pub ended_at: Option<UnixTime>,
    /// What it has found.
    pub found: Scrubbed,
    /// How many files there are.
    pub files: u64,
    /// Files that are not whole on some node now, whoever found that out; at most 1000.
    pub wanting: Vec<FileRow>,
}

impl Scrub {
    /// Passes, each when it is due or asked for; to be dropped when the gateway stops.
    pub async fn run(self) {
        loop {
            match self.pass_if_due().await {
                Ok(None) => {}
                Ok(Some(found)) => found.log(),
                Err(error) => tracing::warn!(%error, "scrub: will go on later"),
            }
            tokio::select! {
                () = self.asked.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Has everything read back now, and as fast as it goes. A pass that was asked for already and is
    /// under way is that pass.
    ///
    /// # Errors
    /// The store cannot be asked.
    pub async fn ask(&self) -> Result<ScrubState, StoreError> {
        let running = self.store.job(JOB).await?.filter(|state| state.ended_at.is_none());
        if !running.as_ref().is_some_and(|state| note(state).asked) {
            let note = Note { asked: true, ..Note::default() };
            self.store.save_job(JOB, begun(self.clock.now(), &note)).await?;
            self.asked.notify_one();
        }
        let state = self.state().await?;
        state.ok_or(StoreError::Unavailable("the pass that was just begun is not there".into()))
    }

    /// How far the newest pass is; none if there was none yet.
    ///
    /// # Errors
    /// The store cannot be asked.
    pub async fn state(&self) -> Result<Option<ScrubState>, StoreError> {
        let Some(state) = self.store.job(JOB).await? else { return Ok(None) };
        let wanting = |after| self.store.files_wanting_replicas(after, PageLimit::MAX);
        let wanting = rows(None, wanting, |file| file.id).take(NAMED).try_collect().await?;
        Ok(Some(ScrubState {
            begun_at: state.begun_at,
            ended_at: state.ended_at,
            found: note(&state).found,
            files: self.store.count_files().await?,
            wanting,
        }))
    }

    /// Goes on with a pass that was interrupted, or begins one that is due.
    ///
    /// # Errors
    /// The store cannot be asked.
    pub async fn pass_if_due(&self) -> Result<Option<Scrubbed>, StoreError> {
        let now = self.clock.now();
        let state = match self.store.job(JOB).await? {
            Some(state) if state.ended_at.is_none() => state,
            _ if self.every.is_zero() => return Ok(None),
            Some(state) if state.begun_at.saturating_add(self.every) > now => return Ok(None),
            _ => {
                let state = begun(now, &Note::default());
                self.store.save_job(JOB, state.clone()).await?;
                state
            }
        };
        self.pass(state).await
    }

    /// `None` if another pass has taken its place.
    async fn pass(&self, mut state: JobState) -> Result<Option<Scrubbed>, StoreError> {
        let mut note = note(&state);
        let unbounded = ReadRate::unbounded();
        let rate = if note.asked { &unbounded } else { &*self.rate };
        let files = |after| self.store.files(after, PageLimit::MAX);
        let mut files = rows(state.after, files, |file| file.id);
        while let Some(file) = files.try_next().await? {
            self.file(&file, rate, &mut note.found).await?;
            state.after = Some(file.id);
            if !self.save(&state, &note).await? {
                return Ok(None);
            }
        }
        state.ended_at = Some(self.clock.now());
        Ok(self.save(&state, &note).await?.then_some(note.found))
    }

    /// Records how far the pass is; `false` if another one has begun since.
    async fn save(&self, state: &JobState, found: &Note) -> Result<bool, StoreError> {
        let other =
            self.store.job(JOB).await?.is_some_and(|now| {
                now.begun_at != state.begun_at || note(&now).asked != found.asked
            });
        if !other {
            let state = JobState { note: text(found), ..state.clone() };
            self.store.save_job(JOB, state).await?;
        }
        Ok(!other)
    }

    /// Reads one file back; what is wrong with a copy goes into the file's row.
    async fn file(
        &self,
        file: &FileRow,
        rate: &ReadRate,
        found: &mut Scrubbed,
    ) -> Result<(), StoreError> {
        let Some(hold) = self.holds.hold(file.id) else {
            found.unknown += 1;
            return Ok(());
        };
        // Only now: a deletion that comes later than this waits for the hold.
        let Some(file) = self.store.file(file.id).await? else { return Ok(()) };
        let object = object_ref(&file);
        let scrubbed = tokio::select! {
            scrubbed = self.engine.scrub(&object, rate) => scrubbed,
            () = hold.wanted() => return Ok(()),
            // Another pass is to begin at once; this one sees that when it is recorded.
            () = self.asked.notified() => {
                self.asked.notify_one();
                return Ok(());
            }
        };
        let conditions = match scrubbed {
            Ok(conditions) => conditions,
            Err(EngineError::NotFound { .. }) => {
                tracing::error!(object = %file.id, "no node has this file");
                found.absent += 1;
                return Ok(());
            }
            Err(error) => {
                tracing::warn!(object = %file.id, %error, "was not read back");
                found.unknown += 1;
                return Ok(());
            }
        };
        let mut replicas = file.replicas.clone();
        let mut seen = Scrubbed { files: 1, ..Scrubbed::default() };
        for NodeCondition { node, condition } in &conditions {
            let Some(replica) = replicas.iter_mut().find(|replica| replica.node == *node) else {
                // One of the nodes that need not keep it.
                continue;
            };
            seen.count(condition);
            tell(&file, node, condition);
            mark(replica, condition);
        }
        // What was revised in between has other blocks, and copies of its own.
        let unchanged = replicas == file.replicas;
        if unchanged || self.store.set_replicas(file.id, file.root, replicas).await? {
            found.add(seen);
        }
        Ok(())
    }
}

impl Scrubbed {
    fn add(&mut self, more: Self) {
        self.files += more.files;
        self.healed += more.healed;
        self.damaged += more.damaged;
        self.absent += more.absent;
        self.unknown += more.unknown;
    }

    fn count(&mut self, condition: &Condition) {
        match condition {
            Condition::Healed(_) => self.healed += 1,
            Condition::Damaged { .. } => self.damaged += 1,
            Condition::Absent => self.absent += 1,
            Condition::Unknown(_) => self.unknown += 1,
            _ => {}
        }
    }
}

fn tell(file: &FileRow, node: &str, condition: &Condition) {
    let object = file.id;
    match condition {
        Condition::Healed(blocks) => {
            tracing::warn!(%object, node, blocks = blocks.len(), "damage was mended");
        }
        Condition::Damaged { blocks, problem } => {
            let blocks: Vec<String> = blocks.iter().map(ToString::to_string).collect();
            tracing::error!(%object, node, ?blocks, problem, "a copy is damaged");
        }
        Condition::Absent => tracing::warn!(%object, node, "a copy is missing"),
        _ => {}
    }
}

fn mark(replica: &mut ReplicaRow, condition: &Condition) {
    let status = match condition {
        Condition::Whole | Condition::Healed(_) => ReplicaStatus::Pinned,
        Condition::Damaged { .. } => ReplicaStatus::Damaged,
        Condition::Absent => ReplicaStatus::Pending,
        _ => return,
    };
    replica.status = status.to_string();
}

fn begun(now: UnixTime, note: &Note) -> JobState {
    JobState::begun(now, text(note))
}

/// One that is not understood is a pass that nobody has asked for and that has found nothing yet.
fn note(state: &JobState) -> Note {
    serde_json::from_str(&state.note).unwrap_or_default()
}

fn text(note: &Note) -> String {
    serde_json::to_string(note).expect("numbers and a switch")
}
