//! Reading a staging file while it grows.

use std::fs::File;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures::Stream;
use tokio::sync::watch;

use super::FollowError;
use super::growing::{Phase, Progress};
use crate::car::HEADER_LEN;
use crate::file::{BATCH_LEN, blocking, read_at};

/// Reads the sections of a staging file, behind its header, at its own pace.
///
/// What it gives are the bytes of whole sections in their final form, in batches of at most
/// [`BATCH_LEN`] that may begin and end anywhere. It ends after the directory, the last block of
/// every object. It never holds the upload up, and keeps none of the file's space when that is gone.
#[derive(Clone, Debug)]
pub struct Follower {
    file: Arc<File>,
    progress: watch::Receiver<Progress>,
    position: u64,
    failed: bool,
}

impl Follower {
    pub(super) fn new(file: Arc<File>, progress: watch::Receiver<Progress>) -> Follower {
        Follower { file, progress, position: HEADER_LEN as u64, failed: false }
    }

    /// The next bytes; waits until there are some. `None` after the last byte of a complete object,
    /// and after an error.
    ///
    /// Dropping the future loses nothing: the next call gives the same bytes.
    pub async fn next(&mut self) -> Option<Result<Bytes, FollowError>> {
        if self.failed {
            return None;
        }
        let result = self.read().await.transpose()?;
        match &result {
            Ok(bytes) => self.position += bytes.len() as u64,
            Err(_) => self.failed = true,
        }
        Some(result)
    }

    /// Where in the file the next bytes come from.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Begins again with the first section.
    pub fn restart(&mut self) {
        self.position = HEADER_LEN as u64;
        self.failed = false;
    }

    /// The same bytes as a stream; it ends after an error.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, FollowError>> + Send + 'static {
        futures::stream::unfold(self, async |mut follower| {
            let item = follower.next().await?;
            Some((item, follower))
        })
    }

    /// Syncs the file each time that it has grown by `every` bytes, so that whoever syncs it at its
    /// end finds little to do. Ends when the file does, in whatever way.
    ///
    /// The system tells of a failed write once: an error here must count as one of the last sync.
    pub(crate) async fn write_behind(mut self, every: u64) -> io::Result<()> {
        loop {
            let due = self.position + every;
            let news =
                |progress: &Progress| progress.readable >= due || progress.phase != Phase::Growing;
            let Ok(progress) = self.progress.wait_for(news).await.map(|progress| *progress) else {
                return Ok(());
            };
            if progress.phase != Phase::Growing {
                return Ok(());
            }
            let file = Arc::clone(&self.file);
            blocking(move || file.sync_data()).await?;
            self.position = progress.readable;
        }
    }

    async fn read(&mut self) -> Result<Option<Bytes>, FollowError> {
        let position = self.position;
        let news =
            |progress: &Progress| progress.readable > position || progress.phase != Phase::Growing;
        // The file's owner says how it ended before it goes, so it never just goes.
        let progress = *self.progress.wait_for(news).await.map_err(|_| FollowError::Aborted)?;
        let left = progress.readable.saturating_sub(position);
        match progress.phase {
            Phase::Aborted => return Err(FollowError::Aborted),
            Phase::Complete if left == 0 => return Ok(None),
            Phase::Complete | Phase::Growing => {}
        }
        let len = usize::try_from(left).unwrap_or(BATCH_LEN).min(BATCH_LEN);
        match read_at(Arc::clone(&self.file), position, len).await {
            Ok(bytes) => Ok(Some(bytes)),
            // A file that is cut because its upload was given up is no fault of the disk.
            Err(_) if self.progress.borrow().phase == Phase::Aborted => Err(FollowError::Aborted),
            Err(error) => Err(FollowError::Io(error)),
        }
    }
}
