//! From staged to acknowledged: intent, pin, row.

use cid::Cid;
use cidlock_crypto::UnixTime;
use cidlock_crypto::chunked::Sealed;
use cidlock_crypto::statement::Statement;
use cidlock_ipfs_client::engine::{Ingest, ObjectRef};
use cidlock_ipfs_client::pin::Pin;
use cidlock_ipfs_client::staging::StagedCar;

use super::{UploadError, Uploads};
use crate::store::{Acknowledged, FileRow, Intent, UserId};

impl Uploads {
    /// Records what is about to be pinned, has it pinned, and replaces the record by the file.
    ///
    /// Runs to its end whether or not anybody waits for it.
    pub(super) async fn keep(
        self,
        ingest: Box<dyn Ingest>,
        car: StagedCar,
        sealed: Sealed,
        statement: Statement,
        signed: String,
    ) -> Result<FileRow, UploadError> {
        let object = ObjectRef {
            pin: Pin { name: car.pin_name().clone(), root: car.root() },
            content: car.content(),
            content_len: car.content_len(),
        };
        let intent = intent(&statement, object.content, object.root())?;
        self.store.begin_upload(intent.clone()).await?;
        let kept = async {
            let pinned = ingest.commit(car).await?;
            let whole = Acknowledged::new(&sealed, &pinned, &object, &statement, signed)?;
            Ok(self.store.commit_upload(whole).await?)
        };
        match kept.await {
            Ok(file) => Ok(file),
            Err(error) => {
                if let Err(left) = self.undo(&intent).await {
                    // The intent stays, and the next start finds what it names.
                    tracing::warn!(object = %intent.id, error = %left, "an upload's leftovers wait for the next start");
                }
                Err(error)
            }
        }
    }
}

fn intent(statement: &Statement, cid: Cid, root: Cid) -> Result<Intent, UploadError> {
    let owner: UserId = statement.owner.parse().map_err(|_| UploadError::Interrupted)?;
    let begun_at: UnixTime = statement.created;
    Ok(Intent { id: statement.id, cid, root, owner, begun_at })
}
