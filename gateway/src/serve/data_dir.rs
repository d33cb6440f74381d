//! The data directory: what lies where in it, and the lock that makes it one process's own.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::config::default_data_dir;

/// A data directory that no other process serves.
#[derive(Debug)]
pub(super) struct DataDir {
    path: PathBuf,
    // Held as long as the directory is; the system gives it back even after kill -9.
    _lock: File,
}

impl DataDir {
    /// Makes the directory if need be, for its owner alone, and takes its lock.
    pub(super) fn lock(path: &Path) -> anyhow::Result<Self> {
        let named = || format!("the data directory {}", path.display());
        let is_new = !path.exists();
        DirBuilder::new().recursive(true).mode(0o700).create(path).with_context(named)?;
        let path = path.canonicalize().with_context(named)?;
        if let Some(parent) = path.parent().filter(|_| is_new) {
            File::open(parent).and_then(|parent| parent.sync_all()).with_context(named)?;
        }
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path.join("lock"))
            .with_context(named)?;
        match patiently(&lock) {
            Ok(()) => {
                let dir = Self { path, _lock: lock };
                dir.tidy().with_context(named)?;
                Ok(dir)
            }
            Err(TryLockError::WouldBlock) => bail!(
                "the data directory {} is in use by another cidlock: stop that one, or choose another with --data-dir",
                path.display()
            ),
            Err(TryLockError::Error(error)) => Err(error).with_context(named),
        }
    }

    /// Takes the lock of a directory that is there, without making or removing anything in it; `None`
    /// if somebody serves it.
    pub(super) fn look(path: &Path) -> io::Result<Option<Self>> {
        let path = path.canonicalize()?;
        let lock = match File::open(path.join("lock")) {
            // Nobody ever served it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => File::open(&path)?,
            opened => opened?,
        };
        match patiently(&lock) {
            Ok(()) => Ok(Some(Self { path, _lock: lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Removes what a crash left that would mislead, and makes what is below, for the owner alone.
    fn tidy(&self) -> io::Result<()> {
        let drafts = [self.key_set(), self.admin_secret(), self.address()];
        let drafts = drafts.iter().map(|file| file.with_extension("new"));
        for left in drafts.chain([self.address()]).chain(files_of(&self.catalog_draft())) {
            remove(left)?;
        }
        for below in [self.objects(), self.staging()] {
            DirBuilder::new().recursive(true).mode(0o700).create(below)?;
        }
        File::open(&self.path)?.sync_all()
    }

    /// The directory itself, absolute.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the commands of this user look here without being told.
    pub(super) fn is_default(&self) -> bool {
        default_data_dir().and_then(|dir| dir.canonicalize().ok()).as_ref() == Some(&self.path)
    }

    /// Whether there is no catalog although something was stored here, or may have been.
    pub(super) fn lacks_its_catalog(&self) -> bool {
        !self.catalog().exists() && (has_objects(&self.path) || self.key_set().exists())
    }

    /// The catalog's file.
    pub(super) fn catalog(&self) -> PathBuf {
        self.path.join("catalog.db")
    }

    /// A catalog that is being made anew.
    pub(super) fn catalog_draft(&self) -> PathBuf {
        self.path.join("catalog.new.db")
    }

    /// The draft, which nobody has open any more, is the catalog from now on.
    pub(super) fn keep_catalog_draft(&self) -> io::Result<()> {
        fs::rename(self.catalog_draft(), self.catalog())?;
        File::open(&self.path)?.sync_all()
    }

    /// There is no draft any more.
    pub(super) fn drop_catalog_draft(&self) -> io::Result<()> {
        files_of(&self.catalog_draft()).into_iter().try_for_each(remove)
    }

    /// The key set's file.
    pub(super) fn key_set(&self) -> PathBuf {
        self.path.join("keys.json")
    }

    /// The file with the first admin's password.
    pub(super) fn admin_secret(&self) -> PathBuf {
        self.path.join("admin.secret")
    }

    /// The log of deletions.
    pub(super) fn deletions(&self) -> PathBuf {
        self.path.join("deletions.log")
    }

    /// The embedded engine's objects.
    pub(super) fn objects(&self) -> PathBuf {
        self.path.join("objects")
    }

    /// Uploads on their way.
    pub(super) fn staging(&self) -> PathBuf {
        self.path.join("staging")
    }

    /// The file that says where a gateway listens.
    fn address(&self) -> PathBuf {
        self.path.join("serve.address")
    }

    /// Says in `serve.address` where this gateway listens, as long as what is returned lives.
    pub(super) fn announce(&self, bound: SocketAddr) -> anyhow::Result<Announced> {
        let path = self.address();
        let draft = path.with_extension("new");
        let mut file = File::create(&draft)?;
        writeln!(file, "http://{bound}")?;
        fs::rename(&draft, &path)?;
        Ok(Announced(path))
    }
}

/// Takes the lock, unless another gateway holds it. `cidlock login` touches it for a moment to see
/// whether one does, so one refusal is not the last word.
fn patiently(lock: &File) -> Result<(), TryLockError> {
    for _ in 0..20 {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(25)),
            settled => return settled,
        }
    }
    lock.try_lock()
}

/// The file that says where a gateway listens; it goes with this.
pub(super) struct Announced(PathBuf);

impl Drop for Announced {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            tracing::warn!(%error, "cannot remove serve.address");
        }
    }
}

/// A SQLite database and what lies beside it.
fn files_of(database: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|end| {
        let mut name = database.as_os_str().to_owned();
        name.push(end);
        name.into()
    })
}

/// Removes a file that may be gone already.
fn remove(path: PathBuf) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Whether anything is kept in `objects/` of the data directory `dir`.
pub(super) fn has_objects(dir: &Path) -> bool {
    let shards = fs::read_dir(dir.join("objects")).into_iter().flatten().flatten();
    shards
        .filter_map(|shard| fs::read_dir(shard.path()).ok())
        .any(|mut files| files.next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_served_by_one_process_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let first = DataDir::lock(dir.path()).unwrap();
        let error = DataDir::lock(dir.path()).unwrap_err().to_string();
        assert!(error.contains("in use by another cidlock"), "{error}");
        drop(first);
        DataDir::lock(dir.path()).unwrap();
    }

    #[test]
    fn a_look_changes_nothing_and_says_whether_the_directory_is_served() {
        let dir = tempfile::tempdir().unwrap();
        assert!(DataDir::look(dir.path()).unwrap().is_some());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        let serving = DataDir::lock(dir.path()).unwrap();
        assert!(DataDir::look(dir.path()).unwrap().is_none());
        drop(serving);
        assert!(DataDir::look(dir.path()).unwrap().is_some());
        assert!(DataDir::look(&dir.path().join("nowhere")).is_err());
    }

    #[test]
    fn a_look_at_the_lock_does_not_keep_a_gateway_from_starting() {
        let dir = tempfile::tempdir().unwrap();
        drop(DataDir::lock(dir.path()).unwrap());
        let looking = File::open(dir.path().join("lock")).unwrap();
        looking.try_lock_shared().unwrap();
        let (waiting, is_waiting) = std::sync::mpsc::channel();
        let path = dir.path().to_owned();
        let starting = std::thread::spawn(move || {
            waiting.send(()).unwrap();
            DataDir::lock(&path).map(drop)
        });
        is_waiting.recv().unwrap();
        drop(looking);
        starting.join().unwrap().unwrap();
    }

    #[test]
    fn the_address_is_there_as_long_as_it_is_announced() {
        let dir = tempfile::tempdir().unwrap();
        let locked = DataDir::lock(dir.path()).unwrap();
        let announced = locked.announce("127.0.0.1:8787".parse().unwrap()).unwrap();
        let path = dir.path().join("serve.address");
        assert_eq!(fs::read_to_string(&path).unwrap(), "http://127.0.0.1:8787\n");
        drop(announced);
        assert!(!path.exists());
    }
}
