//! What the owner of a staging file and its followers share.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::area::Reservation;
use super::{Follower, StagingError};
use crate::car::HEADER_LEN;
use crate::pin::PinName;

/// How far a staging file is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    /// Where the last section ends that is in the file with its final prefix.
    pub(super) readable: u64,
    pub(super) phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Growing,
    Complete,
    Aborted,
}

/// The owner's side of a staging file. Dropped before it was [kept](Growing::keep), it aborts the
/// followers, removes the file and gives its bytes back.
#[derive(Debug)]
pub(super) struct Growing {
    file: Arc<File>,
    progress: Arc<watch::Sender<Progress>>,
    path: PathBuf,
    name: PinName,
    /// `None` once the file was kept or its removal began.
    reservation: Option<Reservation>,
}

impl Growing {
    pub(super) fn new(
        file: File,
        path: PathBuf,
        name: PinName,
        reservation: Reservation,
    ) -> Growing {
        let progress = Progress { readable: HEADER_LEN as u64, phase: Phase::Growing };
        Growing {
            file: Arc::new(file),
            progress: Arc::new(watch::Sender::new(progress)),
            path,
            name,
            reservation: Some(reservation),
        }
    }

    pub(super) fn file(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }

    pub(super) fn progress(&self) -> Arc<watch::Sender<Progress>> {
        Arc::clone(&self.progress)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn name(&self) -> &PinName {
        &self.name
    }

    /// Takes `bytes` more of the area's limit.
    pub(super) fn reserve(&mut self, bytes: u64) -> Result<(), StagingError> {
        let reservation = self.reservation.as_mut().ok_or(StagingError::Broken)?;
        reservation.grow(bytes).map_err(StagingError::Full)
    }

    pub(super) fn follow(&self) -> Follower {
        Follower::new(self.file(), self.progress.subscribe())
    }

    /// Says that the file is no longer in the staging directory: it was moved to where it stays.
    pub(super) fn keep(mut self) {
        self.reservation = None;
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        let Some(reservation) = self.reservation.take() else { return };
        self.progress.send_modify(|progress| progress.phase = Phase::Aborted);
        let (file, path) = (Arc::clone(&self.file), std::mem::take(&mut self.path));
        // Freeing a large file takes a while, so not on an async thread. It is cut as well as
        // removed: a follower that still holds it open must not hold its space. If the removal
        // fails, opening the area again repeats it.
        let remove = move || {
            let _ = fs::remove_file(path);
            let _ = file.set_len(0);
            drop(reservation);
        };
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(remove)),
            Err(_) => remove(),
        }
    }
}
