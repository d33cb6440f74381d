//! The second half of the way in: sealed batches are hashed into the DAG and staged, here or, for a
//! long upload while a processor is idle, on a thread of their own.

use cidlock_ipfs_client::staging::{StagedContent, StagingError, StagingWriter};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::UploadError;
use crate::spare::{Spare, WORTH_IT};

/// Batches of 256 KiB that may wait for the thread. With fewer the two wake each other for every single
/// one, and the system puts who wakes and who is woken on one processor.
const WAITING: usize = 4;

/// Where the batches go. One that is dropped leaves no file.
pub(super) struct Stage {
    /// Gone while a thread has it.
    writer: Option<StagingWriter>,
    helper: Option<Helper>,
    /// What to look for a processor in, until it was looked.
    spare: Option<Spare>,
}

/// A thread that stages what it is sent. It ends, and drops the writer, when nothing comes any more.
struct Helper {
    batches: mpsc::Sender<Vec<u8>>,
    thread: JoinHandle<Result<StagingWriter, StagingError>>,
}

impl Stage {
    pub(super) fn new(writer: StagingWriter, spare: Spare) -> Self {
        Self { writer: Some(writer), helper: None, spare: Some(spare) }
    }

    pub(super) async fn write(&mut self, batch: Vec<u8>) -> Result<(), UploadError> {
        if let Some(helper) = &self.helper {
            if helper.batches.send(batch).await.is_ok() {
                return Ok(());
            }
            // It ended before its time; its error says why.
            self.writer = Some(self.rejoin().await?);
            return Err(UploadError::Interrupted);
        }
        let writer = self.writer.as_mut().ok_or(UploadError::Interrupted)?;
        writer.write(batch).await?;
        if writer.content_len() >= WORTH_IT {
            self.look_for_help();
        }
        Ok(())
    }

    /// Ends the content.
    pub(super) async fn finish(mut self) -> Result<StagedContent, UploadError> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => self.rejoin().await?,
        };
        Ok(writer.finish().await?)
    }

    /// Asked once: whoever finds none goes on alone.
    fn look_for_help(&mut self) {
        let Some(permit) = self.spare.take().and_then(|spare| spare.take()) else { return };
        let Some(mut writer) = self.writer.take() else { return };
        let (batches, mut coming) = mpsc::channel::<Vec<u8>>(WAITING);
        let runtime = Handle::current();
        let thread = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            runtime.block_on(async {
                while let Some(batch) = coming.recv().await {
                    writer.write(batch).await?;
                }
                Ok(writer)
            })
        });
        self.helper = Some(Helper { batches, thread });
    }

    async fn rejoin(&mut self) -> Result<StagingWriter, UploadError> {
        let Helper { batches, thread } = self.helper.take().ok_or(UploadError::Interrupted)?;
        drop(batches);
        Ok(thread.await.map_err(|_| UploadError::Interrupted)??)
    }
}
