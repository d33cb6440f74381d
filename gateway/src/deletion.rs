//! Files deleted: at once for everybody who asks, then from the engine, and never undone.
//!
//! The catalog forgets the file and revokes what leads to it, in one transaction that leaves a
//! record; the record is copied into a log beside the keys, which outlives the catalog; then the
//! engine lets go. What is left to do is done again until it is done, across restarts.
//!
//! # Invariants
//! - Nothing leaves the engine before the deletion is durable in the catalog and in the log.
//! - Nothing is deleted because it is unknown: only by a grant, or when its retention and a grace
//!   are over while the clock can be trusted, or because the log says that it was before.
//! - A receipt says what is true when it is signed: that a node has collected the object, only after
//!   it has denied to have the root, the inner blocks and a sample of the leaves.
//!
//! What others have copied meanwhile is beyond its reach, and no receipt says otherwise.

mod doubt;
mod error;
mod log;
mod retention;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use cidlock_crypto::receipt::{NodeReceipt, Receipt};
use cidlock_crypto::{ObjectId, UnixTime};
use cidlock_ipfs_client::Cid;
use cidlock_ipfs_client::engine::{Engine, EngineError, ObjectRef};
use cidlock_ipfs_client::pin::{Pin, Removal};
use futures::TryStreamExt as _;

pub use doubt::{ClockWatch, Doubt};
pub use error::DeletionError;
pub use log::{DeletionLog, LogError, Logged};
pub use retention::Retention;

use crate::access::{Caller, Delete, Grant, Revocations};
use crate::clock::Clock;
use crate::holds::Holds;
use crate::keyring::Keyring;
use crate::object::pin_name;
use crate::phase::Phase;
use crate::store::{
    Deletion, DeletionReason, FileRow, FormerRoot, PageLimit, Progress, ReplicaRow, Store, rows,
};

/// A node's status while it may still keep the object.
const PENDING: &str = "pending";
/// Its status when it keeps the object no more, and may still have its blocks.
const UNPINNED: &str = "unpinned";
/// Its status when it has none of its blocks.
const COLLECTED: &str = "collected";

/// Deletions. Cheap to clone.
#[derive(Clone)]
pub struct Deletions {
    /// What lets go of the objects.
    pub engine: Arc<dyn Engine>,
    /// What forgets them.
    pub store: Arc<dyn Store>,
    /// What signs receipts.
    pub keyring: Arc<Keyring>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where a deletion cuts what is under way, at once.
    pub revocations: Arc<Revocations>,
    /// What outlives the catalog.
    pub log: Arc<DeletionLog>,
    /// Objects that a repair may still be pinning.
    pub holds: Holds,
}

/// A deletion and the receipt for it.
#[derive(Debug)]
pub struct Deleted {
    /// The record.
    pub record: Deletion,
    /// The receipt, as a compact JWS.
    pub receipt: String,
}

impl Deletions {
    /// Deletes the file that `grant` is about; `rev`, if given, is the revision that must be
    /// current.
    ///
    /// Once the catalog has it, the deletion goes on whether or not the caller still listens, and
    /// whatever happens to the engine.
    ///
    /// # Errors
    /// The file was revised or deleted meanwhile, or the catalog cannot be asked.
    pub async fn delete(
        &self,
        grant: &Grant<Delete>,
        rev: Option<u32>,
    ) -> Result<Deleted, DeletionError> {
        let record = self.forget(grant.file(), rev, DeletionReason::Asked).await?;
        self.receipt(record)
    }

    /// The deletion of a file that was the caller's, with a receipt as of now.
    ///
    /// # Errors
    /// [`DeletionError::NotFound`], also for somebody else's.
    pub async fn find(&self, by: &Caller, id: ObjectId) -> Result<Deleted, DeletionError> {
        let record = self.store.deletion(id).await?;
        let record = record.filter(|deletion| deletion.owner == by.user());
        self.receipt(record.ok_or(DeletionError::NotFound)?)
    }

    /// Goes on with every deletion that some node has not followed yet; says how many are done now.
    /// One that fails is logged and stays recorded.
    ///
    /// # Errors
    /// The store cannot be asked.
    pub async fn resume(&self) -> Result<usize, DeletionError> {
        // What a deletion could not cut when it was asked for is cut before its blocks go.
        self.revocations.catch_up(&*self.store).await?;
        let pending = |after| self.store.pending_deletions(after, PageLimit::MAX);
        let (mut done, mut pending) = (0, rows(None, pending, |record| record.id));
        while let Some(record) = pending.try_next().await? {
            let id = record.id;
            match self.carry_out(record).await {
                Ok(record) if record.done_at.is_some() => done += 1,
                // A node that could not be asked is named in the record, and in the log.
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(object = %id, %error, "a deletion is tried again later");
                }
            }
        }
        Ok(done)
    }

    /// Deletes again what the log says was deleted and the catalog still has, since it is a copy of
    /// before; says how many files those were. The engine lets go of them with [`Deletions::resume`].
    ///
    /// # Errors
    /// The log cannot be read, or the store cannot be asked.
    pub async fn catch_up(&self) -> Result<usize, DeletionError> {
        let reasons = self.log.reasons()?;
        if reasons.is_empty() {
            return Ok(0);
        }
        let files = |after| self.store.files(after, PageLimit::MAX);
        let (mut again, mut files) = (0, rows(None, files, |file| file.id));
        while let Some(file) = files.try_next().await? {
            let Some(reason) = reasons.get(&file.id) else { continue };
            // A word of a later version is as good as that one.
            let reason = DeletionReason::try_from(reason.clone()).unwrap_or(DeletionReason::Asked);
            self.store.delete_file(file.id, None, reason, self.clock.now()).await?;
            again += 1;
        }
        if again > 0 {
            self.revocations.catch_up(&*self.store).await?;
        }
        Ok(again)
    }

    /// Makes the deletion durable, cuts what is under way, and carries it out as far as it goes.
    async fn forget(
        &self,
        file: &FileRow,
        rev: Option<u32>,
        reason: DeletionReason,
    ) -> Result<Deletion, DeletionError> {
        let (this, id) = (self.clone(), file.id);
        let forgotten = tokio::spawn(async move {
            Phase::Record.entered(id);
            let record = this.store.delete_file(id, rev, reason, this.clock.now()).await?;
            this.revocations.catch_up(&*this.store).await?;
            match this.carry_out(record.clone()).await {
                Ok(record) => Ok(record),
                Err(error) => {
                    tracing::warn!(object = %id, %error, "a deletion is carried out later");
                    Ok(record)
                }
            }
        });
        forgotten.await.map_err(|_| DeletionError::Interrupted)?
    }

    /// Writes the log, then lets the engine go of the object. Doing it again changes nothing.
    async fn carry_out(&self, mut record: Deletion) -> Result<Deletion, DeletionError> {
        let id = record.id;
        Phase::Log.entered(id);
        self.log.append(Logged::from(&record)).await?;
        // A repair that is at it could pin again what is unpinned here. None begins any more.
        if self.holds.want(id) {
            return Err(DeletionError::Attended);
        }
        let former = self.store.former_roots_of(id).await?;
        self.choose_witnesses(&mut record, &former).await?;
        Phase::Unpin.entered(id);
        let pin = Pin { name: pin_name(id), root: record.root };
        let mut nodes = BTreeMap::new();
        self.follow(let_go(&*self.engine, &pin).await?, &mut nodes);
        // The unsettled one last: an edit that is still under way pins nothing of an object that is
        // gone.
        for root in former.into_iter().chain(record.unsettled) {
            match self.engine.unpin(&Pin { root, ..pin.clone() }).await {
                Ok(removal) => {
                    let complete = removal.is_complete();
                    self.follow(removal, &mut nodes);
                    if complete {
                        self.store.forget_former_root(FormerRoot { id, root }).await?;
                    }
                }
                // It was never pinned, or another root has taken its place.
                Err(EngineError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let nodes = self.merge(&record.nodes, nodes);
        let pending = nodes.iter().any(|node| node.status == PENDING);
        let now = self.clock.now();
        let done_at = (!pending).then_some(now);
        if !pending {
            Phase::Done.entered(id);
            self.log.done(id);
        }
        self.advance(record, nodes, done_at).await
    }

    /// Records how far the nodes are.
    async fn advance(
        &self,
        record: Deletion,
        nodes: Vec<ReplicaRow>,
        done_at: Option<UnixTime>,
    ) -> Result<Deletion, DeletionError> {
        let collected = done_at.is_some() && nodes.iter().all(|node| node.status == COLLECTED);
        let collected_at = collected.then(|| self.clock.now());
        let progress = Progress { nodes: nodes.clone(), done_at, collected_at };
        self.store.advance_deletion(record.id, progress).await?;
        Ok(Deletion { nodes, done_at, collected_at, ..record })
    }

    /// Says, while the object can still be read, which blocks are looked for when it is gone.
    async fn choose_witnesses(
        &self,
        record: &mut Deletion,
        former: &[Cid],
    ) -> Result<(), DeletionError> {
        if self.engine.collects_at_once() || !record.witnesses.is_empty() {
            return Ok(());
        }
        let pin = Pin { name: pin_name(record.id), root: record.root };
        let object = ObjectRef { pin, content: record.cid, content_len: record.content_len };
        let mut witnesses = match self.engine.witnesses(&object).await {
            Ok(witnesses) => witnesses,
            // It cannot be read any more; these two are known all the same.
            Err(EngineError::NotFound { .. } | EngineError::Corrupt { .. }) => {
                vec![record.root, record.cid]
            }
            Err(error) => return Err(error.into()),
        };
        witnesses.extend(former);
        witnesses.extend(record.unsettled);
        self.store.set_witnesses(record.id, witnesses.clone()).await?;
        record.witnesses = witnesses;
        Ok(())
    }

    /// Asks the nodes about one page of what they have let go of, and records where the blocks are
    /// gone; says with which to go on, if there are more.
    ///
    /// # Errors
    /// The store cannot be asked.
    pub async fn look_for_blocks(
        &self,
        after: Option<ObjectId>,
        limit: PageLimit,
    ) -> Result<Option<ObjectId>, DeletionError> {
        let page = self.store.uncollected_deletions(after, limit).await?;
        let last = page.last().map(|record| record.id);
        for record in page {
            let lacks = self.engine.lacks(&record.witnesses).await;
            let gone = |row: &ReplicaRow| {
                row.engine == self.engine.name()
                    && lacks.iter().any(|node| node.node == row.node && node.lacks == Some(true))
            };
            let mut nodes = record.nodes.clone();
            for row in nodes.iter_mut().filter(|row| gone(row)) {
                COLLECTED.clone_into(&mut row.status);
            }
            if nodes != record.nodes {
                let done_at = record.done_at;
                self.advance(record, nodes, done_at).await?;
            }
        }
        Ok(last)
    }

    /// What was known of the nodes, and what they said now. One that has let go has done so for good;
    /// one that nobody can ask any more stays as it was.
    fn merge(
        &self,
        known: &[ReplicaRow],
        mut now: BTreeMap<String, &'static str>,
    ) -> Vec<ReplicaRow> {
        let engine = self.engine.name();
        let mut rows = known.to_vec();
        for row in rows.iter_mut().filter(|row| row.engine == engine) {
            if let Some(status) = now.remove(&row.node)
                && row.status == PENDING
            {
                status.clone_into(&mut row.status);
            }
        }
        rows.extend(now.into_iter().map(|(node, status)| ReplicaRow {
            engine: engine.to_owned(),
            node,
            status: status.to_owned(),
        }));
        rows
    }

    /// Adds what a removal found: a node that did not answer once is pending.
    fn follow(&self, removal: Removal, nodes: &mut BTreeMap<String, &'static str>) {
        let gone = if self.engine.collects_at_once() { COLLECTED } else { UNPINNED };
        for node in removal.nodes {
            let status = if node.found.is_some() { gone } else { PENDING };
            let known = nodes.entry(node.node).or_insert(status);
            if status == PENDING {
                *known = PENDING;
            }
        }
    }

    fn receipt(&self, record: Deletion) -> Result<Deleted, DeletionError> {
        let nodes = record.nodes.iter().map(|node| NodeReceipt {
            engine: node.engine.clone(),
            node: node.node.clone(),
            status: node.status.clone(),
        });
        let receipt = Receipt {
            id: record.id,
            cid: record.cid.to_string(),
            deleted_at: record.deleted_at,
            reason: record.reason.to_string(),
            issued_at: self.clock.now(),
            nodes: nodes.collect(),
        };
        let receipt = self.keyring.keys().sign_receipt(&receipt)?;
        Ok(Deleted { record, receipt })
    }
}

/// Has the engine let go of an object whose newest root is that of `pin`, settled or not. Doing it
/// again changes nothing.
pub(crate) async fn let_go(engine: &dyn Engine, pin: &Pin) -> Result<Removal, EngineError> {
    match engine.settle(pin, pin).await {
        // It is gone already, or damaged, and can go as well; or some node did not answer, which
        // the removal finds as well.
        Ok(_)
        | Err(
            EngineError::NotFound { .. }
            | EngineError::Corrupt { .. }
            | EngineError::Unavailable { .. },
        ) => {}
        Err(error) => return Err(error),
    }
    engine.unpin(pin).await
}
