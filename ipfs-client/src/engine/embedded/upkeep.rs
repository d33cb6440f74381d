//! Looking after objects of which there is one copy: what is damaged can be named, not mended.

use std::pin::pin;

use async_trait::async_trait;
use cid::Cid;
use futures::TryStreamExt as _;
use tokio_util::io::StreamReader;

use super::{Embedded, NODE, blocking, replica_here};
use crate::car::Whole;
use crate::engine::{
    Condition, Engine as _, EngineError, NodeCollection, NodeCondition, NodeLack, ObjectRef,
    ReadRate, Upkeep,
};
use crate::pin::{Pin, Replica};

#[async_trait]
impl Upkeep for Embedded {
    async fn replicas(&self, pin: &Pin) -> Result<Vec<Replica>, EngineError> {
        let (place, pin) = (self.place.clone(), pin.clone());
        blocking(move || place.find(&pin).map(drop)).await?;
        Ok(vec![replica_here()])
    }

    /// There is nowhere to copy from.
    async fn repair(&self, object: &ObjectRef) -> Result<Vec<Replica>, EngineError> {
        self.replicas(&object.pin).await
    }

    async fn scrub(
        &self,
        object: &ObjectRef,
        rate: &ReadRate,
    ) -> Result<Vec<NodeCondition>, EngineError> {
        let whole =
            Whole { params: self.params, content: object.content, content_len: object.content_len };
        let checked = match self.car(object).await {
            Ok(car) => {
                let mut paced =
                    pin!(car.map_err(std::io::Error::other).and_then(|bytes| async move {
                        rate.spend(bytes.len() as u64).await;
                        Ok(bytes)
                    }));
                let car = StreamReader::new(&mut paced);
                whole.check(car).await.map(drop).map_err(|error| error.to_string())
            }
            Err(EngineError::NotFound { .. }) => return Ok(vec![here(Condition::Absent)]),
            Err(EngineError::Corrupt { problem, .. }) => Err(problem),
            // Its file says that it is of another object, or of another revision than there should be.
            Err(error @ EngineError::Conflict { .. }) => Err(error.to_string()),
            Err(error) => return Err(error),
        };
        Ok(vec![here(match checked {
            Ok(()) => Condition::Whole,
            Err(problem) => Condition::Damaged { blocks: Vec::new(), problem },
        })])
    }

    async fn witnesses(&self, _object: &ObjectRef) -> Result<Vec<Cid>, EngineError> {
        Ok(Vec::new())
    }

    /// Nothing is left once a pin is gone.
    async fn lacks(&self, _witnesses: &[Cid]) -> Vec<NodeLack> {
        vec![NodeLack { node: NODE.to_owned(), lacks: Some(true) }]
    }

    async fn collect_garbage(&self) -> Vec<NodeCollection> {
        vec![NodeCollection { node: NODE.to_owned(), problem: None }]
    }
}

fn here(condition: Condition) -> NodeCondition {
    NodeCondition { node: NODE.to_owned(), condition }
}
