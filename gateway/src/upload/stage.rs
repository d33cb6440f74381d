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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use cidlock_ipfs_client::staging::Shortage;

    use super::*;
    use crate::testing::{Bench, MAX_STAGED};

    /// `len` bytes in frames of half a MiB, no two of them alike.
    fn frames(len: u64) -> Vec<Bytes> {
        let frame =
            |n: u64| Bytes::from(vec![n as u8; (len - n * (1 << 19)).min(1 << 19) as usize]);
        (0..len.div_ceil(1 << 19)).map(frame).collect()
    }

    #[tokio::test]
    async fn a_content_is_the_same_whoever_stages_it() {
        let bench = Bench::new().await;
        for len in [WORTH_IT - 1, WORTH_IT, WORTH_IT + 1, 3 * WORTH_IT + 7] {
            let mut cids = Vec::new();
            for processors in [0, 1] {
                let name = crate::object::pin_name(cidlock_crypto::ObjectId::generate(0).unwrap());
                let writer = bench.uploads.staging.begin(name).await.unwrap();
                let spare = Spare::of(processors);
                let mut stage = Stage::new(writer, spare.clone());
                for frame in frames(len) {
                    stage.write(frame.to_vec()).await.unwrap();
                }
                assert_eq!(stage.helper.is_some(), processors == 1 && len >= WORTH_IT, "{len}");
                cids.push(stage.finish().await.unwrap().cid());
                assert_eq!(spare.take().is_some(), processors == 1, "it is given back");
            }
            assert_eq!(cids[0], cids[1], "{len}");
        }
    }

    #[tokio::test]
    async fn what_a_thread_cannot_stage_is_refused_as_it_would_be_here() {
        let bench = Bench::new().await;
        let refused = bench.upload(None, frames(MAX_STAGED + 1)).await.unwrap_err();
        let area = Shortage::Area { max_bytes: MAX_STAGED };
        let full =
            matches!(refused, UploadError::Staging(StagingError::Full(found)) if found == area);
        assert!(full, "{refused:?}");
        assert!(bench.upload(None, frames(MAX_STAGED / 2)).await.is_ok(), "there is room again");
    }

    #[tokio::test]
    async fn an_upload_that_is_given_up_leaves_nothing_and_gives_its_processor_back() {
        let bench = Bench::new().await;
        let name = crate::object::pin_name(cidlock_crypto::ObjectId::generate(0).unwrap());
        let spare = Spare::of(1);
        let mut stage = Stage::new(bench.uploads.staging.begin(name).await.unwrap(), spare.clone());
        for frame in frames(2 * WORTH_IT) {
            stage.write(frame.to_vec()).await.unwrap();
        }
        assert!(spare.take().is_none());
        let Some(Helper { batches, thread }) = stage.helper.take() else { panic!("it has help") };
        drop((stage, batches));
        drop(thread.await.unwrap().unwrap());
        assert!(spare.take().is_some());
        // The file is removed where that blocks nobody.
        let removed = async {
            while bench.uploads.staging.in_use() > 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), removed).await.expect("nothing is left");
    }
}
