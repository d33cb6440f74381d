//! Objects as files in a directory: nothing to install.
//!
//! `<dir>/<last two characters of the name>/<name>.car`, each file an object's CAR exactly as it
//! was staged, so `ipfs dag import` takes it as it is. A newer revision is a small second CAR beside
//! it. A range of a content is arithmetic and positioned reads ([`Layout`]); no index beside the
//! files can be lost.
//!
//! It deliberately neither rehashes what it reads (whoever reads a content checks it) nor watches
//! the directory; files that are no objects are left alone. One process at a time uses a directory,
//! and the staging area lies on the same file system.
//!
//! Invariants: what [`Ingest::commit`] acknowledged is synced, file and directories. A file is whole
//! from the moment it has its name. A name never silently gets another root.

mod listing;
mod object_file;
mod place;
mod reading;
mod revisions;
#[cfg(test)]
mod tests;
mod upkeep;

use std::io;
use std::ops::Range;
use std::path::PathBuf;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use tokio::task::JoinHandle;

use self::object_file::ObjectFile;
use self::place::Place;
use super::{
    ByteStream, Engine, EngineError, Health, Ingest, NodeHealth, ObjectRef, layout_for, layout_of,
};
use crate::dag::DagParams;
use crate::file;
use crate::pin::{Pin, PinName, Pinned, Removal, Replica, ReplicaStatus};
use crate::revision::Revision;
use crate::staging::{Follower, StagedCar};

const NAME: &str = "embedded";
/// There is one node, this machine.
const NODE: &str = "local";
/// A file is synced each time that it has grown by so many bytes.
const SYNC_LEN: u64 = 64 * 1024 * 1024;

/// Objects as CAR files in a directory. Clones share it.
#[derive(Clone, Debug)]
pub struct Embedded {
    place: Place,
    params: DagParams,
}

impl Embedded {
    /// Opens `dir`, and makes it if it is missing. All objects in it are cut by `params`.
    pub async fn open(dir: impl Into<PathBuf>, params: DagParams) -> Result<Embedded, EngineError> {
        let dir = dir.into();
        let place = blocking(move || {
            Place::open(&dir).map_err(|e| EngineError::io("open its directory", e))
        })
        .await?;
        Ok(Embedded { place, params })
    }

    /// The file of the object pinned as `name`, whether or not it is there.
    pub fn path_of(&self, name: &PinName) -> PathBuf {
        self.place.path_of(name)
    }
}

#[async_trait]
impl Engine for Embedded {
    fn name(&self) -> &str {
        NAME
    }

    /// Takes nothing early, since the file that grows is the file that will be kept; but lets the
    /// disk begin while the upload still runs.
    async fn ingest(&self, feed: Follower) -> Result<Box<dyn Ingest>, EngineError> {
        let behind = tokio::spawn(feed.write_behind(SYNC_LEN));
        Ok(Box::new(EmbeddedIngest { place: self.place.clone(), behind }))
    }

    async fn read(&self, object: &ObjectRef, range: Range<u64>) -> Result<ByteStream, EngineError> {
        let layout = layout_for(self.params, object, &range)?;
        let (place, pin) = (self.place.clone(), object.pin.clone());
        blocking(move || reading::begin(place.find_content(&pin)?, layout, range)).await
    }

    /// Each leaf is checked against the CID that stands in front of it.
    async fn read_checked(
        &self,
        object: &ObjectRef,
        range: Range<u64>,
    ) -> Result<ByteStream, EngineError> {
        let layout = layout_for(self.params, object, &range)?;
        let (place, pin) = (self.place.clone(), object.pin.clone());
        blocking(move || Ok(reading::checked(place.find_content(&pin)?, layout, range))).await
    }

    async fn member(&self, pin: &Pin, name: &str) -> Result<Bytes, EngineError> {
        let (place, pin, name) = (self.place.clone(), pin.clone(), name.to_owned());
        blocking(move || {
            let found = place.find(&pin)?;
            found.revision.as_ref().unwrap_or(&found.object).member(&name)
        })
        .await
    }

    async fn car(&self, object: &ObjectRef) -> Result<ByteStream, EngineError> {
        let (place, pin) = (self.place.clone(), object.pin.clone());
        let layout = layout_of(self.params, object)?;
        blocking(move || reading::car(place.find(&pin)?, &pin.root, &layout)).await
    }

    async fn revise(&self, from: &Pin, revision: &Revision) -> Result<Pinned, EngineError> {
        let pin = Pin { name: from.name.clone(), root: revision.root() };
        let (place, from, revision) = (self.place.clone(), from.clone(), revision.clone());
        blocking(move || place.revise(&from, &revision)).await?;
        Ok(pinned_here(pin))
    }

    async fn settle(&self, from: &Pin, to: &Pin) -> Result<Vec<Replica>, EngineError> {
        let (place, from, to) = (self.place.clone(), from.clone(), to.clone());
        blocking(move || place.settle(&from, &to)).await?;
        Ok(vec![replica_here()])
    }

    fn pins(&self) -> BoxStream<'_, Result<Pin, EngineError>> {
        listing::pins(self.place.clone()).boxed()
    }

    /// A file whose header is damaged is removed as well: nothing says that it is another object.
    async fn unpin(&self, pin: &Pin) -> Result<Removal, EngineError> {
        let (place, pin) = (self.place.clone(), pin.clone());
        let found = blocking(move || place.remove(&pin)).await?;
        Ok(Removal::of_one(NODE, found))
    }

    fn collects_at_once(&self) -> bool {
        true
    }

    /// Sees a directory that is gone or unreadable, not one that is full.
    async fn health(&self) -> Result<Health, EngineError> {
        let place = self.place.clone();
        let problem = file::blocking(move || place.probe()).await.err().map(|e| e.to_string());
        Ok(Health { nodes: vec![NodeHealth { node: NODE.to_owned(), problem }], needed: 1 })
    }
}

struct EmbeddedIngest {
    place: Place,
    /// What of the file has been synced already; it ends with the file.
    behind: JoinHandle<io::Result<()>>,
}

#[async_trait]
impl Ingest for EmbeddedIngest {
    async fn commit(self: Box<Self>, car: StagedCar) -> Result<Pinned, EngineError> {
        let pin = car.pin();
        let synced = self.behind.await.map_err(io::Error::from).flatten();
        synced.map_err(|e| EngineError::io("keep the object", e))?;
        let place = self.place;
        blocking(move || place.take(car)).await?;
        Ok(pinned_here(pin))
    }
}

fn pinned_here(pin: Pin) -> Pinned {
    Pinned::confirmed_by_engine(pin, vec![replica_here()])
}

fn replica_here() -> Replica {
    let (engine, node) = (NAME.to_owned(), NODE.to_owned());
    Replica { engine, node, status: ReplicaStatus::Pinned }
}

/// Runs `work` on the threads for blocking calls; it ends on its own if nobody waits any more.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, EngineError> {
    let ran: io::Result<_> = file::blocking(move || Ok(work())).await;
    ran.map_err(|e| EngineError::io("use its files", e))?
}
