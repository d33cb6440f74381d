//! A deletion beside an edit that has not noticed it yet.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use cidlock_ipfs_client::Cid;
use cidlock_ipfs_client::car::Layout;
use cidlock_ipfs_client::dag::DagParams;
use cidlock_ipfs_client::engine::{
    ByteStream, Embedded, Engine, EngineError, Health, Ingest, NodeCollection, NodeCondition,
    NodeLack, ObjectRef, ReadRate, Upkeep,
};
use cidlock_ipfs_client::pin::{Pin, Pinned, Removal, Replica};
use cidlock_ipfs_client::revision::Revision;
use cidlock_ipfs_client::staging::Follower;
use futures::stream::BoxStream;

use super::super::Deletions;
use super::Bench;
use crate::object::{STATEMENT_MEMBER, pin_name};
use crate::store::{DeletionReason, FileRow, RevisionIntent};

/// An engine to which an edit comes with its revision just before or after something is unpinned.
struct Edited {
    engine: Embedded,
    before: bool,
    edit: Mutex<Option<(Pin, Revision)>>,
}

impl Edited {
    async fn edit(&self) {
        let edit = self.edit.lock().unwrap().take();
        if let Some((from, revision)) = edit {
            // Whether that works is the engine's business.
            let _ = self.engine.revise(&from, &revision).await;
        }
    }
}

#[async_trait]
impl Engine for Edited {
    fn name(&self) -> &str {
        self.engine.name()
    }
    async fn ingest(&self, feed: Follower) -> Result<Box<dyn Ingest>, EngineError> {
        self.engine.ingest(feed).await
    }
    async fn read(&self, object: &ObjectRef, range: Range<u64>) -> Result<ByteStream, EngineError> {
        self.engine.read(object, range).await
    }
    async fn read_checked(
        &self,
        object: &ObjectRef,
        range: Range<u64>,
    ) -> Result<ByteStream, EngineError> {
        self.engine.read_checked(object, range).await
    }
    async fn member(&self, pin: &Pin, name: &str) -> Result<Bytes, EngineError> {
        self.engine.member(pin, name).await
    }
    async fn car(&self, object: &ObjectRef) -> Result<ByteStream, EngineError> {
        self.engine.car(object).await
    }
    async fn revise(&self, from: &Pin, revision: &Revision) -> Result<Pinned, EngineError> {
        self.engine.revise(from, revision).await
    }
    async fn settle(&self, from: &Pin, to: &Pin) -> Result<Vec<Replica>, EngineError> {
        self.engine.settle(from, to).await
    }
    fn pins(&self) -> BoxStream<'_, Result<Pin, EngineError>> {
        self.engine.pins()
    }
    async fn unpin(&self, pin: &Pin) -> Result<Removal, EngineError> {
        if self.before {
            self.edit().await;
        }
        let unpinned = self.engine.unpin(pin).await;
        self.edit().await;
        unpinned
    }
    fn collects_at_once(&self) -> bool {
        self.engine.collects_at_once()
    }
    async fn health(&self) -> Result<Health, EngineError> {
        self.engine.health().await
    }
}

#[async_trait]
impl Upkeep for Edited {
    async fn replicas(&self, pin: &Pin) -> Result<Vec<Replica>, EngineError> {
        self.engine.replicas(pin).await
    }
    async fn repair(&self, object: &ObjectRef) -> Result<Vec<Replica>, EngineError> {
        self.engine.repair(object).await
    }
    async fn scrub(
        &self,
        object: &ObjectRef,
        rate: &ReadRate,
    ) -> Result<Vec<NodeCondition>, EngineError> {
        self.engine.scrub(object, rate).await
    }
    async fn witnesses(&self, object: &ObjectRef) -> Result<Vec<Cid>, EngineError> {
        self.engine.witnesses(object).await
    }
    async fn lacks(&self, witnesses: &[Cid]) -> Vec<NodeLack> {
        self.engine.lacks(witnesses).await
    }
    async fn collect_garbage(&self) -> Vec<NodeCollection> {
        self.engine.collect_garbage().await
    }
}

fn revision(file: &FileRow) -> Revision {
    let layout = Layout::new(DagParams::UNIXFS_V1_2025, file.content_len).unwrap();
    let members = [(STATEMENT_MEMBER, Bytes::from_static(b"another statement"))];
    Revision::new(file.cid, layout.total_len(), &members).unwrap()
}

#[tokio::test]
async fn an_edit_that_comes_late_pins_nothing_of_a_deleted_object() {
    for before in [true, false] {
        let bench = Bench::new().await;
        let file = bench.store(None).await;
        let revision = revision(&file);
        let (id, root, rev) = (file.id, revision.root(), file.rev + 1);
        let intent = RevisionIntent { id, rev, root, begun_at: file.created_at };
        bench.deletions.store.begin_revision(intent).await.unwrap();
        let from = Pin { name: pin_name(id), root: file.root };
        let engine = bench.engine.clone();
        let engine = Edited { engine, before, edit: Mutex::new(Some((from, revision))) };
        let deletions = Deletions { engine: Arc::new(engine), ..bench.deletions.clone() };
        let record = deletions.forget(&file, None, DeletionReason::Asked).await.unwrap();
        assert!(record.done_at.is_some());
        assert_eq!(record.unsettled, Some(root));
        assert_eq!(bench.files_of(&file), Vec::<String>::new(), "before a removal: {before}");
    }
}
