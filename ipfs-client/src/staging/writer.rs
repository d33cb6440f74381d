//! Growing an object's CAR.

use bytes::Bytes;

use super::growing::Growing;
use super::queue::WriteQueue;
use super::{Follower, StagedContent, StagingError};
use crate::block::Block;
use crate::car::{HEADER_LEN, Layout, LayoutError, prefix, prefix_len};
use crate::dag::{DagParams, LeafHasher, TreeBuilder};

/// Takes a content in order and lays it down as blocks, ready to be followed.
///
/// Each byte is hashed where it passes, on the caller's thread, and written from the caller's
/// buffer. A leaf's prefix is patched in when the leaf is complete.
#[must_use = "a writer that is dropped removes its file"]
pub struct StagingWriter {
    growing: Growing,
    queue: WriteQueue,
    leaf: LeafHasher,
    tree: TreeBuilder,
    /// Where the section of the current leaf begins.
    section: u64,
    /// The first bytes of the current leaf, while its prefix might still turn out to be shorter
    /// than that of a full leaf.
    held: Vec<Bytes>,
    full_prefix_len: u64,
    content_len: u64,
    blocks: u64,
    broken: bool,
}

impl StagingWriter {
    pub(super) fn begin(
        mut growing: Growing,
        params: DagParams,
    ) -> Result<StagingWriter, StagingError> {
        let section = HEADER_LEN as u64;
        growing.reserve(section)?;
        Ok(StagingWriter {
            queue: WriteQueue::new(growing.file(), growing.progress(), section),
            growing,
            leaf: LeafHasher::new(params),
            tree: TreeBuilder::new(params),
            section,
            held: Vec::new(),
            full_prefix_len: prefix_len(params.leaf_len() as u64),
            content_len: 0,
            blocks: 0,
            broken: false,
        })
    }

    /// Appends `content`. Returns when it is hashed and on its way to the disk, at most one batch
    /// behind; 64 to 256 KiB a call are best.
    ///
    /// After an error, or when the future is dropped before it is ready, how much was taken is
    /// unknown, and all later calls answer [`StagingError::Broken`].
    pub async fn write(&mut self, content: impl Into<Bytes>) -> Result<(), StagingError> {
        let mut rest: Bytes = content.into();
        self.begin_call()?;
        while self.take_in(&mut rest)? {
            self.queue.hand_over().await?;
        }
        self.broken = false;
        Ok(())
    }

    /// The same on a thread that may block: it writes to the disk itself, which saves two changes
    /// of threads a batch.
    pub fn write_blocking(&mut self, content: impl Into<Bytes>) -> Result<(), StagingError> {
        let mut rest: Bytes = content.into();
        self.begin_call()?;
        while self.take_in(&mut rest)? {
            self.queue.write_here()?;
        }
        self.broken = false;
        Ok(())
    }

    /// Takes in what comes, to its end or until the queue is full; says whether to write now.
    fn take_in(&mut self, rest: &mut Bytes) -> Result<bool, StagingError> {
        while !rest.is_empty() && !self.queue.is_full() {
            let taken = self.leaf.update(rest);
            self.append_to_leaf(rest.split_to(taken))?;
            if self.leaf.is_full() {
                self.end_leaf()?;
            }
        }
        Ok(self.queue.is_worth_writing())
    }

    /// Somebody who reads the file from its start while it grows.
    pub fn follow(&self) -> Follower {
        self.growing.follow()
    }

    /// Bytes of content so far.
    pub fn content_len(&self) -> u64 {
        self.content_len
    }

    /// Ends the content. All of it is in the file when this returns.
    pub async fn finish(mut self) -> Result<StagedContent, StagingError> {
        self.begin_call()?;
        if !self.leaf.is_empty() {
            self.end_leaf()?;
        }
        let finished = std::mem::replace(&mut self.tree, TreeBuilder::new(DagParams::default()));
        let finished = finished.finish();
        for block in &finished.blocks {
            self.append_block(block)?;
        }
        self.queue.drain().await?;
        Ok(StagedContent::new(self.growing, self.section, finished.root, self.blocks))
    }

    /// Refuses if an earlier call broke the writer, and marks it broken until this one ends well.
    fn begin_call(&mut self) -> Result<(), StagingError> {
        if std::mem::replace(&mut self.broken, true) {
            return Err(StagingError::Broken);
        }
        Ok(())
    }

    fn append_to_leaf(&mut self, bytes: Bytes) -> Result<(), StagingError> {
        let len = bytes.len() as u64;
        self.content_len += len;
        if self.content_len > Layout::MAX_CONTENT_LEN {
            return Err(LayoutError::TooLong(self.content_len).into());
        }
        self.growing.reserve(len)?;
        self.held.push(bytes);
        if prefix_len(self.leaf.len() as u64) == self.full_prefix_len {
            self.release(self.full_prefix_len);
        }
        Ok(())
    }

    /// Queues the held bytes, the last of the leaf so far, given how long its prefix is.
    fn release(&mut self, prefix_len: u64) {
        let held_len: usize = self.held.iter().map(Bytes::len).sum();
        let mut offset = self.section + prefix_len + (self.leaf.len() - held_len) as u64;
        for bytes in self.held.drain(..) {
            let len = bytes.len() as u64;
            self.queue.push(offset, bytes);
            offset += len;
        }
    }

    fn end_leaf(&mut self) -> Result<(), StagingError> {
        let prefix_len = prefix_len(self.leaf.len() as u64);
        self.release(prefix_len);
        let link = self.leaf.next_leaf();
        self.growing.reserve(prefix_len)?;
        self.queue.push(self.section, prefix(&link.cid, link.content_len));
        self.end_section(prefix_len + link.content_len);
        for parent in self.tree.push_leaf(link) {
            self.append_block(&parent)?;
        }
        Ok(())
    }

    fn append_block(&mut self, block: &Block) -> Result<(), StagingError> {
        let len = append(&mut self.growing, &mut self.queue, self.section, block)?;
        self.end_section(len);
        Ok(())
    }

    fn end_section(&mut self, len: u64) {
        self.section += len;
        self.queue.complete_to(self.section);
        self.blocks += 1;
    }
}

/// Queues the section of `block` at `offset`; returns its length.
pub(super) fn append(
    growing: &mut Growing,
    queue: &mut WriteQueue,
    offset: u64,
    block: &Block,
) -> Result<u64, StagingError> {
    let len = block.data().len() as u64;
    let prefix = prefix(&block.cid(), len);
    let prefix_len = prefix.len() as u64;
    growing.reserve(prefix_len + len)?;
    queue.push(offset, prefix);
    queue.push(offset + prefix_len, block.data().clone());
    queue.complete_to(offset + prefix_len + len);
    Ok(prefix_len + len)
}
