//! The suite tells every engine that is broken: for each case there is one that only it need notice.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use cid::Cid;
use futures::stream::BoxStream;
use futures::{StreamExt as _, stream};
use tempfile::TempDir;

use super::*;
use crate::dag::DagParams;
use crate::engine::{
    ByteStream, Embedded, EngineError, Health, Ingest, NodeCollection, NodeCondition, NodeLack,
    ObjectRef, ReadRate, Upkeep,
};
use crate::pin::{Pin, PinName, Pinned, Removal, Replica, ReplicaStatus, Unpinned};
use crate::revision::Revision;
use crate::staging::{Follower, Limits, StagedCar};

/// What is wrong with an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    /// The end of a content is missing, and the stream ends as if it were not.
    EndsEarly,
    /// A range that does not begin at the start comes from one byte before.
    BeginsTooEarly,
    /// Every member has the bytes of another.
    MixesMembers,
    /// What it has already it does not take again.
    RefusesAgain,
    /// It gives back what was there when the ingest began, and no more.
    TakesOnlyWhatIsThere,
    /// While it takes one object it loses the others.
    TakesOneAtATime,
    /// One pin is missing from the list.
    HidesAPin,
    /// An ingest is listed as soon as it begins.
    ListsWhatBegins,
    /// The second time something is unpinned it was there again.
    RemovesTwice,
    /// Unpinning takes what else has the same content.
    UnpinsEquals,
    /// What it does not know is empty.
    InventsMembers,
    /// A range that is none is made into one.
    ClampsRanges,
    /// A name's former object makes way for another one.
    Overwrites,
    /// A pin goes by its name, whatever the root.
    UnpinsByName,
    /// A revision is confirmed and not made.
    ForgetsRevisions,
    /// A former root stays.
    NeverSettles,
    /// Taking a revision back takes the object.
    TakesAllBack,
    /// Whatever was once the root may be revised.
    RevisesFormer,
    /// It says that it is not well.
    Unwell,
}

/// An embedded engine with a flaw.
struct Flawed {
    engine: Embedded,
    flaw: Flaw,
    ingests: Arc<AtomicUsize>,
    /// What was committed, in its order.
    kept: Arc<Mutex<Vec<ObjectRef>>>,
    /// The newest root of what was revised, by the first one.
    newest: Mutex<Vec<(Pin, Pin)>>,
    removed: Mutex<Vec<Pin>>,
}

impl Flawed {
    fn new(engine: Embedded, flaw: Flaw) -> Flawed {
        Flawed {
            engine,
            flaw,
            ingests: Arc::default(),
            kept: Arc::default(),
            newest: Mutex::default(),
            removed: Mutex::default(),
        }
    }

    fn kept(&self) -> Vec<ObjectRef> {
        self.kept.lock().unwrap().clone()
    }
}

struct FlawedIngest {
    ingest: Box<dyn Ingest>,
    engine: Embedded,
    flaw: Flaw,
    ingests: Arc<AtomicUsize>,
    kept: Arc<Mutex<Vec<ObjectRef>>>,
    /// How much was there when it began.
    begun_at_the_end: bool,
}

#[async_trait]
impl Ingest for FlawedIngest {
    async fn commit(self: Box<Self>, car: StagedCar) -> Result<Pinned, EngineError> {
        let object = car.object();
        let known = self.kept.lock().unwrap().clone();
        match self.flaw {
            Flaw::RefusesAgain if known.contains(&object) => {
                let name = object.pin.name.clone();
                return Err(EngineError::Conflict { name, held: object.root() });
            }
            Flaw::Overwrites => {
                for former in known.iter().filter(|former| former.name() == object.name()) {
                    let _ = self.engine.unpin(&former.pin).await;
                }
            }
            Flaw::TakesOnlyWhatIsThere if !self.begun_at_the_end => {
                return Ok(claimed(object.pin));
            }
            Flaw::TakesOneAtATime if self.ingests.load(Ordering::SeqCst) > known.len() + 1 => {
                self.kept.lock().unwrap().push(object.clone());
                return Ok(claimed(object.pin));
            }
            _ => {}
        }
        let pinned = self.ingest.commit(car).await;
        self.kept.lock().unwrap().push(object);
        pinned
    }
}

#[async_trait]
impl Engine for Flawed {
    fn name(&self) -> &str {
        self.engine.name()
    }

    async fn ingest(&self, feed: Follower) -> Result<Box<dyn Ingest>, EngineError> {
        self.ingests.fetch_add(1, Ordering::SeqCst);
        // A follower of what is complete gives its first piece at once.
        let mut probe = feed.clone();
        let begun_at_the_end =
            futures::poll!(std::pin::pin!(async { while probe.next().await.is_some() {} }))
                .is_ready();
        Ok(Box::new(FlawedIngest {
            ingest: self.engine.ingest(feed).await?,
            engine: self.engine.clone(),
            flaw: self.flaw,
            ingests: Arc::clone(&self.ingests),
            kept: Arc::clone(&self.kept),
            begun_at_the_end,
        }))
    }

    async fn read(&self, object: &ObjectRef, range: Range<u64>) -> Result<ByteStream, EngineError> {
        let Range { start, end } = range;
        let range = match self.flaw {
            Flaw::EndsEarly if end > 0 && end == object.content_len => start.min(end - 1)..end - 1,
            Flaw::BeginsTooEarly if start > 0 && start < end => start - 1..end - 1,
            Flaw::ClampsRanges => {
                let end = end.min(object.content_len);
                start.min(end)..end
            }
            _ => start..end,
        };
        self.engine.read(object, range).await
    }

    async fn read_checked(
        &self,
        object: &ObjectRef,
        range: Range<u64>,
    ) -> Result<ByteStream, EngineError> {
        self.engine.read_checked(object, range).await
    }

    async fn member(&self, pin: &Pin, name: &str) -> Result<Bytes, EngineError> {
        match (self.flaw, self.engine.member(pin, name).await) {
            (Flaw::MixesMembers, Ok(_)) => Ok(Bytes::from_static(b"another's")),
            (Flaw::InventsMembers, Err(EngineError::NotFound { .. })) => Ok(Bytes::new()),
            (_, member) => member,
        }
    }

    async fn car(&self, object: &ObjectRef) -> Result<ByteStream, EngineError> {
        self.engine.car(object).await
    }

    async fn revise(&self, from: &Pin, revision: &Revision) -> Result<Pinned, EngineError> {
        let pin = Pin { name: from.name.clone(), root: revision.root() };
        if self.flaw == Flaw::ForgetsRevisions {
            return Ok(claimed(pin));
        }
        let revised = self.engine.revise(from, revision).await;
        if self.flaw != Flaw::RevisesFormer {
            return revised;
        }
        let newest = self.newest.lock().unwrap().iter().rev().find(|(of, _)| of == from).cloned();
        match (newest, revised) {
            (Some((_, newest)), Err(EngineError::Conflict { .. })) => {
                self.engine.revise(&newest, revision).await
            }
            (_, Ok(pinned)) => {
                self.newest.lock().unwrap().push((from.clone(), pin));
                Ok(pinned)
            }
            (_, refused) => refused,
        }
    }

    async fn settle(&self, from: &Pin, to: &Pin) -> Result<Vec<Replica>, EngineError> {
        match self.flaw {
            Flaw::NeverSettles => self.engine.replicas(to).await,
            _ => self.engine.settle(from, to).await,
        }
    }

    fn pins(&self) -> BoxStream<'_, Result<Pin, EngineError>> {
        let pins = self.engine.pins();
        match self.flaw {
            Flaw::HidesAPin => pins.skip(1).boxed(),
            Flaw::ListsWhatBegins if self.ingests.load(Ordering::SeqCst) > self.kept().len() => {
                let name = PinName::parse("begun").unwrap();
                let root = Cid::default();
                pins.chain(stream::iter([Ok(Pin { name, root })])).boxed()
            }
            _ => pins,
        }
    }

    async fn unpin(&self, pin: &Pin) -> Result<Removal, EngineError> {
        let mut pin = pin.clone();
        let kept = self.kept();
        match self.flaw {
            Flaw::UnpinsEquals => {
                let of = kept.iter().find(|object| object.pin == pin).map(|object| object.content);
                for equal in kept.iter().filter(|object| Some(object.content) == of) {
                    let _ = self.engine.unpin(&equal.pin).await;
                }
            }
            Flaw::UnpinsByName => {
                if let Some(named) = kept.iter().find(|object| *object.name() == pin.name) {
                    pin = named.pin.clone();
                }
            }
            Flaw::TakesAllBack => {
                if let Some(named) = kept.iter().find(|object| *object.name() == pin.name) {
                    let current = self.engine.pins().collect::<Vec<_>>().await;
                    for other in current.into_iter().flatten() {
                        if other.name == named.pin.name && other != pin {
                            let _ = self.engine.unpin(&other).await;
                        }
                    }
                }
            }
            _ => {}
        }
        let mut removal = self.engine.unpin(&pin).await?;
        if self.flaw == Flaw::RemovesTwice {
            let mut removed = self.removed.lock().unwrap();
            if removed.contains(&pin) {
                removal = Removal::of_one("here", Unpinned::Removed);
            }
            removed.push(pin);
        }
        Ok(removal)
    }

    fn collects_at_once(&self) -> bool {
        self.engine.collects_at_once()
    }

    async fn health(&self) -> Result<Health, EngineError> {
        let mut health = self.engine.health().await?;
        if self.flaw == Flaw::Unwell {
            health.nodes[0].problem = Some("it is not".to_owned());
        }
        Ok(health)
    }
}

#[async_trait]
impl Upkeep for Flawed {
    async fn replicas(&self, pin: &Pin) -> Result<Vec<Replica>, EngineError> {
        self.engine.replicas(pin).await
    }

    async fn repair(&self, object: &ObjectRef) -> Result<Vec<Replica>, EngineError> {
        self.engine.repair(object).await
    }

    async fn scrub(
        &self,
        object: &ObjectRef,
        rate: &ReadRate,
    ) -> Result<Vec<NodeCondition>, EngineError> {
        self.engine.scrub(object, rate).await
    }

    async fn witnesses(&self, object: &ObjectRef) -> Result<Vec<Cid>, EngineError> {
        self.engine.witnesses(object).await
    }

    async fn lacks(&self, witnesses: &[Cid]) -> Vec<NodeLack> {
        self.engine.lacks(witnesses).await
    }

    async fn collect_garbage(&self) -> Vec<NodeCollection> {
        self.engine.collect_garbage().await
    }
}

/// A pin that is not there.
fn claimed(pin: Pin) -> Pinned {
    let (engine, node) = ("embedded".to_owned(), "here".to_owned());
    Pinned::confirmed_by_engine(pin, vec![Replica { engine, node, status: ReplicaStatus::Pinned }])
}

/// A subject with this flaw, or with none.
async fn subject(flaw: Option<Flaw>) -> (Subject, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let params = DagParams::new(64, 3).unwrap();
    let limits = Limits { max_bytes: 16 * MAX_CONTENT_LEN };
    let staging = StagingArea::open(directory.path().join("staging"), limits, params);
    let engine = Embedded::open(directory.path().join("objects"), params).await.unwrap();
    let engine: Arc<dyn Engine> = match flaw {
        Some(flaw) => Arc::new(Flawed::new(engine, flaw)),
        None => Arc::new(engine),
    };
    (Subject { engine, staging: staging.await.unwrap() }, directory)
}

macro_rules! each_case_tells {
    ($($group:ident::$case:ident: $flaw:ident;)+) => {$(
        let (sound, _there) = subject(None).await;
        $group::$case(&sound).await;
        let (broken, _there) = subject(Some(Flaw::$flaw)).await;
        let told = tokio::spawn(async move { $group::$case(&broken).await }).await;
        let case = concat!(stringify!($group), "::", stringify!($case));
        assert!(told.is_err_and(|died| died.is_panic()), "{case} passes over {:?}", Flaw::$flaw);
    )+};
}

#[tokio::test]
async fn every_case_tells_an_engine_that_is_broken_in_it() {
    each_case_tells! {
        contents::of_every_edge_size_come_back: EndsEarly;
        contents::come_back_in_every_range: BeginsTooEarly;
        contents::with_members_give_each_member_back: MixesMembers;
        contents::committed_again_change_nothing: RefusesAgain;
        contents::are_taken_before_and_after_they_are_written: TakesOnlyWhatIsThere;
        contents::of_many_objects_are_kept_at_once: TakesOneAtATime;
        pins::are_listed_exactly: HidesAPin;
        pins::come_of_no_dropped_ingest: ListsWhatBegins;
        pins::are_removed_once: RemovesTwice;
        pins::of_equal_contents_are_apart: UnpinsEquals;
        refusals::of_what_is_not_there: InventsMembers;
        refusals::of_ranges_that_are_none: ClampsRanges;
        refusals::of_another_root_under_a_name: Overwrites;
        refusals::of_removing_another_root: UnpinsByName;
        revisions::keep_the_content: ForgetsRevisions;
        revisions::follow_each_other: NeverSettles;
        revisions::can_be_taken_back: TakesAllBack;
        revisions::of_what_is_not_current_are_refused: RevisesFormer;
        health::of_a_fresh_engine_is_good: Unwell;
    }
}
