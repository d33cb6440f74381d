//! Files deleted: at once for everybody who asks, then from the engine, and never undone.
//!
//! The catalog forgets the file and revokes what leads to it, in one transaction that leaves a
//! record; the record is copied into a log beside the keys, which outlives the catalog; then the
//! engine lets go. What is left to do is done again until it is done, across restarts.
//!
//! # Invariants
//! - Nothing leaves the engine before the deletion is durable in the catalog and in the log.
//! - Nothing is deleted because it is unknown: only by a grant, or when its retention and a grace
//!   are over while the clock can be trusted.
//! - A receipt says what is true when it is signed.
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

use cidlock_crypto::ObjectId;
use cidlock_crypto::receipt::{NodeReceipt, Receipt};
use cidlock_ipfs_client::engine::{Engine, EngineError};
use cidlock_ipfs_client::pin::{Pin, Removal};

pub use doubt::{ClockWatch, Doubt};
pub use error::DeletionError;
pub use log::{DeletionLog, LogError, Logged};
pub use retention::Retention;

use crate::access::{Caller, Delete, Grant, Revocations};
use crate::clock::Clock;
use crate::keyring::Keyring;
use crate::object::pin_name;
use crate::phase::Phase;
use crate::store::{Deletion, DeletionReason, FileRow, PageLimit, ReplicaRow, Store};

/// A node's status while it may still keep the object.
const PENDING: &str = "pending";

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
        let (mut done, mut after) = (0, None);
        loop {
            let page = self.store.pending_deletions(after, PageLimit::MAX).await?;
            let Some(last) = page.last() else { return Ok(done) };
            after = Some(last.id);
            for record in page {
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
        }
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
    async fn carry_out(&self, record: Deletion) -> Result<Deletion, DeletionError> {
        let id = record.id;
        Phase::Log.entered(id);
        self.log.append(Logged::from(&record)).await?;
        Phase::Unpin.entered(id);
        let pin = Pin { name: pin_name(id), root: record.root };
        let mut nodes = BTreeMap::new();
        self.follow(let_go(&*self.engine, &pin).await?, &mut nodes);
        // Last: an edit that is still under way pins nothing of an object that is gone.
        if let Some(root) = record.unsettled {
            let unsettled = Pin { root, ..pin.clone() };
            match self.engine.unpin(&unsettled).await {
                Ok(removal) => self.follow(removal, &mut nodes),
                // It was never pinned.
                Err(EngineError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let pending = nodes.values().any(|status| *status == PENDING);
        let done_at = if pending { None } else { Some(self.clock.now()) };
        if !pending {
            Phase::Done.entered(id);
        }
        let engine = self.engine.name();
        let row = |(node, status): (String, &str)| ReplicaRow {
            engine: engine.to_owned(),
            node,
            status: status.to_owned(),
        };
        let nodes: Vec<_> = nodes.into_iter().map(row).collect();
        self.store.advance_deletion(id, nodes.clone(), done_at).await?;
        Ok(Deletion { nodes, done_at, ..record })
    }

    /// Adds what a removal found: a node that did not answer once is pending.
    fn follow(&self, removal: Removal, nodes: &mut BTreeMap<String, &'static str>) {
        let gone = if self.engine.collects_at_once() { "collected" } else { "unpinned" };
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
