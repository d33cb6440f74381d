//! Where the files are, and how they come and go durably.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::ObjectFile;
use crate::engine::EngineError;
use crate::pin::{Pin, PinName, Unpinned};
use crate::staging::StagedCar;

/// File name extension of objects.
const EXTENSION: &str = "car";

/// The directory of objects.
#[derive(Clone, Debug)]
pub(super) struct Place {
    dir: PathBuf,
    /// Held from the look at who has a name until the name is given or taken away.
    names: Arc<Mutex<()>>,
}

impl Place {
    /// Makes `dir` if it is missing, durably.
    pub(super) fn open(dir: &Path) -> io::Result<Place> {
        fs::create_dir_all(dir)?;
        let dir = dir.canonicalize()?;
        sync_dir(&dir)?;
        dir.parent().map_or(Ok(()), sync_dir)?;
        Ok(Place { dir, names: Arc::default() })
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn path_of(&self, name: &PinName) -> PathBuf {
        self.shard_of(name).join(format!("{name}.{EXTENSION}"))
    }

    /// The name of the object that `path` would be the file of.
    pub(super) fn name_of(&self, path: &Path) -> Option<PinName> {
        let name = PinName::parse(path.file_stem()?.to_str()?).ok()?;
        (self.path_of(&name) == path).then_some(name)
    }

    /// Gives `car` its place and its name.
    pub(super) fn take(&self, car: StagedCar) -> Result<(), EngineError> {
        let failed = |e| EngineError::io("keep the object", e);
        let pin = car.pin();
        let (shard, path) = (self.shard_of(&pin.name), self.path_of(&pin.name));
        car.sync().map_err(failed)?;
        fs::create_dir_all(&shard).map_err(failed)?;
        {
            let _names = self.lock_names();
            if let Some(held) = ObjectFile::open(&path, &pin.name)? {
                held.expect_root(&pin)?;
            }
            // The same root is the same blocks: replacing them mends a file that was damaged.
            fs::rename(car.path(), &path).map_err(failed)?;
        }
        car.moved();
        sync_dir(&shard).map_err(failed)?;
        sync_dir(&self.dir).map_err(failed)
    }

    /// Takes the file of `pin` away.
    pub(super) fn remove(&self, pin: &Pin) -> Result<Unpinned, EngineError> {
        let failed = |e| EngineError::io("remove the object", e);
        let path = self.path_of(&pin.name);
        let found = {
            let _names = self.lock_names();
            match ObjectFile::open(&path, &pin.name) {
                Ok(None) => Unpinned::WasAbsent,
                Ok(Some(held)) => {
                    held.expect_root(pin)?;
                    fs::remove_file(&path).map_err(failed)?;
                    Unpinned::Removed
                }
                Err(EngineError::Corrupt { .. }) => {
                    fs::remove_file(&path).map_err(failed)?;
                    Unpinned::Removed
                }
                Err(error) => return Err(error),
            }
        };
        // Also when it was absent: a crash may have come between the removal and its sync.
        match sync_dir(&self.shard_of(&pin.name)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(found),
            synced => synced.map(|()| found).map_err(failed),
        }
    }

    /// Fails if the directory cannot be used.
    pub(super) fn probe(&self) -> io::Result<()> {
        fs::read_dir(&self.dir).map(drop)
    }

    fn shard_of(&self, name: &PinName) -> PathBuf {
        let name = name.as_str();
        self.dir.join(&name[name.len().saturating_sub(2)..])
    }

    fn lock_names(&self) -> MutexGuard<'_, ()> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}
