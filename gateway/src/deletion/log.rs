//! The log of deletions: a file beside the keys that only grows.
//!
//! One line of JSON for each deletion, `{"id","cid","reason","deleted_at"}`, synced before the
//! engine lets go of anything. Whoever rebuilds a catalog reads it, and every start does, so that what was
//! deleted stays so.
//! It says nothing that an IPFS node would not know, and no names.
//!
//! A line may be there twice: a deletion that a stop of the gateway has interrupted is logged again.
//! While the gateway runs, one that nodes have not followed yet is tried often, and logged once.

use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cidlock_crypto::{ObjectId, UnixTime};
use serde::{Deserialize, Serialize};

use crate::store::Deletion;

/// The longest line that is read, in bytes.
const MAX_LINE_LEN: u64 = 4096;

/// Deletions that are known to have their line, while they wait for nodes. What is more is logged at
/// every attempt.
const MAX_REMEMBERED: usize = 100_000;

/// The log, open for appending.
pub struct DeletionLog {
    path: PathBuf,
    end: Arc<Mutex<End>>,
    /// What was logged and is not done yet.
    logged: Mutex<HashSet<ObjectId>>,
}

/// Where the next line goes.
struct End {
    file: File,
    /// The last line may have been cut short by a disk that was full.
    is_cut: bool,
}

impl End {
    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        if self.is_cut {
            self.file.write_all(b"\n")?;
        }
        self.is_cut = true;
        self.file.write_all(line)?;
        self.is_cut = false;
        self.file.sync_data()
    }
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logged {
    /// The object.
    pub id: ObjectId,
    /// The CID of its content.
    pub cid: String,
    /// Why it was deleted, one lower-case word.
    pub reason: String,
    /// When it was deleted.
    pub deleted_at: UnixTime,
}

/// Why the log cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// It cannot be read or written.
    #[error("the log of deletions {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line is none of ours: what it stands for may come back to life.
    #[error("line {line} of the log of deletions {} is not understood", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Which line, from one.
        line: usize,
    },
}

impl DeletionLog {
    /// Opens the log, and makes it (mode 0600) if there is none. A last line that a crash has cut
    /// short is ended, so that the next one stands alone.
    ///
    /// # Errors
    /// [`LogError::Io`].
    pub fn open(path: &Path) -> Result<Self, LogError> {
        let failed = |source| LogError::Io { path: path.to_owned(), source };
        let open = || {
            let mut file =
                OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
            if file.metadata()?.len() > 0 {
                file.seek(SeekFrom::End(-1))?;
                let mut last = [0];
                file.read_exact(&mut last)?;
                if last != *b"\n" {
                    file.write_all(b"\n")?;
                }
            }
            if let Some(dir) = path.parent() {
                File::open(dir)?.sync_all()?;
            }
            Ok(file)
        };
        let end = End { file: open().map_err(failed)?, is_cut: false };
        let end = Arc::new(Mutex::new(end));
        Ok(Self { path: path.to_owned(), end, logged: Mutex::default() })
    }

    /// Says that a deletion is not tried any more.
    pub fn done(&self, id: ObjectId) {
        self.logged().remove(&id);
    }

    fn logged(&self) -> MutexGuard<'_, HashSet<ObjectId>> {
        self.logged.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a line, durably, unless one was added since the log was opened and the deletion
    /// [is not done](DeletionLog::done) yet.
    ///
    /// # Errors
    /// [`LogError::Io`]; then the line may be there or not, or be cut.
    pub async fn append(&self, deletion: Logged) -> Result<(), LogError> {
        let id = deletion.id;
        if self.logged().contains(&id) {
            return Ok(());
        }
        self.write(deletion).await?;
        let mut logged = self.logged();
        if logged.len() < MAX_REMEMBERED {
            logged.insert(id);
        }
        Ok(())
    }

    async fn write(&self, deletion: Logged) -> Result<(), LogError> {
        let end = Arc::clone(&self.end);
        let written = tokio::task::spawn_blocking(move || {
            let mut line = serde_json::to_vec(&deletion)?;
            line.push(b'\n');
            end.lock().unwrap_or_else(PoisonError::into_inner).append(&line)
        });
        let written = written.await.map_err(io::Error::other).flatten();
        written.map_err(|source| LogError::Io { path: self.path.clone(), source })
    }

    /// The ids of all objects in the log.
    ///
    /// # Errors
    /// As for [`DeletionLog::ids_in`].
    pub fn ids(&self) -> Result<HashSet<ObjectId>, LogError> {
        Self::ids_in(&self.path)
    }

    /// The ids of all objects in the log at `path`; none if there is no log.
    ///
    /// # Errors
    /// [`LogError::Io`]; [`LogError::Line`] if a line is not understood, unless it was cut short.
    pub fn ids_in(path: &Path) -> Result<HashSet<ObjectId>, LogError> {
        let mut ids = HashSet::new();
        Self::read(path, |logged| {
            ids.insert(logged.id);
        })?;
        Ok(ids)
    }

    /// Why each object in the log was deleted.
    ///
    /// # Errors
    /// As for [`DeletionLog::ids_in`].
    pub(super) fn reasons(&self) -> Result<HashMap<ObjectId, String>, LogError> {
        let mut reasons = HashMap::new();
        Self::read(&self.path, |logged| {
            reasons.insert(logged.id, logged.reason);
        })?;
        Ok(reasons)
    }

    fn read(path: &Path, mut each: impl FnMut(Logged)) -> Result<(), LogError> {
        let failed = |source| LogError::Io { path: path.to_owned(), source };
        let mut reader = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => BufReader::new(opened.map_err(failed)?),
        };
        for line in 1.. {
            let mut text = Vec::new();
            let read = reader.by_ref().take(MAX_LINE_LEN).read_until(b'\n', &mut text);
            if read.map_err(failed)? == 0 {
                break;
            }
            let text = text.strip_suffix(b"\n").unwrap_or(&text);
            match serde_json::from_slice::<Logged>(text) {
                Ok(logged) => each(logged),
                // Cut short by a crash or a full disk: what it was about was tried again.
                Err(error) if error.is_eof() => {}
                Err(_) => return Err(LogError::Line { path: path.to_owned(), line }),
            };
        }
        Ok(())
    }
}

impl From<&Deletion> for Logged {
    fn from(record: &Deletion) -> Self {
        Self {
            id: record.id,
            cid: record.cid.to_string(),
            reason: record.reason.to_string(),
            deleted_at: record.deleted_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn logged() -> Logged {
        Logged {
            id: ObjectId::generate(1_800_000_000_000).unwrap(),
            cid: "bafyexample".to_owned(),
            reason: "asked".to_owned(),
            deleted_at: UnixTime(1_800_000_000),
        }
    }

    #[tokio::test]
    async fn what_was_appended_is_there_after_it_is_opened_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deletions.log");
        let lines = [logged(), logged()];
        for line in &lines {
            DeletionLog::open(&path).unwrap().append(line.clone()).await.unwrap();
        }
        let log = DeletionLog::open(&path).unwrap();
        log.append(lines[0].clone()).await.unwrap();
        assert_eq!(log.ids().unwrap(), HashSet::from([lines[0].id, lines[1].id]));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[tokio::test]
    async fn a_deletion_is_one_line_until_it_is_done() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deletions.log");
        let log = DeletionLog::open(&path).unwrap();
        let lines = || fs::read_to_string(&path).unwrap().lines().count();
        let (first, other) = (logged(), logged());
        for _ in 0..3 {
            log.append(first.clone()).await.unwrap();
        }
        assert_eq!(lines(), 1);
        log.append(other.clone()).await.unwrap();
        log.append(first.clone()).await.unwrap();
        assert_eq!(lines(), 2);
        log.done(first.id);
        log.append(first).await.unwrap();
        assert_eq!(lines(), 3);
    }

    #[tokio::test]
    async fn a_line_that_was_cut_short_spoils_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deletions.log");
        let (first, cut, last) = (logged(), logged(), logged());
        DeletionLog::open(&path).unwrap().append(first.clone()).await.unwrap();
        let whole = serde_json::to_vec(&cut).unwrap();
        for len in 1..whole.len() {
            let before = fs::read(&path).unwrap();
            fs::write(&path, [&before[..], &whole[..len]].concat()).unwrap();
            let log = DeletionLog::open(&path).unwrap();
            log.append(last.clone()).await.unwrap();
            assert_eq!(log.ids().unwrap(), HashSet::from([first.id, last.id]), "cut at {len}");
            fs::write(&path, before).unwrap();
        }
    }

    #[tokio::test]
    async fn a_line_that_the_disk_cut_short_spoils_not_the_next_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deletions.log");
        let log = DeletionLog::open(&path).unwrap();
        let (cut, next) = (logged(), logged());
        {
            // As `append` leaves it when the disk takes only a part.
            let mut end = log.end.lock().unwrap();
            end.file.write_all(&serde_json::to_vec(&cut).unwrap()[..50]).unwrap();
            end.is_cut = true;
        }
        for line in [&next, &next] {
            log.write(line.clone()).await.unwrap();
        }
        assert_eq!(log.ids().unwrap(), HashSet::from([next.id]));
    }

    #[test]
    fn a_line_of_somebody_else_is_not_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deletions.log");
        for line in ["not JSON\n", "{\"id\":7}\n", "[]\n"] {
            fs::write(&path, line).unwrap();
            let read = DeletionLog::open(&path).unwrap().ids();
            assert!(matches!(read, Err(LogError::Line { line: 1, .. })), "{line}: {read:?}");
        }
        fs::write(&path, "x".repeat(10_000)).unwrap();
        assert!(DeletionLog::open(&path).unwrap().ids().is_err());
    }
}
