//! Objects on Kubo nodes, one or several.
//!
//! An object is the same blocks as everywhere, under one recursive pin that has the object's name.
//! Each node is fed by a follower of the upload's file, so that a slow one holds nobody up, and is
//! told to pin at the end; an upload is acknowledged when `min_replicas` have confirmed. What the
//! others lack is fed on; what they still lack then a repair restores. Reads go to the quickest node that
//! is up, through its HTTP gateway, leaf by leaf or in long runs, and go on with another one at the
//! exact byte.
//!
//! It deliberately trusts no node: CIDs are computed here, lengths and counts are compared, and every
//! wait has a limit. It keeps no record of its own about which node has what: it asks. Nodes' pins
//! that are not named like an object are neither listed nor touched.
//!
//! Invariants: what [`Ingest::commit`] acknowledged is pinned, by name, on at least `min_replicas`
//! nodes (whether it survives a power failure there is up to the node's `"sync"`). A read gives the
//! bytes asked for, or an error.

mod address;
mod car;
mod control;
mod facts;
mod fault;
mod import;
mod ingest;
mod node;
mod pins;
mod places;
mod pool;
mod read;
mod run;
mod state;
mod tree;
mod upkeep;
mod wire;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use cid::Cid;
use futures::future::join_all;
use futures::stream::BoxStream;
use futures::{FutureExt as _, Stream, StreamExt as _, TryStreamExt as _, stream};
use tokio_util::task::AbortOnDropHandle;

pub use self::address::{Authorization, NodeAddress};
pub use self::facts::{NodeConfig, NodeFacts};
use self::fault::Fault;
use self::import::Feed;
use self::ingest::{Feeding, KuboIngest};
use self::node::Node;
use self::pool::{Pool, given_up, worse};
use self::read::Source;
use self::run::Runs;
use self::tree::Trees;
use super::{
    ByteStream, Engine, EngineError, Health, Ingest, NodeHealth, ObjectRef, layout_for, layout_of,
};
use crate::block::{Block, is_supported};
use crate::car::prefix;
use crate::dag::DagParams;
use crate::pin::{NodeRemoval, Pin, PinName, Pinned, Removal, Replica, ReplicaStatus, Unpinned};
use crate::revision::Revision;
use crate::staging::{FollowError, Follower};

const NAME: &str = "kubo";

/// The oldest version of Kubo that is used: earlier ones lack calls and settings that this needs.
pub const MIN_VERSION: (u64, u64) = (0, 40);

/// What an engine over Kubo nodes is told.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How an object's content is cut.
    pub params: DagParams,
    /// How many nodes keep each object.
    pub replicas: usize,
    /// How many must have confirmed before an object counts as kept.
    pub min_replicas: usize,
    /// The limit of a small call.
    pub rpc_limit: Duration,
    /// How long a node may be silent in a read before another one is asked.
    pub read_limit: Duration,
}

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KuboError {
    /// No node, or more replicas than nodes, or none wanted.
    #[error(
        "{replicas} replicas, of which {min_replicas} before an answer, do not go with {nodes} nodes"
    )]
    Replicas {
        /// Nodes that there are.
        nodes: usize,
        /// Replicas wanted.
        replicas: usize,
        /// Replicas to wait for.
        min_replicas: usize,
    },
    /// Two nodes of one name.
    #[error("two nodes are named {0:?}")]
    SameName(String),
    /// An address is of no use.
    #[error("the node {0:?} has no usable address")]
    Address(String),
}

/// Objects on Kubo nodes. Clones share the nodes.
#[derive(Clone)]
pub struct Kubo {
    pool: Pool,
    trees: Arc<Trees>,
    runs: Runs,
    settings: Settings,
    feeding: Feeding,
    /// Who asks the nodes how they are; they stop with the last clone.
    _watches: Arc<[AbortOnDropHandle<()>]>,
}

impl Kubo {
    /// An engine over these nodes, whether or not they are up; it begins to ask them how they are,
    /// for which it needs a runtime.
    pub fn over(nodes: Vec<NodeAddress>, settings: Settings) -> Result<Kubo, KuboError> {
        let Settings { replicas, min_replicas, params, .. } = settings;
        if !(1..=replicas).contains(&min_replicas) || replicas > nodes.len() {
            return Err(KuboError::Replicas { nodes: nodes.len(), replicas, min_replicas });
        }
        let mut names = BTreeSet::new();
        let mut pool = Vec::with_capacity(nodes.len());
        for address in nodes {
            let name = address.name.clone();
            if !names.insert(name.clone()) {
                return Err(KuboError::SameName(name));
            }
            let node = Node::new(address, settings).map_err(|_| KuboError::Address(name))?;
            pool.push(Arc::new(node));
        }
        let watch =
            |node: &Arc<Node>| AbortOnDropHandle::new(tokio::spawn(Arc::clone(node).watch()));
        let watches = pool.iter().map(watch).collect();
        Ok(Kubo {
            pool: Pool::new(pool),
            trees: Arc::new(Trees::new(params)),
            runs: Runs::new(),
            settings,
            feeding: Feeding::default(),
            _watches: watches,
        })
    }

    /// Waits until each node was asked once how it is.
    pub async fn asked(&self) {
        join_all(self.pool.all().iter().map(|node| node.health.known())).await;
    }

    fn source(&self) -> Source {
        let (pool, trees) = (self.pool.clone(), Arc::clone(&self.trees));
        Source { pool, trees, runs: self.runs.clone() }
    }

    /// Asks every node at once.
    async fn each<F: Future>(&self, ask: impl Fn(Arc<Node>) -> F) -> Vec<(Arc<Node>, F::Output)> {
        let answers = join_all(self.pool.all().iter().map(|node| ask(Arc::clone(node)))).await;
        self.pool.all().iter().cloned().zip(answers).collect()
    }
}

#[async_trait]
impl Engine for Kubo {
    fn name(&self) -> &str {
        NAME
    }

    /// Fails at once if too few nodes are up to acknowledge anything.
    async fn ingest(&self, feed: Follower) -> Result<Box<dyn Ingest>, EngineError> {
        let ingest = KuboIngest::begin(self, &feed).await?;
        Ok(Box::new(ingest) as Box<dyn Ingest>)
    }

    async fn read(&self, object: &ObjectRef, range: Range<u64>) -> Result<ByteStream, EngineError> {
        let layout = layout_for(self.settings.params, object, &range)?;
        self.source().read(object.clone(), layout, range).await
    }

    async fn read_checked(
        &self,
        object: &ObjectRef,
        range: Range<u64>,
    ) -> Result<ByteStream, EngineError> {
        let layout = layout_for(self.settings.params, object, &range)?;
        Ok(self.source().read_checked(object.clone(), layout, range))
    }

    async fn member(&self, pin: &Pin, name: &str) -> Result<Bytes, EngineError> {
        let (_, directory) = self.source().directory(pin).await?;
        let Some(entry) = directory.entry(name) else {
            let what = format!("the member {name:?} of {}", pin.name);
            return Err(EngineError::NotFound { what });
        };
        Ok(self.source().member(pin, entry).await?.into_data())
    }

    async fn car(&self, object: &ObjectRef) -> Result<ByteStream, EngineError> {
        let layout = layout_of(self.settings.params, object)?;
        self.source().car(object.clone(), layout).await
    }

    async fn revise(&self, from: &Pin, revision: &Revision) -> Result<Pinned, EngineError> {
        let (from_root, root) = (from.root, revision.root());
        let pin = Pin { name: from.name.clone(), root };
        let asked = self.each(|node| async move {
            if node.pinned(&root).await?.is_some() {
                return Ok(());
            }
            if node.pinned(&from_root).await?.is_none() {
                return Err(Fault::Missing);
            }
            node.import(Feed::early(sections(revision.blocks()))).await?;
            node.pin_beside(&from_root, &root).await
        });
        let Answers { mut replicas, missing, worst } = answers(asked.await);
        if pinned(&replicas) < self.settings.min_replicas {
            return Err(given_up(worst, &format!("the pin of {}", from.name), "pin a revision"));
        }
        // A node without the object may be one that is still to get it.
        let wanted = self.settings.replicas.saturating_sub(replicas.len());
        let wanting = missing.iter().take(wanted);
        replicas.extend(wanting.map(|node| node.replica(ReplicaStatus::Pending)));
        Ok(Pinned::confirmed_by_engine(pin, replicas))
    }

    async fn settle(&self, from: &Pin, to: &Pin) -> Result<Vec<Replica>, EngineError> {
        let asked = self.each(|node| async move {
            if node.pinned(&to.root).await?.is_none() {
                return Err(Fault::Missing);
            }
            if from.root != to.root {
                node.control.unpin(&from.root).await?;
            }
            Ok(())
        });
        answers(asked.await).some_pinned(to, "settle a revision")
    }

    /// In the order of their names; all are held in memory, some 150 bytes each.
    fn pins(&self) -> BoxStream<'_, Result<Pin, EngineError>> {
        let listed = async move {
            let mut pins = BTreeSet::new();
            let mut errors = Vec::new();
            for node in self.pool.all() {
                let listing = async {
                    let mut lines = node.pins().await?;
                    while let Some(line) = lines.try_next().await? {
                        let root = line.cid.parse::<Cid>().ok().filter(is_supported);
                        if let (Ok(name), Some(root)) = (PinName::parse(&line.name), root) {
                            pins.insert((name, root));
                        }
                    }
                    Ok(())
                };
                if let Err(fault) = node.noted(listing.await) {
                    errors.push(Err(fault.into_error("list its pins", node.name())));
                }
            }
            let pins = pins.into_iter().map(|(name, root)| Ok(Pin { name, root }));
            stream::iter(errors.into_iter().chain(pins))
        };
        listed.flatten_stream().boxed()
    }

    async fn unpin(&self, pin: &Pin) -> Result<Removal, EngineError> {
        let asked = self.each(|node| async move {
            let being_fed = self.feeding.is_under_way(&node, pin.root);
            let found = match node.pinned(&pin.root).await? {
                None => Unpinned::WasAbsent,
                // Unnamed: an import was cut off before the name was given.
                Some(name) if name == pin.name.as_str() || name.is_empty() => {
                    node.control.unpin(&pin.root).await?;
                    Unpinned::Removed
                }
                // Somebody else's, who may keep it.
                Some(_) => Unpinned::WasAbsent,
            };
            // To be asked again: the pin may still come.
            if being_fed { Err(Fault::Busy) } else { Ok(found) }
        });
        let nodes = asked.await.into_iter().map(|(node, found)| {
            let found = node.noted(found).inspect_err(|fault| {
                tracing::warn!(node = node.name(), %fault, pin = %pin.name, "cannot unpin");
            });
            NodeRemoval { node: node.name().to_owned(), found: found.ok() }
        });
        Ok(Removal { nodes: nodes.collect() })
    }

    fn collects_at_once(&self) -> bool {
        false
    }

    async fn health(&self) -> Result<Health, EngineError> {
        self.asked().await;
        let nodes = self
            .pool
            .all()
            .iter()
            .map(|node| NodeHealth { node: node.name().to_owned(), problem: node.problem() });
        Ok(Health { nodes: nodes.collect(), needed: self.settings.min_replicas })
    }
}

/// What nodes answered when they were asked about a root.
struct Answers {
    /// Those that keep it, and those that could not be asked.
    replicas: Vec<Replica>,
    /// Those that have not got it.
    missing: Vec<Arc<Node>>,
    /// Why not all keep it.
    worst: Option<(Arc<Node>, Fault)>,
}

fn answers(asked: Vec<(Arc<Node>, Result<(), Fault>)>) -> Answers {
    let mut answers = Answers { replicas: Vec::new(), missing: Vec::new(), worst: None };
    for (node, done) in asked {
        match node.noted(done) {
            Ok(()) => answers.replicas.push(node.replica(ReplicaStatus::Pinned)),
            Err(fault) => {
                match fault {
                    Fault::Missing => answers.missing.push(Arc::clone(&node)),
                    _ => answers.replicas.push(node.replica(ReplicaStatus::Pending)),
                }
                answers.worst = Some(worse(answers.worst, node, fault));
            }
        }
    }
    answers
}

impl Answers {
    /// How the nodes are, if any keeps the root of `pin`.
    fn some_pinned(self, pin: &Pin, doing: &'static str) -> Result<Vec<Replica>, EngineError> {
        match pinned(&self.replicas) {
            0 => Err(given_up(self.worst, &format!("the pin of {}", pin.name), doing)),
            _ => Ok(self.replicas),
        }
    }
}

fn pinned(replicas: &[Replica]) -> usize {
    replicas.iter().filter(|replica| replica.status == ReplicaStatus::Pinned).count()
}

/// Blocks as a CAR has them, without its header.
fn sections(
    blocks: &[Block],
) -> impl Stream<Item = Result<Bytes, FollowError>> + Send + use<> + 'static {
    let section = |block: &Block| {
        let data = block.data().clone();
        [Ok(prefix(&block.cid(), data.len() as u64)), Ok(data)]
    };
    stream::iter(blocks.iter().flat_map(section).collect::<Vec<_>>())
}
