//! All objects moved from one engine to another, with the same CIDs.
//!
//! Each object's content is read from the source in blocks that are checked against their CIDs, staged
//! and cut anew, and kept by the target like an upload; then every block is read back from every node
//! of the target. Only then does the catalog say that the object is there. The source is left as it
//! was, until it is told to let go of what the target has.
//!
//! It may be interrupted at any moment and begun again: what is moved is not moved twice. No gateway
//! may run on the catalog meanwhile.

use std::sync::Arc;

use bytes::Bytes;
use cidlock_ipfs_client::engine::{Condition, Engine, EngineError, ReadRate};
use cidlock_ipfs_client::pin::{Pin, Removal};
use cidlock_ipfs_client::staging::{StagingArea, StagingError};
use futures::{Stream, TryStreamExt as _};

use crate::deletion::let_go;
use crate::object::{STATEMENT_MEMBER, object_ref, pin_name};
use crate::store::{FileRow, PageLimit, ReplicaRow, Store, StoreError, rows};

/// Moves objects.
pub struct Migration {
    /// What has them.
    pub from: Arc<dyn Engine>,
    /// What is to have them. It should acknowledge nothing before all nodes have it.
    pub to: Arc<dyn Engine>,
    /// Where they are on the way.
    pub staging: StagingArea,
    /// What says where they are.
    pub store: Arc<dyn Store>,
}

/// What has become of one file.
#[derive(Debug)]
pub enum Moved {
    /// The target has it, and all of it was read back.
    Now,
    /// An earlier run has moved it.
    Before,
    /// It stays where it is.
    Not(NotMoved),
}

/// Why a file was not moved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotMoved {
    /// An engine does not do its part.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// It cannot be staged.
    #[error(transparent)]
    Staging(#[from] StagingError),
    /// It was cut in the former way, or the source has other members.
    #[error("it would get another root")]
    OtherRoot,
    /// The target does not have it as it should.
    #[error("the copy on {node} did not read back: {problem}")]
    Unread {
        /// Which node.
        node: String,
        /// What is wrong.
        problem: String,
    },
}

impl Migration {
    /// Moves every file, and tells `each` of it.
    ///
    /// # Errors
    /// The catalog cannot be asked. What was moved by then is moved.
    pub async fn run(&self, mut each: impl FnMut(&FileRow, Moved)) -> Result<(), StoreError> {
        let mut files = self.files();
        while let Some(file) = files.try_next().await? {
            let moved = if self.has(&file) {
                Moved::Before
            } else {
                match self.file(&file).await {
                    Ok(replicas) => {
                        self.store.set_replicas(file.id, file.root, replicas).await?;
                        Moved::Now
                    }
                    Err(why) => Moved::Not(why),
                }
            };
            each(&file, moved);
        }
        Ok(())
    }

    /// Has the source let go of every file that the target has; says of how many it has not.
    ///
    /// # Errors
    /// The catalog cannot be asked.
    pub async fn drop_source(&self) -> Result<u64, StoreError> {
        let (mut kept, mut files) = (0, self.files());
        while let Some(file) = files.try_next().await? {
            if !self.has(&file) || !self.drop_one(&file).await? {
                kept += 1;
            }
        }
        Ok(kept)
    }

    fn files(&self) -> impl Stream<Item = Result<FileRow, StoreError>> + Unpin {
        rows(None, |after| self.store.files(after, PageLimit::MAX), |file| file.id)
    }

    /// Whether the catalog says that the target has the file, on every node.
    fn has(&self, file: &FileRow) -> bool {
        let there = |row: &ReplicaRow| row.engine == self.to.name() && row.is_pinned();
        !file.replicas.is_empty() && file.replicas.iter().all(there)
    }

    /// Moves one file; says where it is afterwards.
    async fn file(&self, file: &FileRow) -> Result<Vec<ReplicaRow>, NotMoved> {
        let object = object_ref(file);
        let statement: Bytes = self.from.member(&object.pin, STATEMENT_MEMBER).await?;
        let mut writer = self.staging.begin(pin_name(file.id)).await?;
        let ingest = self.to.ingest(writer.follow()).await?;
        let mut content = self.from.read_checked(&object, 0..file.content_len).await?;
        while let Some(bytes) = content.try_next().await? {
            writer.write(bytes).await?;
        }
        let staged = writer.finish().await?;
        let car = staged.complete(&[(STATEMENT_MEMBER, statement)]).await?;
        if car.root() != file.root || car.content() != file.cid {
            return Err(NotMoved::OtherRoot);
        }
        let pinned = ingest.commit(car).await?;
        let read = self.to.scrub(&object, &ReadRate::unbounded()).await?;
        for replica in pinned.replicas() {
            let condition = read.iter().find(|read| read.node == replica.node);
            let problem = match condition.map(|read| &read.condition) {
                Some(Condition::Whole | Condition::Healed(_)) => continue,
                Some(Condition::Damaged { problem, .. } | Condition::Unknown(problem)) => {
                    problem.clone()
                }
                _ => "it is not there".to_owned(),
            };
            return Err(NotMoved::Unread { node: replica.node.clone(), problem });
        }
        Ok(pinned.replicas().iter().map(ReplicaRow::from).collect())
    }

    async fn drop_one(&self, file: &FileRow) -> Result<bool, StoreError> {
        let pin = object_ref(file).pin;
        // Asked again: the catalog's word may be of an earlier run.
        let there = self.to.replicas(&pin).await;
        let rows = there.iter().flatten().map(ReplicaRow::from).collect::<Vec<_>>();
        if rows.is_empty() || !rows.iter().all(ReplicaRow::is_pinned) {
            return Ok(false);
        }
        let gone = |removal: Result<Removal, EngineError>| match removal {
            Ok(removal) => removal.is_complete(),
            Err(EngineError::NotFound { .. } | EngineError::Conflict { .. }) => true,
            Err(error) => {
                tracing::warn!(object = %file.id, %error, "the source does not let go");
                false
            }
        };
        let mut all = gone(let_go(&*self.from, &pin).await);
        for root in self.store.former_roots_of(file.id).await? {
            all &= gone(self.from.unpin(&Pin { root, ..pin.clone() }).await);
        }
        Ok(all)
    }
}
