//! The embedded engine over files that are whole, damaged and foreign.

mod commits;
mod conforms;
mod damage;
mod foreign;
mod revisions;

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures::TryStreamExt;

use crate::engine::{Engine, EngineError, ObjectRef};
use crate::pin::Pin;
use crate::staging::StagedCar;
use crate::testing::Bench;

impl Bench {
    async fn commit(&self, car: StagedCar) -> Result<ObjectRef, EngineError> {
        let object = car.object();
        let pinned = self.engine.ingest(car.follow()).await?.commit(car).await?;
        assert_eq!(*pinned.pin(), object.pin);
        Ok(object)
    }

    async fn store(&self, pin: &str, content: &Bytes) -> ObjectRef {
        self.commit(self.stage(pin, content).await).await.unwrap()
    }

    async fn read(&self, object: &ObjectRef, range: Range<u64>) -> Result<Bytes, EngineError> {
        let bytes: BytesMut = self.engine.read(object, range).await?.try_collect().await?;
        Ok(bytes.freeze())
    }

    async fn read_all(&self, object: &ObjectRef) -> Result<Bytes, EngineError> {
        self.read(object, 0..object.content_len).await
    }

    async fn pins(&self) -> Result<Vec<Pin>, EngineError> {
        let mut pins: Vec<Pin> = self.engine.pins().try_collect().await?;
        pins.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(pins)
    }
}
