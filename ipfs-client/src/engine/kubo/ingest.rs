//! An object on its way to the nodes.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use cid::Cid;
use tokio::task::{JoinError, JoinSet};
use tokio_util::task::AbortOnDropHandle;

use super::fault::Fault;
use super::import::{Feed, Imported};
use super::node::Node;
use super::pool::{given_up, worse};
use super::{Kubo, Settings};
use crate::engine::{EngineError, Ingest};
use crate::pin::{Pin, Pinned, Replica, ReplicaStatus};
use crate::staging::{Follower, StagedCar};

/// How long a node that went away while it was fed is waited for.
const COME_BACK: Duration = Duration::from_secs(10);

/// What is being fed to which node, so that no repair does the same beside it.
#[derive(Clone, Debug, Default)]
pub(super) struct Feeding(Arc<Mutex<HashSet<(String, Cid)>>>);

impl Feeding {
    /// Marks it; `None` if it is being fed already.
    pub(super) fn begin(&self, node: &Node, root: Cid) -> Option<Fed> {
        let entry = (node.name().to_owned(), root);
        let fresh = self.entries().insert(entry.clone());
        fresh.then(|| Fed { feeding: self.clone(), entry })
    }

    /// Whether it is being fed, so that its pin may still come to exist.
    pub(super) fn is_under_way(&self, node: &Node, root: Cid) -> bool {
        self.entries().contains(&(node.name().to_owned(), root))
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, HashSet<(String, Cid)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As long as this lives, the node is being fed.
pub(super) struct Fed {
    feeding: Feeding,
    entry: (String, Cid),
}

impl Drop for Fed {
    fn drop(&mut self) {
        self.feeding.entries().remove(&self.entry);
    }
}

type Early = AbortOnDropHandle<Result<Imported, Fault>>;

/// An upload that some nodes are being fed.
pub(super) struct KuboIngest {
    early: Vec<(Arc<Node>, Early)>,
    /// Nodes to turn to when one of those fails, the best first; last, those that are down.
    spare: VecDeque<Arc<Node>>,
    settings: Settings,
    feeding: Feeding,
}

impl KuboIngest {
    pub(super) async fn begin(kubo: &Kubo, feed: &Follower) -> Result<KuboIngest, EngineError> {
        let Settings { replicas, min_replicas, .. } = kubo.settings;
        let mut usable = kubo.pool.usable();
        if usable < min_replicas {
            // What is known of those that are down may be some seconds old.
            kubo.pool.ask_those_down().await;
            usable = kubo.pool.usable();
        }
        let mut nodes = kubo.pool.by_rank();
        if usable < min_replicas {
            let down = nodes.iter().find_map(|node| Some((node, node.problem()?)));
            let problem = down.map_or_else(String::new, |(node, problem)| {
                format!(": node {}: {problem}", node.name())
            });
            let source = format!("{usable} of {min_replicas} nodes are up{problem}");
            return Err(EngineError::Unavailable {
                doing: "take an upload",
                source: source.into(),
            });
        }
        let spare = nodes.split_off(replicas.min(usable)).into();
        let feed_early = |node: Arc<Node>| {
            let (fed, sections) = (Arc::clone(&node), feed.clone().into_stream());
            let early = tokio::spawn(async move { fed.import(Feed::early(sections)).await });
            (node, AbortOnDropHandle::new(early))
        };
        Ok(KuboIngest {
            early: nodes.into_iter().map(feed_early).collect(),
            spare,
            settings: kubo.settings,
            feeding: kubo.feeding.clone(),
        })
    }
}

#[async_trait]
impl Ingest for KuboIngest {
    async fn commit(self: Box<Self>, car: StagedCar) -> Result<Pinned, EngineError> {
        let pin = car.pin();
        let KuboIngest { early, spare, settings, feeding } = *self;
        let car = Arc::new(car);
        let mut keeping =
            Keeping { car, feeding, running: JoinSet::new(), asked: Vec::new(), waiting: 0 };
        for (node, early) in early {
            keeping.begin(node, Turn::Fed(early));
        }
        let (mut spare, mut gone) = (spare, Vec::new());
        let (mut worst, mut pinned) = (None, 0);
        while pinned < settings.min_replicas {
            let Some(done) = keeping.next().await else {
                return Err(given_up(worst, "the object", "keep the object"));
            };
            let done = done.map_err(|e| EngineError::io("keep the object", e.into()))?;
            let Done { node, waited, result: Err(fault) } = done else {
                pinned += 1;
                continue;
            };
            if fault.is_of_the_node() && !waited {
                gone.push(Arc::clone(&node));
            }
            tracing::warn!(node = node.name(), %fault, pin = %pin.name, "did not pin");
            worst = Some(worse(worst, node, fault));
            if let Some(other) = spare.pop_front_if(|spare| spare.health.may_be_up()) {
                keeping.begin(other, Turn::Whole);
            } else if pinned + keeping.at_work() < settings.min_replicas {
                // Only they are left: whoever is back first.
                for node in spare.drain(..).chain(gone.drain(..)) {
                    keeping.begin(node, Turn::WhenBack);
                }
            }
        }
        // Whoever was down is to have it when it is back.
        let replicas = keeping.replicas(&spare, settings.replicas);
        keeping.go_on();
        Ok(Pinned::confirmed_by_engine(pin, replicas))
    }
}

/// What a node is to do.
enum Turn {
    /// Pin what it was fed while the upload ran.
    Fed(Early),
    /// Take the whole object, and pin it.
    Whole,
    /// The same, as soon as it answers again.
    WhenBack,
}

/// What a node has done.
struct Done {
    node: Arc<Node>,
    /// Whether it had to come back first.
    waited: bool,
    result: Result<(), Fault>,
}

/// The nodes that are at an object.
struct Keeping {
    car: Arc<StagedCar>,
    feeding: Feeding,
    running: JoinSet<Done>,
    /// What became of each so far.
    asked: Vec<(Arc<Node>, ReplicaStatus)>,
    /// Of those that run, the ones that are not back yet.
    waiting: usize,
}

impl Keeping {
    fn begin(&mut self, node: Arc<Node>, turn: Turn) {
        self.note(&node, ReplicaStatus::Pending);
        let waited = matches!(turn, Turn::WhenBack);
        self.waiting += usize::from(waited);
        let (car, fed) = (Arc::clone(&self.car), self.feeding.begin(&node, self.car.root()));
        self.running.spawn(async move {
            let result = keep(&node, turn, &car).await;
            drop(fed);
            Done { node, waited, result }
        });
    }

    /// The next one that is done; none if nobody is at it any more.
    async fn next(&mut self) -> Option<Result<Done, JoinError>> {
        let done = self.running.join_next().await?;
        if let Ok(Done { node, waited, result }) = &done {
            self.waiting -= usize::from(*waited);
            let status = if result.is_ok() { ReplicaStatus::Pinned } else { ReplicaStatus::Failed };
            self.note(node, status);
        }
        Some(done)
    }

    fn note(&mut self, node: &Arc<Node>, status: ReplicaStatus) {
        match self.asked.iter_mut().find(|(other, _)| Arc::ptr_eq(other, node)) {
            Some((_, former)) => *former = status,
            None => self.asked.push((Arc::clone(node), status)),
        }
    }

    /// How many may pin without having to come back first.
    fn at_work(&self) -> usize {
        self.running.len() - self.waiting
    }

    /// How each node is, with as many of `spare` as are missing from the number wanted.
    fn replicas(&self, spare: &VecDeque<Arc<Node>>, wanted: usize) -> Vec<Replica> {
        let hoped = self.asked.iter().filter(|(_, status)| *status != ReplicaStatus::Failed);
        let missing = wanted.saturating_sub(hoped.count());
        let missing = spare.iter().take(missing).map(|node| node.replica(ReplicaStatus::Pending));
        let asked = self.asked.iter().map(|(node, status)| node.replica(*status));
        asked.chain(missing).collect()
    }

    /// The others are fed on, from a file that stays for as long.
    fn go_on(mut self) {
        tokio::spawn(async move { while self.running.join_next().await.is_some() {} });
    }
}

/// Has a node pin. What it was fed before is fed again as a whole, once, where it did not take it.
async fn keep(node: &Node, turn: Turn, car: &StagedCar) -> Result<(), Fault> {
    let pin = car.pin();
    match turn {
        Turn::Fed(early) => {
            let tried = async {
                let imported = early.await.map_err(|e| Fault::Unreachable(Box::new(e)))??;
                expect(imported, car.block_count())?;
                node.pin(&pin, car.file_len()).await
            };
            match tried.await {
                // It may be somebody's garbage collection that has come between.
                Err(fault) if !matches!(fault, Fault::Full) && !fault.is_of_the_node() => {
                    tracing::warn!(node = node.name(), %fault, pin = %pin.name, "is fed once more");
                }
                done => return done,
            }
        }
        Turn::Whole => {}
        Turn::WhenBack => node.up_within(COME_BACK).await?,
    }
    keep_whole(node, &pin, car).await
}

/// Feeds a whole object under the node's pin lock, and gives the pin its name.
async fn keep_whole(node: &Node, pin: &Pin, car: &StagedCar) -> Result<(), Fault> {
    let feed = Feed::pinning(&pin.root, car.follow().into_stream());
    expect(node.import(feed).await?, car.block_count())?;
    node.pin(pin, car.file_len()).await
}

fn expect(imported: Imported, blocks: u64) -> Result<(), Fault> {
    if imported.blocks == blocks {
        return Ok(());
    }
    Err(Fault::Nonsense(format!("it took {} of {blocks} blocks", imported.blocks)))
}
