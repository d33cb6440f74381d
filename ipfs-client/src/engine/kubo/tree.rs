//! Where the leaves of a content are: its inner nodes, read when they are needed and kept for a while.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use cid::Cid;
use lru::LruCache;

use super::fault::Fault;
use super::pool::Pool;
use crate::block::{Block, DAG_PB, MAX_BLOCK_LEN, RAW, cid_from_digest};
use crate::car::Layout;
use crate::dag::{DagParams, FileNode};
use crate::engine::{EngineError, ObjectRef};

/// Nodes that are kept: of 1024 children, some 32 KiB each.
const KEPT: NonZeroUsize = NonZeroUsize::new(256).unwrap();

/// Inner nodes that were read lately.
pub(super) struct Trees {
    params: DagParams,
    kept: Mutex<LruCache<Cid, Arc<Children>>>,
}

/// An inner node's children, without what the layout says as well.
struct Children {
    codec: u64,
    digests: Vec<[u8; 32]>,
}

impl Trees {
    pub(super) fn new(params: DagParams) -> Trees {
        Trees { params, kept: Mutex::new(LruCache::new(KEPT)) }
    }

    /// Children of a full node.
    pub(super) fn fan_out(&self) -> u64 {
        self.params.fan_out() as u64
    }

    /// The nodes from the content's own down to the leaf's parent, then the leaf itself.
    pub(super) async fn path(
        &self,
        pool: &Pool,
        object: &ObjectRef,
        layout: &Layout,
        leaf: u64,
    ) -> Result<Vec<Cid>, EngineError> {
        match self.path_as_far_as_known(pool, object, layout, leaf).await {
            (path, None) => Ok(path),
            (_, Some(error)) => Err(error),
        }
    }

    /// The same, or its beginning and why the last one of that cannot be read.
    pub(super) async fn path_as_far_as_known(
        &self,
        pool: &Pool,
        object: &ObjectRef,
        layout: &Layout,
        leaf: u64,
    ) -> (Vec<Cid>, Option<EngineError>) {
        let fan_out = self.params.fan_out() as u64;
        let mut below = 1_u64;
        let mut levels = 0;
        while below < layout.leaves() {
            below *= fan_out;
            levels += 1;
        }
        let mut path = vec![object.content];
        let mut place = leaf;
        for level in 0..levels {
            below /= fan_out;
            let node = path[path.len() - 1];
            let codec = if level + 1 == levels { RAW } else { DAG_PB };
            let children = match self.children(pool, &node, codec).await {
                Ok(children) => children,
                Err(error) => return (path, Some(error)),
            };
            let index = usize::try_from(place / below).unwrap_or(usize::MAX);
            let Some(digest) = children.digests.get(index) else {
                return (path, Some(wrong_tree(object)));
            };
            path.push(cid_from_digest(codec, *digest));
            place %= below;
        }
        let kind = if levels == 0 { object.content.codec() } else { RAW };
        (path, (kind != RAW).then(|| wrong_tree(object)))
    }

    async fn children(
        &self,
        pool: &Pool,
        cid: &Cid,
        codec: u64,
    ) -> Result<Arc<Children>, EngineError> {
        if let Some(children) = self.kept().get(cid)
            && children.codec == codec
        {
            return Ok(Arc::clone(children));
        }
        let block = pool.block(cid, MAX_BLOCK_LEN).await?;
        let children = Arc::new(read(&block, codec).map_err(|f| f.into_error("read", "any"))?);
        self.kept().put(*cid, Arc::clone(&children));
        Ok(children)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, LruCache<Cid, Arc<Children>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(block: &Block, codec: u64) -> Result<Children, Fault> {
    let node = FileNode::from_block(block).map_err(|_| Fault::Damaged)?;
    let digest = |cid: &Cid| <[u8; 32]>::try_from(cid.hash().digest());
    let digests: Result<Vec<_>, _> = node
        .children()
        .iter()
        .map(|child| digest(&child.cid).ok().filter(|_| child.cid.codec() == codec).ok_or(()))
        .collect();
    Ok(Children { codec, digests: digests.map_err(|()| Fault::Damaged)? })
}

fn wrong_tree(object: &ObjectRef) -> EngineError {
    EngineError::Corrupt {
        what: format!("the content of {}", object.name()),
        problem: "its tree is not that of a content of its length".to_owned(),
    }
}
