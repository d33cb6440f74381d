//! Whether a CAR is an object, and all of it.

use bytes::Bytes;
use cid::Cid;
use tokio::io::AsyncRead;

use super::{CarError, CarReader, Layout, LayoutError};
use crate::block::{Block, RAW};
use crate::dag::{DagParams, Directory, DirectoryError, Link, TreeBuilder};
use crate::revision::CONTENT;

/// The object that a CAR should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole {
    /// How its content is cut and joined.
    pub params: DagParams,
    /// The CID of its content.
    pub content: Cid,
    /// Bytes of its content.
    pub content_len: u64,
}

/// An object's CAR that was read to its end, every block of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The object's directory.
    pub root: Cid,
    /// Its members by name, without the content.
    pub members: Vec<(String, Bytes)>,
    /// Blocks read.
    pub blocks: u64,
    /// Bytes read.
    pub len: u64,
}

impl Whole {
    /// Reads `source` to its end: every block has its hash, and the blocks are exactly those that
    /// the root leads to, leaves first, each parent directly after its last child, then the
    /// members, then the root, and nothing behind it.
    ///
    /// Holds one leaf and the links of one path at a time.
    pub async fn check<R: AsyncRead + Unpin>(&self, source: R) -> Result<Checked, WholeError> {
        let mut reader = Counted { reader: CarReader::open(source).await?, blocks: 0 };
        let root = reader.reader.root()?;
        let layout = Layout::new(self.params, self.content_len)?;
        self.content(&mut reader, &layout).await?;
        let (members, directory) = members(&mut reader).await?;
        if directory.cid() != root {
            return Err(WholeError::Unexpected { found: directory.cid() });
        }
        self.directory(&directory, &members, &layout)?;
        match reader.reader.next_block().await? {
            None => {}
            Some(block) => return Err(WholeError::Unexpected { found: block.cid() }),
        }
        let (blocks, len) = (reader.blocks, reader.reader.position());
        let members = members.into_iter().map(|(name, block)| (name, block.into_data())).collect();
        Ok(Checked { root, members, blocks, len })
    }

    async fn content<R>(&self, reader: &mut Counted<R>, layout: &Layout) -> Result<(), WholeError>
    where
        R: AsyncRead + Unpin,
    {
        let mut tree = TreeBuilder::new(self.params);
        for leaf in 0..layout.leaves() {
            let block = reader.next().await?;
            let len = block.data().len() as u64;
            if block.cid().codec() != RAW || len != layout.len_of_leaf(leaf) {
                return Err(WholeError::Unexpected { found: block.cid() });
            }
            for parent in
                tree.push_leaf(Link { cid: block.cid(), content_len: len, total_len: len })
            {
                reader.expect(&parent).await?;
            }
        }
        let finished = tree.finish();
        for parent in &finished.blocks {
            reader.expect(parent).await?;
        }
        if finished.root.cid == self.content {
            Ok(())
        } else {
            Err(WholeError::OtherContent { found: finished.root.cid })
        }
    }

    fn directory(
        &self,
        directory: &Block,
        members: &[(String, Block)],
        layout: &Layout,
    ) -> Result<(), WholeError> {
        let directory = Directory::from_block(directory)?;
        let content = directory.entry(CONTENT).ok_or(WholeError::NoContent)?;
        if (content.cid, content.total_len) != (self.content, layout.total_len()) {
            return Err(WholeError::OtherContent { found: content.cid });
        }
        let named = directory.entries().iter().filter(|entry| entry.name != CONTENT);
        let same = named.zip(members).all(|(entry, (name, block))| {
            let len = block.data().len() as u64;
            entry.name == *name && entry.cid == block.cid() && entry.total_len == len
        });
        if same { Ok(()) } else { Err(WholeError::Members) }
    }
}

/// The members by name, then the directory that names them.
async fn members<R: AsyncRead + Unpin>(
    reader: &mut Counted<R>,
) -> Result<(Vec<(String, Block)>, Block), WholeError> {
    let mut blocks = Vec::new();
    loop {
        let block = reader.next().await?;
        if block.cid().codec() != RAW {
            let directory = Directory::from_block(&block)?;
            let names = directory.entries().iter().map(|entry| entry.name.clone());
            let names: Vec<_> = names.filter(|name| name != CONTENT).collect();
            if names.len() != blocks.len() {
                return Err(WholeError::Members);
            }
            return Ok((names.into_iter().zip(blocks).collect(), block));
        }
        blocks.push(block);
        if blocks.len() > Directory::MAX_ENTRIES {
            return Err(WholeError::Members);
        }
    }
}

struct Counted<R> {
    reader: CarReader<R>,
    blocks: u64,
}

impl<R: AsyncRead + Unpin> Counted<R> {
    async fn next(&mut self) -> Result<Block, WholeError> {
        let block = self.reader.next_block().await?.ok_or(WholeError::Missing)?;
        self.blocks += 1;
        Ok(block)
    }

    async fn expect(&mut self, expected: &Block) -> Result<(), WholeError> {
        let found = self.next().await?.cid();
        if found == expected.cid() { Ok(()) } else { Err(WholeError::Unexpected { found }) }
    }
}

/// Why a CAR is not the object, or not all of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WholeError {
    /// It cannot be read on; among others, a block does not have its hash.
    #[error(transparent)]
    Car(#[from] CarError),
    /// No content is so long.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// It ends between two blocks, before its root.
    #[error("the CAR ends before the object does")]
    Missing,
    /// A block is not the one that comes here.
    #[error("the block {found} does not belong where it is")]
    Unexpected {
        /// The block.
        found: Cid,
    },
    /// The content is whole, but another one.
    #[error("it holds another content, {found}")]
    OtherContent {
        /// The content.
        found: Cid,
    },
    /// Its directory names no content.
    #[error("its directory names no content")]
    NoContent,
    /// The members are not those that the directory names.
    #[error("its members are not those that its directory names")]
    Members,
    /// The last block is no directory.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}
