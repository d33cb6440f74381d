//! Uploads that were begun and not acknowledged, because something failed or the gateway crashed.

use cidlock_ipfs_client::pin::Pin;
use futures::TryStreamExt as _;

use super::{UploadError, Uploads};
use crate::object::pin_name;
use crate::store::{FileRow, Intent, PageLimit, rows};

impl Uploads {
    /// Undoes all uploads that a crash left between their intent and their file, before the first
    /// new one is taken; says how many there were. One that cannot be undone now is logged,
    /// stays recorded, and is tried again.
    ///
    /// # Errors
    /// The store cannot be asked.
    pub async fn recover(&self) -> Result<usize, UploadError> {
        let begun = rows(None, |after| self.store.intents(after, PageLimit::MAX), |it| it.id);
        Ok(self.undo_each(begun.try_collect().await?).await)
    }

    /// Tries again what could not be undone before; says how much is undone now.
    pub async fn undo_leftovers(&self) -> usize {
        self.undo_each(self.leftovers.take().into()).await
    }

    async fn undo_each(&self, intents: Vec<Intent>) -> usize {
        let undo = |intent: Intent| async move {
            match self.undo(&intent).await {
                Ok(_) => Ok(()),
                Err(error) => {
                    tracing::warn!(object = %intent.id, %error, "an unfinished upload stays");
                    Err(intent)
                }
            }
        };
        self.leftovers.undo(intents, undo).await
    }

    /// Takes an upload's pin away, then the record of it; in this order, so that a crash between
    /// the two is found again. An upload that has become a file after all is left alone and
    /// returned: what an engine or a store answered last may have been lost on its way.
    pub(super) async fn undo(&self, intent: &Intent) -> Result<Option<FileRow>, UploadError> {
        // From here on nobody can turn it into a file any more.
        if !self.store.cancel_upload(intent.id).await? {
            let file = self.store.file_by_cid(&intent.cid).await?;
            return Ok(file.filter(|file| file.id == intent.id));
        }
        let pin = Pin { name: pin_name(intent.id), root: intent.root };
        self.engine.unpin(&pin).await?.completed()?;
        self.store.abandon_upload(intent.id).await?;
        Ok(None)
    }
}
