//! Reading a range: leaf by leaf, from whichever node gives the bytes, going on at the exact byte
//! with another one where a node fails.
//!
//! The first leaf is asked for before the stream is given out, the next ones before their turn: one
//! when the end of the current one is near, more while the reader is the faster side. One that is not
//! taken up soon is given up, so that a slow reader has one open answer. A reader that has taken some
//! in time gets what is left in one [run](super::run).

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use cid::Cid;
use futures::stream;
use hyper::body::Incoming;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::fault::Fault;
use super::node::Node;
use super::pool::{Pool, given_up, worse};
use super::run::{KEPT, Run, Runs};
use super::tree::Trees;
use crate::car::Layout;
use crate::engine::pieces::{Piece, Pieces};
use crate::engine::{ByteStream, EngineError, ObjectRef};

/// The next leaf is asked for when so much of the current one is left.
const NEAR_END: usize = 256 * 1024;
/// The most leaves that are asked for ahead.
const MAX_AHEAD: usize = 3;
/// So many leaves in a row must have been taken in time before a run.
const LEAVES_BEFORE_A_RUN: usize = 8;

/// What is read from.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) pool: Pool,
    pub(super) trees: Arc<Trees>,
    pub(super) runs: Runs,
}

impl Source {
    /// The bytes `range`, which lie within the content.
    pub(super) async fn read(
        self,
        object: ObjectRef,
        layout: Layout,
        range: Range<u64>,
    ) -> Result<ByteStream, EngineError> {
        let len = range.end - range.start;
        let pieces = Pieces { layout: layout.clone(), range };
        let mut reading = Reading {
            source: self,
            object: Arc::new(object),
            layout: Arc::new(layout),
            pieces,
            ahead: VecDeque::new(),
            wanted_ahead: 0,
            in_time: 0,
            run: None,
            may_run: true,
            current: None,
        };
        reading.current = reading.open_next().await?;
        Ok(ByteStream::exact(
            len,
            stream::try_unfold(reading, |mut reading| async move {
                Ok(reading.next().await?.map(|bytes| (bytes, reading)))
            }),
        ))
    }

    /// The same, whole leaf by whole leaf, each checked.
    pub(super) fn read_checked(
        self,
        object: ObjectRef,
        layout: Layout,
        range: Range<u64>,
    ) -> ByteStream {
        let len = range.end - range.start;
        let pieces = Pieces { layout: layout.clone(), range };
        let state = (self, object, layout, pieces);
        let leaves = stream::try_unfold(state, |(source, object, layout, mut pieces)| async move {
            let Some(Piece { leaf, within }) = pieces.next() else { return Ok(None) };
            let path = source.trees.path(&source.pool, &object, &layout, leaf).await?;
            let leaf_len = len_of(&layout, leaf);
            let block = source.pool.block(&path[path.len() - 1], leaf_len).await?;
            let bytes = block.into_data().slice(within);
            Ok(Some((bytes, (source, object, layout, pieces))))
        });
        ByteStream::exact(len, leaves)
    }
}

/// A leaf that was asked for before its turn.
struct Ahead {
    piece: Piece,
    /// Whether its answer has begun.
    is_open: Arc<AtomicBool>,
    /// That its turn has come.
    take: oneshot::Sender<()>,
    /// None if its turn did not come soon.
    opening: AbortOnDropHandle<Result<Option<Leaf>, EngineError>>,
}

struct Reading {
    source: Source,
    object: Arc<ObjectRef>,
    layout: Arc<Layout>,
    pieces: Pieces,
    /// What follows the current leaf, as far as it was asked for.
    ahead: VecDeque<Ahead>,
    wanted_ahead: usize,
    /// Leaves in a row that were asked for ahead and taken in time.
    in_time: usize,
    /// What follows them, to the end.
    run: Option<Run>,
    /// Not after a run that failed.
    may_run: bool,
    current: Option<Leaf>,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<Bytes>, EngineError> {
        loop {
            match self.current.as_ref().map(Leaf::left) {
                Some(0) => self.current = None,
                Some(left) => {
                    if left <= NEAR_END || self.wanted_ahead > 0 {
                        self.look_ahead();
                    }
                    let Some(leaf) = &mut self.current else { return Ok(None) };
                    return leaf.next(&self.source.pool).await.map(Some);
                }
                None => {
                    if let Some(bytes) = self.next_of_run().await {
                        return Ok(Some(bytes));
                    }
                    self.current = self.open_next().await?;
                    if self.current.is_none() {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// The next bytes of the run, if it is its turn and it has any.
    async fn next_of_run(&mut self) -> Option<Bytes> {
        let Range { start, end } = self.pieces.range;
        let run = self.run.as_mut().filter(|_| self.ahead.is_empty() && start < end)?;
        match run.next(end - start).await {
            Ok(Some(bytes)) => {
                self.pieces.range.start += bytes.len() as u64;
                return Some(bytes);
            }
            Ok(None) => self.fell_behind(),
            Err(fault) => {
                let object = self.object.name();
                tracing::warn!(%fault, %object, at = start, "goes on leaf by leaf");
                self.may_run = false;
            }
        }
        self.run = None;
        None
    }

    /// Asks for what is to come.
    fn look_ahead(&mut self) {
        if self.run.is_none() && self.may_run && self.in_time >= LEAVES_BEFORE_A_RUN {
            // From the node that has given leaves of it.
            let node = self.current.as_ref().map(|leaf| &leaf.node);
            let (runs, of, rest) = (&self.source.runs, self.object.content, &self.pieces.range);
            self.run = node.and_then(|node| runs.begin(node, of, rest.clone()));
        }
        while self.run.is_none() && self.ahead.len() < self.wanted_ahead.max(1) {
            let Some(piece) = self.pieces.next() else { return };
            self.ahead.push_back(self.ask(piece));
        }
    }

    /// The reader has taken its time: nothing need be ahead of it.
    fn fell_behind(&mut self) {
        self.wanted_ahead = 0;
        self.in_time = 0;
    }

    fn ask(&self, piece: Piece) -> Ahead {
        let (source, object) = (self.source.clone(), Arc::clone(&self.object));
        let (layout, of) = (Arc::clone(&self.layout), piece.clone());
        let is_open = Arc::new(AtomicBool::new(false));
        let (opened, (take, taken)) = (Arc::clone(&is_open), oneshot::channel());
        let opening = tokio::spawn(async move {
            let leaf = Leaf::open(&source, &object, &layout, of).await?;
            opened.store(true, Ordering::Relaxed);
            let is_taken = timeout(KEPT, taken).await.is_ok();
            Ok(is_taken.then_some(leaf))
        });
        Ahead { piece, is_open, take, opening: AbortOnDropHandle::new(opening) }
    }

    async fn open_next(&mut self) -> Result<Option<Leaf>, EngineError> {
        let piece =
            if let Some(Ahead { piece: asked, is_open, take, opening }) = self.ahead.pop_front() {
                if !is_open.load(Ordering::Relaxed) {
                    // The reader is faster than the nodes: more at once.
                    self.wanted_ahead = (self.wanted_ahead + 1).min(MAX_AHEAD);
                }
                let _ = take.send(());
                let opened = opening.await.map_err(|e| EngineError::io("read", e.into()))?;
                if let Some(leaf) = opened? {
                    self.in_time += 1;
                    return Ok(Some(leaf));
                }
                self.fell_behind();
                Some(asked)
            } else {
                self.pieces.next()
            };
        match piece {
            Some(piece) => {
                Leaf::open(&self.source, &self.object, &self.layout, piece).await.map(Some)
            }
            None => Ok(None),
        }
    }
}

/// A part of a leaf that is being read.
struct Leaf {
    cid: Cid,
    len: usize,
    /// What is still to come.
    within: Range<usize>,
    node: Arc<Node>,
    body: Incoming,
    /// Bytes of the body in front of what is to come.
    skip: usize,
    /// Nodes that failed in the middle of it.
    failed: Vec<String>,
}

impl Leaf {
    async fn open(
        source: &Source,
        object: &ObjectRef,
        layout: &Layout,
        Piece { leaf, within }: Piece,
    ) -> Result<Leaf, EngineError> {
        let path = source.trees.path(&source.pool, object, layout, leaf).await?;
        let (cid, len) = (path[path.len() - 1], len_of(layout, leaf));
        Self::open_at(&source.pool, cid, len, within, Vec::new()).await
    }

    async fn open_at(
        pool: &Pool,
        cid: Cid,
        len: usize,
        within: Range<usize>,
        failed: Vec<String>,
    ) -> Result<Leaf, EngineError> {
        let mut worst = None;
        for node in pool.by_rank() {
            if failed.iter().any(|name| name == node.name()) {
                continue;
            }
            match node.open(&cid, within.clone(), len).await {
                Ok((body, skip)) => return Ok(Leaf { cid, len, within, node, body, skip, failed }),
                Err(fault) => worst = Some(worse(worst, node, fault)),
            }
        }
        if !failed.is_empty() && worst.is_none() {
            let source = format!("nodes {failed:?} broke off").into();
            return Err(EngineError::Unavailable { doing: "read a block", source });
        }
        Err(given_up(worst, &format!("the block {cid}"), "read a block"))
    }

    fn left(&self) -> usize {
        self.within.len()
    }

    /// The next bytes; not none.
    async fn next(&mut self, pool: &Pool) -> Result<Bytes, EngineError> {
        loop {
            match self.node.next(&mut self.body).await {
                Ok(Some(mut bytes)) => {
                    let skipped = self.skip.min(bytes.len());
                    self.skip -= skipped;
                    let _ = bytes.split_to(skipped);
                    bytes.truncate(self.left());
                    if bytes.is_empty() {
                        continue;
                    }
                    self.within.start += bytes.len();
                    return Ok(bytes);
                }
                Ok(None) => self.go_on(pool, &Fault::Nonsense("its body was short".into())).await?,
                Err(fault) => self.go_on(pool, &fault).await?,
            }
        }
    }

    /// Goes on with another node where this one failed.
    async fn go_on(&mut self, pool: &Pool, fault: &Fault) -> Result<(), EngineError> {
        let node = self.node.name();
        tracing::warn!(node, %fault, block = %self.cid, at = self.within.start, "goes on elsewhere");
        self.node.health.suspect();
        let mut failed = std::mem::take(&mut self.failed);
        failed.push(node.to_owned());
        *self = Self::open_at(pool, self.cid, self.len, self.within.clone(), failed).await?;
        Ok(())
    }
}

fn len_of(layout: &Layout, leaf: u64) -> usize {
    usize::try_from(layout.len_of_leaf(leaf)).expect("a leaf is no longer than a block")
}
