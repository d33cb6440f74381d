//! The second half of the way in: sealed batches are hashed into the DAG and staged, here or, for a
//! long upload while a processor is idle, on a thread of their own.

use bytes::Bytes;
use cidlock_ipfs_client::staging::{StagedContent, StagingError, StagingWriter};
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
    batches: mpsc::Sender<Bytes>,
    thread: JoinHandle<Result<StagingWriter, StagingError>>,
}

impl Stage {
    pub(super) fn new(writer: StagingWriter, spare: Spare) -> Self {
        Self { writer: Some(writer), helper: None, spare: Some(spare) }
    }

    pub(super) async fn write(&mut self, batch: Bytes) -> Result<(), UploadError> {
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
        let (batches, mut coming) = mpsc::channel::<Bytes>(WAITING);
        let thread = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            while let Some(batch) = coming.blocking_recv() {
                writer.write_blocking(batch)?;
            }
            Ok(writer)
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

    use cidlock_ipfs_client::dag::DagParams;
    use cidlock_ipfs_client::pin::PinName;
    use cidlock_ipfs_client::staging::{Limits, Shortage, StagingArea};

    use super::*;

    const BATCH: u64 = 256 << 10;
    /// What all uploads together may stage, in bytes.
    const MAX_STAGED: u64 = 32 << 20;

    /// A staging area, and the directory that goes with it.
    async fn area() -> (StagingArea, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let limits = Limits { max_bytes: MAX_STAGED };
        let area = StagingArea::open(dir.path(), limits, DagParams::UNIXFS_V1_2025).await.unwrap();
        (area, dir)
    }

    async fn begin(area: &StagingArea, spare: &Spare) -> Stage {
        let writer = area.begin(PinName::parse("object").unwrap()).await.unwrap();
        Stage::new(writer, spare.clone())
    }

    /// Writes `len` bytes in batches of which no two that follow each other are alike.
    async fn write(stage: &mut Stage, len: u64) -> Result<(), UploadError> {
        for n in 0..len.div_ceil(BATCH) {
            stage.write(vec![n as u8; (len - n * BATCH).min(BATCH) as usize].into()).await?;
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_content_is_the_same_whoever_stages_it() {
        let (area, _dir) = area().await;
        for len in [WORTH_IT - 1, WORTH_IT, WORTH_IT + 1, 3 * WORTH_IT + 7] {
            let mut cids = Vec::new();
            for processors in [0, 1] {
                let spare = Spare::of(processors);
                let mut stage = begin(&area, &spare).await;
                write(&mut stage, len).await.unwrap();
                assert_eq!(stage.helper.is_some(), processors == 1 && len >= WORTH_IT, "{len}");
                cids.push(stage.finish().await.unwrap().cid());
                assert_eq!(spare.take().is_some(), processors == 1, "it is given back");
            }
            assert_eq!(cids[0], cids[1], "{len}");
        }
    }

    #[tokio::test]
    async fn what_a_thread_cannot_stage_is_refused_as_it_would_be_here() {
        for processors in [0, 1] {
            let (area, _dir) = area().await;
            let mut stage = begin(&area, &Spare::of(processors)).await;
            let written = write(&mut stage, MAX_STAGED + 1).await;
            let refused = match written {
                Ok(()) => stage.finish().await.map(drop).unwrap_err(),
                Err(refused) => refused,
            };
            let expected = Shortage::Area { max_bytes: MAX_STAGED };
            let UploadError::Staging(StagingError::Full(found)) = refused else {
                panic!("{processors}: {refused:?}")
            };
            assert_eq!(found, expected);
        }
    }

    #[tokio::test]
    async fn an_upload_that_is_given_up_leaves_nothing_and_gives_its_processor_back() {
        let (area, _dir) = area().await;
        let spare = Spare::of(1);
        let mut stage = begin(&area, &spare).await;
        write(&mut stage, 2 * WORTH_IT).await.unwrap();
        assert!(spare.take().is_none());
        drop(stage);
        // The thread ends, and the file is removed, where that blocks nobody.
        let gone = async {
            while area.in_use() > 0 || spare.take().is_none() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), gone).await.expect("nothing is left");
    }
}
