//! Revisions: small files beside the object's, and which of them holds.
//!
//! `<name>.<root>.rev.car` is a revision that is pinned and not settled; settling renames it to
//! `<name>.rev.car`, over the one before it. Each is a CAR of the new members and the new directory.
//! The object's own file is never written to; its first members and directory stay in it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use cid::Cid;

use super::ObjectFile;
use super::place::{Place, remove_file, sync_dir};
use crate::car::{header, prefix};
use crate::engine::EngineError;
use crate::pin::{Pin, PinName};
use crate::revision::Revision;

/// File name extension, in the directory of the shards, of a revision that is being written.
const NEW: &str = "new-rev";

static NEXT_NUMBER: AtomicU64 = AtomicU64::new(0);

/// The files in which one root of an object is found.
#[derive(Debug)]
pub(super) struct Found {
    /// The content; the members too, if there is no other file for them.
    pub(super) object: ObjectFile,
    /// The members and the directory.
    pub(super) revision: Option<ObjectFile>,
}

impl Place {
    /// The files of exactly `pin`.
    pub(super) fn find(&self, pin: &Pin) -> Result<Found, EngineError> {
        let object = self.object(&pin.name)?;
        if object.root() == pin.root {
            return Ok(Found { object, revision: None });
        }
        // In this order: a revision that is being settled goes from the first to the second.
        for path in [self.unsettled_of(pin), self.settled_of(&pin.name)] {
            let revision = ObjectFile::open(&path, &pin.name)?;
            if let Some(revision) = revision.filter(|file| file.root() == pin.root) {
                return Ok(Found { object, revision: Some(revision) });
            }
        }
        object.expect_root(pin)?;
        Ok(Found { object, revision: None })
    }

    /// The file of the content of `pin`, which may have been revised since it was asked for: its
    /// content is the same.
    pub(super) fn find_content(&self, pin: &Pin) -> Result<ObjectFile, EngineError> {
        let object = self.object(&pin.name)?;
        // In this order: see `find`.
        if object.root() != pin.root
            && !self.unsettled_of(pin).exists()
            && !self.settled_of(&pin.name).exists()
        {
            object.expect_root(pin)?;
        }
        Ok(object)
    }

    /// The root that an object has settled for, `None` if there is no such object.
    pub(super) fn settled_root(&self, name: &PinName) -> Result<Option<Cid>, EngineError> {
        let settled = ObjectFile::open(&self.settled_of(name), name)?;
        let file = settled
            .map_or_else(|| ObjectFile::open(&self.path_of(name), name), |file| Ok(Some(file)));
        Ok(file?.map(|file| file.root()))
    }

    /// The pin of the revision, not settled, that `path` would be the file of.
    pub(super) fn unsettled_at(&self, path: &Path) -> Option<Pin> {
        let (name, rest) = path.file_name()?.to_str()?.split_once('.')?;
        let root = rest.split_once('.')?.0.parse().ok()?;
        let pin = Pin { name: PinName::parse(name).ok()?, root };
        (self.unsettled_of(&pin) == path).then_some(pin)
    }

    /// Keeps `revision` beside the object pinned as `from`.
    pub(super) fn revise(&self, from: &Pin, revision: &Revision) -> Result<(), EngineError> {
        let failed = |e| EngineError::io("keep the revision", e);
        let pin = Pin { name: from.name.clone(), root: revision.root() };
        let new = New::write(self.dir(), revision).map_err(failed)?;
        {
            let _names = self.lock_names();
            let held = self.settled_root(&from.name)?.ok_or_else(|| not_found(from))?;
            if held == pin.root {
                return Ok(());
            }
            if held != from.root {
                return Err(EngineError::Conflict { name: pin.name, held });
            }
            fs::rename(&new.path, self.unsettled_of(&pin)).map_err(failed)?;
        }
        sync_dir(&self.shard_of(&pin.name)).map_err(failed)
    }

    /// Makes the revision `to` the settled one; `from` goes in any case, if it is one that was not
    /// settled.
    pub(super) fn settle(&self, from: &Pin, to: &Pin) -> Result<(), EngineError> {
        let failed = |e| EngineError::io("settle the revision", e);
        {
            let _names = self.lock_names();
            if from != to {
                remove_file(&self.unsettled_of(from))?;
            }
            match fs::rename(self.unsettled_of(to), self.settled_of(&to.name)) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let held = self.settled_root(&to.name)?.ok_or_else(|| not_found(to))?;
                    if held != to.root {
                        return Err(EngineError::Conflict { name: to.name.clone(), held });
                    }
                }
                Err(error) => return Err(failed(error)),
            }
        }
        sync_dir(&self.shard_of(&to.name)).map_err(failed)
    }

    fn object(&self, name: &PinName) -> Result<ObjectFile, EngineError> {
        let not_found = || EngineError::NotFound { what: format!("the pin {name}") };
        ObjectFile::open(&self.path_of(name), name)?.ok_or_else(not_found)
    }
}

fn not_found(pin: &Pin) -> EngineError {
    EngineError::NotFound { what: format!("the pin {}", pin.name) }
}

/// A revision's file that has no place yet; removed with this value.
struct New {
    path: PathBuf,
}

impl New {
    /// Writes and syncs the CAR of `revision` in `dir`.
    fn write(dir: &Path, revision: &Revision) -> io::Result<New> {
        let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = dir.join(format!("{}.{number}.{NEW}", revision.root()));
        let mut file = File::create_new(&path)?;
        let new = New { path };
        let mut car = header(&revision.root()).to_vec();
        for block in revision.blocks() {
            car.extend_from_slice(&prefix(&block.cid(), block.data().len() as u64));
            car.extend_from_slice(block.data());
        }
        file.write_all(&car)?;
        file.sync_all()?;
        Ok(new)
    }
}

impl Drop for New {
    fn drop(&mut self) {
        // It is gone when it was given its place; otherwise the next start removes it.
        let _ = fs::remove_file(&self.path);
    }
}

/// Removes what a crash left of revisions that were being written.
pub(super) fn remove_left_overs(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let path = entry.path();
        if path.extension().is_some_and(|e| e == NEW) && entry.file_type()?.is_file() {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
