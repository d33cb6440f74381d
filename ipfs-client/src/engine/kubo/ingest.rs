//! An object on its way to the nodes.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use cid::Cid;
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

use super::fault::Fault;
use super::import::{Feed, Imported};
use super::node::Node;
use super::pool::{given_up, worse};
use super::{Kubo, Settings};
use crate::engine::{EngineError, Ingest};
use crate::pin::{Pin, Pinned, ReplicaStatus};
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
    /// Nodes to turn to when one of those fails.
    spare: Vec<Arc<Node>>,
    settings: Settings,
    feeding: Feeding,
}

impl KuboIngest {
    pub(super) fn begin(kubo: &Kubo, feed: &Follower) -> Result<KuboIngest, EngineError> {
        let Settings { replicas, min_replicas, .. } = kubo.settings;
        let mut usable: Vec<_> =
            kubo.pool.by_rank().into_iter().filter(|node| node.health.may_be_up()).collect();
        if usable.len() < min_replicas {
            let down = kubo.pool.all().iter().find_map(|node| Some((node, node.problem()?)));
            let problem = down.map_or_else(String::new, |(node, problem)| {
                format!(": node {}: {problem}", node.name())
            });
            let source = format!("{} of {min_replicas} nodes are up{problem}", usable.len());
            return Err(EngineError::Unavailable {
                doing: "take an upload",
                source: source.into(),
            });
        }
        let spare = usable.split_off(replicas.min(usable.len()));
        let feed_early = |node: Arc<Node>| {
            let (fed, sections) = (Arc::clone(&node), feed.clone().into_stream());
            let early = tokio::spawn(async move { fed.import(Feed::early(sections)).await });
            (node, AbortOnDropHandle::new(early))
        };
        Ok(KuboIngest {
            early: usable.into_iter().map(feed_early).collect(),
            spare,
            settings: kubo.settings,
            feeding: kubo.feeding.clone(),
        })
    }
}

#[async_trait]
impl Ingest for KuboIngest {
    async fn commit(mut self: Box<Self>, car: StagedCar) -> Result<Pinned, EngineError> {
        let (pin, car) = (car.pin(), Arc::new(car));
        let mut running = JoinSet::new();
        let mut asked = Vec::new();
        for (node, early) in std::mem::take(&mut self.early) {
            asked.push((Arc::clone(&node), ReplicaStatus::Pending));
            self.bring_home(&mut running, node, Some(early), &car);
        }
        let mut worst = None;
        let mut pinned = 0;
        while pinned < self.settings.min_replicas {
            let Some(done) = running.join_next().await else {
                return Err(given_up(worst, "the object", "keep the object"));
            };
            let (node, done) = done.map_err(|e| EngineError::io("keep the object", e.into()))?;
            let status = if done.is_ok() { ReplicaStatus::Pinned } else { ReplicaStatus::Failed };
            for (other, former) in &mut asked {
                if other.name() == node.name() {
                    *former = status;
                }
            }
            match done {
                Ok(()) => pinned += 1,
                Err(fault) => {
                    tracing::warn!(node = node.name(), %fault, pin = %pin.name, "did not pin");
                    worst = Some(worse(worst, node, fault));
                    if let Some(spare) = self.spare.pop() {
                        asked.push((Arc::clone(&spare), ReplicaStatus::Pending));
                        self.bring_home(&mut running, spare, None, &car);
                    }
                }
            }
        }
        // The others are fed on, from a file that stays for as long.
        tokio::spawn(async move { while running.join_next().await.is_some() {} });
        let replicas = asked.iter().map(|(node, status)| node.replica(*status)).collect();
        Ok(Pinned::confirmed_by_engine(pin, replicas))
    }
}

impl KuboIngest {
    fn bring_home(
        &self,
        running: &mut JoinSet<(Arc<Node>, Result<(), Fault>)>,
        node: Arc<Node>,
        early: Option<Early>,
        car: &Arc<StagedCar>,
    ) {
        let (car, fed) = (Arc::clone(car), self.feeding.begin(&node, car.root()));
        running.spawn(async move {
            let done = keep(&node, early, &car).await;
            drop(fed);
            (node, done)
        });
    }
}

/// Waits for the early import, and pins. Where that fails, feeds the whole object again, once.
async fn keep(node: &Node, early: Option<Early>, car: &StagedCar) -> Result<(), Fault> {
    let pin = car.pin();
    if let Some(early) = early {
        let tried = async {
            let imported = early.await.map_err(|e| Fault::Unreachable(Box::new(e)))??;
            expect(imported, car.block_count())?;
            node.pin(&pin, car.file_len()).await
        };
        match tried.await {
            Err(Fault::Full) => return Err(Fault::Full),
            Err(fault) => {
                let name = node.name();
                tracing::warn!(node = name, %fault, pin = %pin.name, "is fed once more");
                if fault.is_of_the_node() {
                    node.up_within(COME_BACK).await.map_err(|_| fault)?;
                }
            }
            Ok(()) => return Ok(()),
        }
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
