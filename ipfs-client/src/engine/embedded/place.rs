//! Where the files are, and how they come and go durably.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{ObjectFile, revisions};
use crate::engine::EngineError;
use crate::pin::{Pin, PinName, Unpinned};
use crate::staging::StagedCar;

/// File name extension of objects.
const EXTENSION: &str = "car";
/// What follows the name of an object, or its name and the revision's root, in a revision's file.
const REVISION: &str = "rev.car";
const REMOVE: &str = "remove the object";

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
        revisions::remove_left_overs(&dir)?;
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

    /// The file of the settled revision, which stands beside the object's.
    pub(super) fn settled_of(&self, name: &PinName) -> PathBuf {
        self.shard_of(name).join(format!("{name}.{REVISION}"))
    }

    /// The file of a revision that is not settled.
    pub(super) fn unsettled_of(&self, pin: &Pin) -> PathBuf {
        self.shard_of(&pin.name).join(format!("{}.{}.{REVISION}", pin.name, pin.root))
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

    /// Takes away what `pin` names: a revision that is not settled, or the object.
    pub(super) fn remove(&self, pin: &Pin) -> Result<Unpinned, EngineError> {
        let found = {
            let _names = self.lock_names();
            match remove_file(&self.unsettled_of(pin))? {
                Unpinned::Removed => Unpinned::Removed,
                Unpinned::WasAbsent => self.remove_object(pin)?,
            }
        };
        // Also when it was absent: a crash may have come between the removal and its sync.
        match sync_dir(&self.shard_of(&pin.name)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(found),
            synced => synced.map(|()| found).map_err(|e| EngineError::io(REMOVE, e)),
        }
    }

    fn remove_object(&self, pin: &Pin) -> Result<Unpinned, EngineError> {
        let (path, settled) = (self.path_of(&pin.name), self.settled_of(&pin.name));
        for current in [&settled, &path] {
            match ObjectFile::open(current, &pin.name) {
                Ok(None) => continue,
                Ok(Some(held)) => held.expect_root(pin)?,
                // Nothing says that it is another object.
                Err(EngineError::Corrupt { .. }) => {}
                Err(error) => return Err(error),
            }
            // In this order: after a crash in between, what is left still names the pin.
            remove_file(&path)?;
            remove_file(&settled)?;
            return Ok(Unpinned::Removed);
        }
        Ok(Unpinned::WasAbsent)
    }

    /// Fails if the directory cannot be used.
    pub(super) fn probe(&self) -> io::Result<()> {
        fs::read_dir(&self.dir).map(drop)
    }

    pub(super) fn shard_of(&self, name: &PinName) -> PathBuf {
        let name = name.as_str();
        self.dir.join(&name[name.len().saturating_sub(2)..])
    }

    pub(super) fn lock_names(&self) -> MutexGuard<'_, ()> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

pub(super) fn remove_file(path: &Path) -> Result<Unpinned, EngineError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(Unpinned::Removed),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Unpinned::WasAbsent),
        Err(error) => Err(EngineError::io(REMOVE, error)),
    }
}
