//! Positioned writes, gathered into batches, one batch in flight.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::growing::Progress;
use crate::file::BATCH_LEN;

/// A batch is handed over when it has this many bytes …
const GOOD_BATCH_LEN: usize = 64 * 1024;
/// … or this many pieces.
const MAX_PIECES: usize = 1024;

/// Bytes on their way into a staging file.
///
/// Holds at most one batch that is written and one that is gathered.
pub(super) struct WriteQueue {
    file: Arc<File>,
    progress: Arc<watch::Sender<Progress>>,
    pieces: Vec<(u64, Bytes)>,
    len: usize,
    /// Where the last section ends whose pieces were all pushed.
    complete_to: u64,
    in_flight: Option<JoinHandle<io::Result<()>>>,
}

impl WriteQueue {
    pub(super) fn new(
        file: Arc<File>,
        progress: Arc<watch::Sender<Progress>>,
        complete_to: u64,
    ) -> WriteQueue {
        WriteQueue { file, progress, pieces: Vec::new(), len: 0, complete_to, in_flight: None }
    }

    /// Adds `bytes` at `offset`; later pieces are written later.
    pub(super) fn push(&mut self, offset: u64, bytes: Bytes) {
        self.len += bytes.len();
        self.pieces.push((offset, bytes));
    }

    /// Says that everything in front of `offset` was pushed in its final form.
    pub(super) fn complete_to(&mut self, offset: u64) {
        self.complete_to = offset;
    }

    /// Whether no more should be gathered before something is handed over.
    pub(super) fn is_full(&self) -> bool {
        self.len >= BATCH_LEN || self.pieces.len() >= MAX_PIECES
    }

    /// Whether handing over is worth a trip to the disk's thread.
    pub(super) fn is_worth_writing(&self) -> bool {
        self.len >= GOOD_BATCH_LEN || self.is_full()
    }

    /// Waits for the batch in flight, then sends what was gathered on its way.
    pub(super) async fn hand_over(&mut self) -> io::Result<()> {
        self.landed().await?;
        if self.pieces.is_empty() {
            return Ok(());
        }
        let batch = self.gathered();
        self.in_flight = Some(tokio::task::spawn_blocking(move || batch.write()));
        Ok(())
    }

    /// Writes what was gathered, on the caller's thread. Blocking.
    pub(super) fn write_here(&mut self) -> io::Result<()> {
        if self.in_flight.is_some() {
            futures::executor::block_on(self.landed())?;
        }
        self.gathered().write()
    }

    fn gathered(&mut self) -> Batch {
        self.len = 0;
        Batch {
            file: Arc::clone(&self.file),
            progress: Arc::clone(&self.progress),
            pieces: std::mem::take(&mut self.pieces),
            complete_to: self.complete_to,
        }
    }

    /// Hands over what is left and waits until all of it is in the file.
    pub(super) async fn drain(&mut self) -> io::Result<()> {
        self.hand_over().await?;
        self.landed().await
    }

    async fn landed(&mut self) -> io::Result<()> {
        match &mut self.in_flight {
            Some(batch) => {
                let result = batch.await;
                self.in_flight = None;
                result.map_err(io::Error::other)?
            }
            None => Ok(()),
        }
    }
}

/// What goes to the disk at once.
struct Batch {
    file: Arc<File>,
    progress: Arc<watch::Sender<Progress>>,
    pieces: Vec<(u64, Bytes)>,
    complete_to: u64,
}

impl Batch {
    /// Writes it, and tells the followers. Blocking.
    fn write(self) -> io::Result<()> {
        for (offset, bytes) in &self.pieces {
            self.file.write_all_at(bytes, *offset)?;
        }
        self.progress.send_if_modified(|progress| {
            std::mem::replace(&mut progress.readable, self.complete_to) != self.complete_to
        });
        Ok(())
    }
}
