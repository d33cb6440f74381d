//! Replicas restored where they are missing, and blocks read back where nobody has asked for them.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cid::Cid;
use futures::{StreamExt as _, TryStreamExt as _};

use super::fault::Fault;
use super::import::Feed;
use super::node::{Node, walk_limit};
use super::pool::{given_up, worse};
use super::{Kubo, answers, sections};
use crate::block::{Block, MAX_BLOCK_LEN};
use crate::car::{HEADER_LEN, Layout};
use crate::engine::{
    Condition, EngineError, NodeCollection, NodeCondition, NodeLack, ObjectRef, ReadRate, Upkeep,
    layout_of,
};
use crate::pin::{Pin, Replica, ReplicaStatus};
use crate::revision::CONTENT;
use crate::staging::FollowError;

/// How long a node may collect garbage.
const COLLECTION_LIMIT: Duration = Duration::from_secs(3600);
/// How long a node may verify its repository.
const VERIFICATION_LIMIT: Duration = Duration::from_secs(3600);
/// Blocks of a content that are looked for after a collection.
const WITNESSES: u64 = 32;
/// Damaged blocks that are healed at a time, and held in memory for that.
const AT_A_TIME: usize = 64;

#[async_trait]
impl Upkeep for Kubo {
    async fn replicas(&self, pin: &Pin) -> Result<Vec<Replica>, EngineError> {
        let asked = self.each(|node| async move {
            node.pinned(&pin.root).await?.map(drop).ok_or(Fault::Missing)
        });
        answers(asked.await).some_pinned(pin, "look for an object")
    }

    async fn repair(&self, object: &ObjectRef) -> Result<Vec<Replica>, EngineError> {
        let pin = &object.pin;
        let asked = self.each(|node| async move { node.pinned(&pin.root).await }).await;
        let (mut replicas, mut lacking, mut worst, mut whole) = (Vec::new(), Vec::new(), None, 0);
        for (node, found) in asked {
            match node.noted(found) {
                Ok(Some(name)) => {
                    if name != pin.name.as_str() {
                        // An import was cut off between the pin and its name.
                        let _ = node.pin(pin, object.content_len).await;
                    }
                    whole += 1;
                    replicas.push(node.replica(ReplicaStatus::Pinned));
                }
                Ok(None) => lacking.push(node),
                Err(fault) => {
                    replicas.push(node.replica(ReplicaStatus::Pending));
                    worst = Some(worse(worst, node, fault));
                }
            }
        }
        if whole == 0 {
            return Err(given_up(worst, &format!("the pin of {}", pin.name), "repair an object"));
        }
        lacking.sort_by_key(|node| node.rank());
        for node in lacking {
            // A node that cannot be asked counts as one that will come back with its copy.
            if replicas.len() >= self.settings.replicas {
                break;
            }
            let copied = self.copy(object, &node).await.inspect_err(|fault| {
                tracing::warn!(node = node.name(), %fault, pin = %pin.name, "was not copied");
            });
            let status = match copied {
                Ok(true) => ReplicaStatus::Pinned,
                Ok(false) => ReplicaStatus::Pending,
                Err(_) => ReplicaStatus::Failed,
            };
            replicas.push(node.replica(status));
        }
        replicas.sort_by(|a, b| a.node.cmp(&b.node));
        Ok(replicas)
    }

    async fn scrub(
        &self,
        object: &ObjectRef,
        rate: &ReadRate,
    ) -> Result<Vec<NodeCondition>, EngineError> {
        let layout = layout_of(self.settings.params, object)?;
        let mut conditions = Vec::new();
        for node in self.pool.all() {
            let condition = self.scrub_copy(object, &layout, node, rate).await;
            let condition = condition.unwrap_or_else(|fault| Condition::Unknown(fault.to_string()));
            conditions.push(NodeCondition { node: node.name().to_owned(), condition });
        }
        Ok(conditions)
    }

    async fn witnesses(&self, object: &ObjectRef) -> Result<Vec<Cid>, EngineError> {
        let layout = layout_of(self.settings.params, object)?;
        let mut witnesses = vec![object.root(), object.content];
        let step = (layout.leaves() / WITNESSES).max(1);
        for leaf in (0..layout.leaves()).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
            let path = self.trees.path(&self.pool, object, &layout, leaf).await?;
            for cid in path {
                if !witnesses.contains(&cid) && witnesses.len() as u64 <= WITNESSES {
                    witnesses.push(cid);
                }
            }
        }
        Ok(witnesses)
    }

    async fn lacks(&self, witnesses: &[Cid]) -> Vec<NodeLack> {
        let asked = self.each(|node| async move {
            for cid in witnesses {
                if node.control.has(cid).await? {
                    return Ok(false);
                }
            }
            Ok(true)
        });
        let lack = |(node, lacks): (Arc<Node>, Result<bool, Fault>)| NodeLack {
            node: node.name().to_owned(),
            lacks: node.noted(lacks).ok(),
        };
        asked.await.into_iter().map(lack).collect()
    }

    async fn collect_garbage(&self) -> Vec<NodeCollection> {
        let mut collections = Vec::new();
        for node in self.pool.all() {
            let collected = node.noted(node.collect_garbage(COLLECTION_LIMIT).await);
            let problem = collected.err().map(|fault| fault.to_string());
            collections.push(NodeCollection { node: node.name().to_owned(), problem });
        }
        collections
    }
}

/// What was found of a copy.
struct Found {
    /// Blocks that are damaged or missing.
    damaged: Vec<Cid>,
    /// The leaf at which to go on, when they are healed.
    next: Option<u64>,
}

impl Kubo {
    /// Copies an object to a node from those that have it; `false` if somebody is at it already.
    /// The node checks every block against its CID.
    async fn copy(&self, object: &ObjectRef, node: &Node) -> Result<bool, Fault> {
        let Some(_fed) = self.feeding.begin(node, object.root()) else { return Ok(false) };
        let layout = layout_of(self.settings.params, object);
        let car = async { self.source().car_checked(object.clone(), layout?).await };
        let car = car.await.map_err(|e| Fault::Nonsense(e.to_string()))?;
        let len = car.left();
        // The first item is the header, which is written anew.
        let sections = car.map_err(|error| FollowError::Io(std::io::Error::other(error))).scan(
            HEADER_LEN,
            |header, item| {
                let item = item.map(|mut bytes| {
                    let cut = (*header).min(bytes.len());
                    *header -= cut;
                    let _ = bytes.split_to(cut);
                    bytes
                });
                std::future::ready(Some(item))
            },
        );
        node.import(Feed::early(sections)).await?;
        node.pin(&object.pin, len).await?;
        Ok(true)
    }

    /// Reads every block of the object's copy on `node`, and heals as it goes.
    async fn scrub_copy(
        &self,
        object: &ObjectRef,
        layout: &Layout,
        node: &Node,
        rate: &ReadRate,
    ) -> Result<Condition, Fault> {
        if node.noted(node.pinned(&object.root()).await)?.is_none() {
            return Ok(Condition::Absent);
        }
        let mut healed = Vec::new();
        let mut next = Some(0);
        while let Some(from) = next {
            let found = self.look(object, layout, node, from, rate).await?;
            next = found.next;
            if !found.damaged.is_empty() {
                match self.heal(node, found.damaged).await {
                    Condition::Healed(blocks) => healed.extend(blocks),
                    other => return Ok(other),
                }
            }
        }
        Ok(if healed.is_empty() { Condition::Whole } else { Condition::Healed(healed) })
    }

    /// Reads the blocks of the copy on `node` from a leaf on, and with the first one the members,
    /// until there are enough damaged or missing ones or it is not known how to go on.
    async fn look(
        &self,
        object: &ObjectRef,
        layout: &Layout,
        node: &Node,
        from: u64,
        rate: &ReadRate,
    ) -> Result<Found, Fault> {
        let mut damaged = Vec::new();
        let mut seen = Vec::new();
        let mut blocks = Vec::new();
        if from == 0 {
            blocks.push(object.root());
            if let Ok((_, directory)) = self.source().directory(&object.pin).await {
                let members = directory.entries().iter().filter(|entry| entry.name != CONTENT);
                blocks.extend(members.map(|entry| entry.cid));
            }
        }
        for leaf in from..layout.leaves() {
            let path = self.trees.path_as_far_as_known(&self.pool, object, layout, leaf);
            let (path, lost) = path.await;
            for (level, cid) in path.iter().enumerate() {
                // Of the inner nodes each comes once, before its leaves.
                if seen.get(level) != Some(cid) {
                    seen.truncate(level);
                    seen.push(*cid);
                    blocks.push(*cid);
                }
            }
            for cid in blocks.drain(..) {
                match node.block(&cid, MAX_BLOCK_LEN).await {
                    Ok(block) => rate.spend(block.data().len() as u64).await,
                    Err(Fault::Damaged | Fault::Missing) => damaged.push(cid),
                    Err(fault) => return Err(fault),
                }
            }
            match lost {
                // What is below it is known when it is healed.
                Some(_) if !damaged.is_empty() => return Ok(Found { damaged, next: Some(leaf) }),
                Some(error) => return Err(Fault::Nonsense(error.to_string())),
                None if damaged.len() >= AT_A_TIME => {
                    return Ok(Found { damaged, next: Some(leaf + 1) });
                }
                None => {}
            }
        }
        Ok(Found { damaged, next: None })
    }

    /// Puts good blocks in the place of bad ones.
    async fn heal(&self, node: &Node, damaged: Vec<Cid>) -> Condition {
        let mut good = Vec::new();
        let mut left = Vec::new();
        for cid in &damaged {
            match self.pool.block(cid, MAX_BLOCK_LEN).await {
                Ok(block) => good.push(block),
                Err(_) => left.push(*cid),
            }
        }
        let replaced = self.replace(node, &good).await;
        for block in &good {
            if node.block(&block.cid(), MAX_BLOCK_LEN).await.is_err() {
                left.push(block.cid());
            }
        }
        match (left.is_empty(), replaced) {
            (true, _) => Condition::Healed(damaged),
            (false, Ok(())) => {
                Condition::Damaged { blocks: left, problem: "no node has a good copy".to_owned() }
            }
            (false, Err(fault)) => Condition::Damaged { blocks: left, problem: fault.to_string() },
        }
    }

    /// A node keeps what it believes to have, so it is made to notice first: a missing block by
    /// asking for it, a damaged one by verifying all.
    async fn replace(&self, node: &Node, good: &[Block]) -> Result<(), Fault> {
        if good.is_empty() {
            return Ok(());
        }
        let len = good.iter().map(|block| block.data().len() as u64).sum::<u64>();
        for verify in [false, true] {
            if verify {
                node.control.drop_damaged(VERIFICATION_LIMIT.max(walk_limit(len))).await?;
            }
            for block in good {
                let _ = node.block(&block.cid(), MAX_BLOCK_LEN).await;
            }
            node.import(Feed::early(sections(good))).await?;
            let mut whole = true;
            for block in good {
                whole &= node.block(&block.cid(), MAX_BLOCK_LEN).await.is_ok();
            }
            if whole {
                return Ok(());
            }
        }
        Ok(())
    }
}
