//! What a crash left: pins of uploads that were begun and never acknowledged.

use cidlock_ipfs_client::pin::Pin;

use super::{UploadError, Uploads};
use crate::object::pin_name;
use crate::store::{Intent, PageLimit};

impl Uploads {
    /// Removes the pins of all uploads that were begun and neither acknowledged nor abandoned.
    /// Run before the first upload is taken; says how many there were.
    ///
    /// # Errors
    /// The store or the engine cannot be asked. What was not reached stays recorded.
    pub async fn recover(&self) -> Result<usize, UploadError> {
        let mut count = 0;
        loop {
            // What is undone is no longer listed, so every page is the first.
            let page = self.store.intents(None, PageLimit::MAX).await?;
            if page.is_empty() {
                return Ok(count);
            }
            for intent in &page {
                self.undo(intent).await?;
                count += 1;
            }
        }
    }

    /// Takes the pin away, then the record of it; in this order, so that a crash between the two
    /// is found again.
    pub(super) async fn undo(&self, intent: &Intent) -> Result<(), UploadError> {
        let pin = Pin { name: pin_name(intent.id), root: intent.root };
        self.engine.unpin(&pin).await?;
        self.store.abandon_upload(intent.id).await?;
        Ok(())
    }
}
