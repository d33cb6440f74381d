//! From staged to acknowledged: intent, pin, row.

use cidlock_crypto::chunked::Sealed;
use cidlock_crypto::statement::Statement;
use cidlock_ipfs_client::engine::Ingest;
use cidlock_ipfs_client::staging::StagedCar;

use super::{UploadError, Uploads};
use crate::phase::Phase;
use crate::store::{Acknowledged, FileRow, Intent, UserId};

impl Uploads {
    /// Records what is about to be pinned, has it pinned, and replaces the record by the file.
    ///
    /// Runs to its end whether or not anybody waits for it.
    pub(super) async fn keep(
        self,
        by: UserId,
        ingest: Box<dyn Ingest>,
        car: StagedCar,
        sealed: Sealed,
        statement: Statement,
        signed: String,
    ) -> Result<FileRow, UploadError> {
        let object = car.object();
        let intent = Intent {
            id: statement.id,
            cid: object.content,
            root: object.root(),
            owner: by,
            begun_at: statement.created,
        };
        let acknowledged = async {
            Phase::Intent.entered(intent.id);
            self.store.begin_upload(intent.clone()).await?;
            Phase::Commit.entered(intent.id);
            let pinned = ingest.commit(car).await?;
            Phase::Row.entered(intent.id);
            let whole = Acknowledged::new(&sealed, &pinned, &object, &statement, signed)?;
            Ok(self.store.commit_upload(whole).await?)
        };
        match acknowledged.await {
            Ok(file) => Ok(file),
            Err(error) => match self.undo(&intent).await {
                Ok(None) => Err(error),
                // The answer was lost, not the commit.
                Ok(Some(file)) => Ok(file),
                Err(left) => {
                    // The intent stays, and what it names is found by it.
                    tracing::warn!(object = %intent.id, error = %left, "an upload's leftovers wait to be undone");
                    self.leftovers.push(intent);
                    Err(error)
                }
            },
        }
    }
}
