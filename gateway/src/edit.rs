//! A file described anew: another name, another type, another retention; its content, its CID and
//! its links stay.
//!
//! The statement of the next revision is signed, the engine pins the directory that holds it beside
//! the former one, the catalog's row changes, and the engine lets go of the former one.
//!
//! # Invariants
//! - The content is neither read nor written.
//! - The row changes only after the engine has confirmed the new pin; until then everything that
//!   was, is.
//! - A revision is recorded before it is pinned, so that what a crash leaves of it is found again.
//! - Revisions of a file follow one another: one that was made from an older one is refused.
//!
//! It does not know links or tokens: what a link gives does not depend on a file's description.

mod change;
mod error;

use std::sync::Arc;

use bytes::Bytes;
use cidlock_crypto::statement::{SignStatementError, Statement};
use cidlock_ipfs_client::car::Layout;
use cidlock_ipfs_client::dag::DagParams;
use cidlock_ipfs_client::engine::Engine;
use cidlock_ipfs_client::pin::Pin;
use cidlock_ipfs_client::revision::Revision;
use futures::TryStreamExt as _;

pub use change::{Change, MAX_META_BYTES, MAX_META_KEYS};
pub use error::EditError;

use crate::access::{Edit, Grant};
use crate::clock::Clock;
use crate::keyring::Keyring;
use crate::leftovers::Leftovers;
use crate::object::{STATEMENT_MEMBER, pin_name};
use crate::store::{FileRow, PageLimit, Revised, RevisionIntent, Store, StoreError, rows};

/// Descriptions, changed. Cheap to clone.
#[derive(Clone)]
pub struct Edits {
    /// What keeps the objects.
    pub engine: Arc<dyn Engine>,
    /// How their contents are cut.
    pub params: DagParams,
    /// What knows of them.
    pub store: Arc<dyn Store>,
    /// What seals and signs.
    pub keyring: Arc<Keyring>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Revisions that failed and could not be undone yet.
    pub leftovers: Leftovers<RevisionIntent>,
}

impl Edits {
    /// Changes what is said of the file; says how it is now. A change that changes nothing makes no
    /// revision.
    ///
    /// # Errors
    /// See [`EditError`]; whatever it is, the file is as it was.
    pub async fn apply(&self, grant: &Grant<Edit>, change: &Change) -> Result<FileRow, EditError> {
        let file = grant.file();
        let before = self.keyring.keys().open_statement(&file.statement)?;
        let now = self.clock.now();
        let mut statement = before.clone();
        change.apply(&mut statement, now)?;
        if statement == before {
            return Ok(file.clone());
        }
        statement.rev = before.rev.checked_add(1).ok_or(EditError::TooManyRevisions)?;
        statement.issued_at = now;
        let signed = match self.keyring.keys().sign_statement(&statement) {
            // Short remarks can take six times their length in JSON.
            Err(SignStatementError::TooLong) => return Err(EditError::Meta),
            signed => signed?,
        };
        let layout = Layout::new(self.params, file.content_len)?;
        let member = Bytes::from(signed.clone());
        let revision = Revision::new(file.cid, layout.total_len(), &[(STATEMENT_MEMBER, member)])?;

        // The client may go; what is begun is brought to an end.
        let kept = self.clone().keep(file.clone(), revision, statement, signed);
        tokio::spawn(kept).await.map_err(|_| EditError::Interrupted)?
    }

    /// Records what is about to be pinned, has it pinned, changes the row, and lets the former
    /// root go.
    async fn keep(
        self,
        before: FileRow,
        revision: Revision,
        statement: Statement,
        signed: String,
    ) -> Result<FileRow, EditError> {
        let from = Pin { name: pin_name(before.id), root: before.root };
        let (id, rev, root) = (before.id, statement.rev, revision.root());
        let intent = RevisionIntent { id, rev, root, begun_at: statement.issued_at };
        self.store.begin_revision(intent.clone()).await?;
        let kept = async {
            // An earlier revision may have been committed and its end been lost.
            self.engine.settle(&from, &from).await?;
            let pinned = self.engine.revise(&from, &revision).await?;
            let revised = Revised::new(&before, &pinned, &statement, signed)?;
            Ok(self.store.commit_revision(revised).await?)
        };
        let file = match kept.await {
            Ok(file) => file,
            Err(error) => match self.undo(&intent).await {
                Ok(None) if self.store.file(id).await?.is_none() => {
                    return Err(StoreError::NoFile.into());
                }
                Ok(None) => return Err(error),
                // The answer was lost, not the commit.
                Ok(Some(file)) => file,
                Err(left) => {
                    tracing::warn!(object = %id, error = %left, "what is left of a revision waits to be undone");
                    self.leftovers.push(intent);
                    return Err(error);
                }
            },
        };
        self.settle(&from, &file).await;
        Ok(file)
    }

    /// Lets another root of the file go, as far as that can be done now. The catalog records it, as a
    /// former one, until no node keeps it any more, which is seen to later.
    async fn settle(&self, from: &Pin, file: &FileRow) {
        let to = Pin { name: from.name.clone(), root: file.root };
        if let Err(error) = self.engine.settle(from, &to).await {
            tracing::debug!(object = %file.id, %error, "another revision is let go of later");
        }
    }

    /// Undoes all revisions that a crash left before their rows changed; says how many there were.
    /// One that cannot be undone now is logged, stays recorded, and is tried again.
    ///
    /// # Errors
    /// The store cannot be asked.
    pub async fn recover(&self) -> Result<usize, EditError> {
        let begun =
            rows(None, |after| self.store.revision_intents(after, PageLimit::MAX), |it| it.id);
        Ok(self.undo_each(begun.try_collect().await?).await)
    }

    /// Tries again what could not be undone before; says how much is undone now.
    pub async fn undo_leftovers(&self) -> usize {
        self.undo_each(self.leftovers.take().into()).await
    }

    async fn undo_each(&self, intents: Vec<RevisionIntent>) -> usize {
        let undo = |intent: RevisionIntent| async move {
            match self.undo(&intent).await {
                Ok(_) => Ok(()),
                Err(error) => {
                    tracing::warn!(object = %intent.id, %error, "an unfinished revision stays");
                    Err(intent)
                }
            }
        };
        self.leftovers.undo(intents, undo).await
    }

    /// Lets a revision go, then the record that it is under way; in this order, so that a crash between
    /// the two is found again. One that was committed after all is left alone, and the file returned.
    async fn undo(&self, intent: &RevisionIntent) -> Result<Option<FileRow>, EditError> {
        // From here on nobody can commit it any more.
        let cancelled = self.store.cancel_revision(intent.id, intent.root).await?;
        let pin = Pin { name: pin_name(intent.id), root: intent.root };
        match self.store.file(intent.id).await? {
            Some(file) if !cancelled => Ok(Some(file).filter(|file| file.root == intent.root)),
            Some(file) => {
                // Not unpinned: of a damaged object nothing says that it is not the one to remove.
                self.settle(&pin, &file).await;
                self.store.abandon_revision(intent.id).await?;
                Ok(None)
            }
            // It was deleted meanwhile, and perhaps before this was pinned.
            None => {
                self.engine.unpin(&pin).await?.completed()?;
                Ok(None)
            }
        }
    }
}
