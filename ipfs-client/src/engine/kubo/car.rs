//! An object's CAR, put together from its blocks.

use std::collections::VecDeque;

use bytes::Bytes;
use cid::Cid;
use futures::{TryStreamExt as _, stream};

use super::read::Source;
use crate::block::{Block, MAX_BLOCK_LEN, RAW};
use crate::car::{HEADER_LEN, Layout, header, prefix, section_len};
use crate::dag::{Directory, Entry};
use crate::engine::{ByteStream, EngineError, ObjectRef};
use crate::pin::Pin;
use crate::revision::{CONTENT, MAX_MEMBER_LEN};

impl Source {
    /// The directory of `pin`, checked against its root.
    pub(super) async fn directory(&self, pin: &Pin) -> Result<(Block, Directory), EngineError> {
        let block = self.pool.block(&pin.root, Directory::MAX_BLOCK_LEN).await?;
        let directory = Directory::from_block(&block).map_err(|error| EngineError::Corrupt {
            what: format!("the object {}", pin.name),
            problem: error.to_string(),
        })?;
        Ok((block, directory))
    }

    /// A member, one raw block.
    pub(super) async fn member(&self, pin: &Pin, entry: &Entry) -> Result<Block, EngineError> {
        if entry.cid.codec() != RAW || entry.total_len > MAX_MEMBER_LEN as u64 {
            return Err(EngineError::Corrupt {
                what: format!("the object {}", pin.name),
                problem: "a member is not one small block".to_owned(),
            });
        }
        self.pool.block(&entry.cid, MAX_MEMBER_LEN).await
    }

    /// The whole object. The members and the directory are read at once, the content as it is asked
    /// for.
    pub(super) async fn car(
        self,
        object: ObjectRef,
        layout: Layout,
    ) -> Result<ByteStream, EngineError> {
        let content = self.clone().read(object.clone(), layout.clone(), 0..object.content_len);
        let content = content.await?;
        self.car_around(content, object, layout).await
    }

    /// The same, with each leaf checked: what one node spoilt comes from another.
    pub(super) async fn car_checked(
        self,
        object: ObjectRef,
        layout: Layout,
    ) -> Result<ByteStream, EngineError> {
        let whole = 0..object.content_len;
        let content = self.clone().read_checked(object.clone(), layout.clone(), whole);
        self.car_around(content, object, layout).await
    }

    async fn car_around(
        self,
        content: ByteStream,
        object: ObjectRef,
        layout: Layout,
    ) -> Result<ByteStream, EngineError> {
        let (directory, entries) = self.directory(&object.pin).await?;
        let mut tail = Vec::new();
        for entry in entries.entries().iter().filter(|entry| entry.name != CONTENT) {
            tail.push(self.member(&object.pin, entry).await?);
        }
        tail.push(directory);
        let tail_len: u64 = tail.iter().map(|block| section_len(block.data().len() as u64)).sum();
        let len = layout.content_end() + tail_len;

        let mut queue = VecDeque::with_capacity(8);
        queue.push_back(Bytes::copy_from_slice(&header(&object.root())));
        debug_assert_eq!(queue[0].len(), HEADER_LEN);
        let writing = Writing {
            fan_out: self.trees.fan_out(),
            source: self,
            object,
            layout,
            content,
            queue,
            leaf: 0,
            left_of_leaf: 0,
            tail: Some(tail),
        };
        Ok(ByteStream::exact(
            len,
            stream::try_unfold(writing, |mut writing| async move {
                Ok(writing.next().await?.map(|bytes| (bytes, writing)))
            }),
        ))
    }
}

struct Writing {
    fan_out: u64,
    source: Source,
    object: ObjectRef,
    layout: Layout,
    content: ByteStream,
    queue: VecDeque<Bytes>,
    /// The leaf to begin next.
    leaf: u64,
    left_of_leaf: u64,
    tail: Option<Vec<Block>>,
}

impl Writing {
    async fn next(&mut self) -> Result<Option<Bytes>, EngineError> {
        loop {
            if let Some(bytes) = self.queue.pop_front() {
                return Ok(Some(bytes));
            }
            if self.left_of_leaf > 0 {
                self.more_of_leaf().await?;
            } else if self.leaf < self.layout.leaves() {
                self.begin_leaf().await?;
            } else if let Some(tail) = self.tail.take() {
                tail.iter().for_each(|block| self.section(block));
            } else {
                return Ok(None);
            }
        }
    }

    async fn begin_leaf(&mut self) -> Result<(), EngineError> {
        let cid = *self.path(self.leaf).await?.last().unwrap_or(&self.object.content);
        let len = self.layout.len_of_leaf(self.leaf);
        self.queue.push_back(prefix(&cid, len));
        self.leaf += 1;
        self.left_of_leaf = len;
        if len == 0 {
            self.parents().await?;
        }
        Ok(())
    }

    async fn more_of_leaf(&mut self) -> Result<(), EngineError> {
        let Some(mut bytes) = self.content.try_next().await? else {
            return Err(EngineError::Corrupt {
                what: format!("the content of {}", self.object.name()),
                problem: "it ended early".to_owned(),
            });
        };
        while !bytes.is_empty() {
            let taken = self.left_of_leaf.min(bytes.len() as u64);
            self.queue.push_back(bytes.split_to(usize::try_from(taken).unwrap_or(bytes.len())));
            self.left_of_leaf -= taken;
            if self.left_of_leaf > 0 {
                break;
            }
            self.parents().await?;
            if !bytes.is_empty() {
                self.begin_leaf().await?;
            }
        }
        Ok(())
    }

    /// The parents whose last child the leaf before the next one is, the lowest first.
    async fn parents(&mut self) -> Result<(), EngineError> {
        let last = self.leaf == self.layout.leaves();
        let path: Vec<Cid> = self.path(self.leaf - 1).await?;
        let mut below = self.fan_out;
        for parent in path.iter().rev().skip(1) {
            if !last && !self.leaf.is_multiple_of(below) {
                break;
            }
            let block = self.source.pool.block(parent, MAX_BLOCK_LEN).await?;
            self.section(&block);
            below = below.saturating_mul(self.fan_out);
        }
        Ok(())
    }

    async fn path(&mut self, leaf: u64) -> Result<Vec<Cid>, EngineError> {
        self.source.trees.path(&self.source.pool, &self.object, &self.layout, leaf).await
    }

    fn section(&mut self, block: &Block) {
        self.queue.push_back(prefix(&block.cid(), block.data().len() as u64));
        self.queue.push_back(block.data().clone());
    }
}
