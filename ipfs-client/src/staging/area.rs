//! The directory of staging files and its limit.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::growing::Growing;
use super::{Shortage, StagingError, StagingWriter};
use crate::dag::DagParams;
use crate::file::blocking;
use crate::pin::PinName;

/// File name extension of staging files; nothing else in the directory is touched.
const EXTENSION: &str = "staging";

/// Tells the files of one name apart, in all areas of the process: a file that is still being
/// removed must not be that of an area that is opened again.
static NEXT_NUMBER: AtomicU64 = AtomicU64::new(0);

/// The limits of a staging area.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of all staging files together, their framing included.
    pub max_bytes: u64,
}

/// A directory where uploads are staged. Clones share the directory and its limit.
#[derive(Clone, Debug)]
pub struct StagingArea {
    dir: PathBuf,
    params: DagParams,
    budget: Arc<Budget>,
}

impl StagingArea {
    /// Opens `dir`, makes it if it is missing, and removes the staging files of an earlier process.
    pub async fn open(
        dir: impl Into<PathBuf>,
        limits: Limits,
        params: DagParams,
    ) -> Result<StagingArea, StagingError> {
        let dir = dir.into();
        let opened = dir.clone();
        blocking(move || {
            fs::create_dir_all(&opened)?;
            remove_left_overs(&opened)
        })
        .await?;
        let budget = Budget { max_bytes: limits.max_bytes, in_use: AtomicU64::new(0) };
        Ok(StagingArea { dir, params, budget: Arc::new(budget) })
    }

    /// Begins the file of an object that will be pinned as `name`.
    pub async fn begin(&self, name: PinName) -> Result<StagingWriter, StagingError> {
        let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = self.dir.join(format!("{name}.{number}.{EXTENSION}"));
        let area = self.clone();
        // Made where the file is: should nobody wait for it any more, it is removed with its writer.
        let begun = blocking(move || {
            let file = File::options().read(true).write(true).create_new(true).open(&path)?;
            Ok(area.begin_in(file, path, name))
        });
        begun.await?
    }

    /// Begins an object in `file`, which is at `path`.
    pub(super) fn begin_in(
        &self,
        file: File,
        path: PathBuf,
        name: PinName,
    ) -> Result<StagingWriter, StagingError> {
        let budget = Reservation { budget: Arc::clone(&self.budget), bytes: 0 };
        StagingWriter::begin(Growing::new(file, path, name, budget), self.params)
    }

    /// Bytes that all staging files hold of the limit.
    pub fn in_use(&self) -> u64 {
        self.budget.in_use.load(Ordering::Acquire)
    }

    /// How contents are cut and joined.
    pub fn params(&self) -> DagParams {
        self.params
    }
}

fn remove_left_overs(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let path = entry.path();
        if path.extension().is_some_and(|e| e == EXTENSION) && entry.file_type()?.is_file() {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

/// The bytes that an area may hold.
#[derive(Debug)]
struct Budget {
    max_bytes: u64,
    in_use: AtomicU64,
}

/// One file's part of the budget; given back when dropped.
#[derive(Debug)]
pub(super) struct Reservation {
    budget: Arc<Budget>,
    bytes: u64,
}

impl Reservation {
    /// Takes `bytes` more.
    pub(super) fn grow(&mut self, bytes: u64) -> Result<(), Shortage> {
        let max_bytes = self.budget.max_bytes;
        let fits = |in_use: u64| in_use.checked_add(bytes).filter(|sum| *sum <= max_bytes);
        let taken = self.budget.in_use.fetch_update(Ordering::AcqRel, Ordering::Acquire, fits);
        taken.map_err(|_| Shortage::Area { max_bytes })?;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.in_use.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}
