//! Inner nodes of a file's tree.

use bytes::Bytes;
use cid::Cid;

use super::Link;
use super::pb::{FILE, PbLink, PbNode, UnixFs};
use crate::block::{Block, is_supported};

/// A node whose children, in order, are a file or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileNode {
    children: Vec<Link>,
}

impl FileNode {
    pub(crate) fn new(children: Vec<Link>) -> FileNode {
        FileNode { children }
    }

    /// Reads a node of the only form that files have here.
    pub fn from_block(block: &Block) -> Result<FileNode, FileNodeError> {
        let (node, unixfs) = PbNode::from_bytes(block.data()).ok_or(FileNodeError::NotCanonical)?;
        if unixfs.kind != FILE {
            return Err(FileNodeError::NotAFile);
        }
        if node.links.is_empty() || node.links.len() != unixfs.blocksizes.len() {
            return Err(FileNodeError::Sizes);
        }
        let children =
            node.links.iter().zip(&unixfs.blocksizes).map(child).collect::<Result<_, _>>()?;
        let file = FileNode { children };
        let sum = file.children.iter().try_fold(0, |sum: u64, c| sum.checked_add(c.content_len));
        if sum.is_none() || sum != unixfs.filesize {
            return Err(FileNodeError::Sizes);
        }
        Ok(file)
    }

    /// The children, in the order of their content.
    pub fn children(&self) -> &[Link] {
        &self.children
    }

    /// The node as a block, and the link that its parent gets.
    pub(crate) fn to_block(&self) -> (Block, Link) {
        let content_len = self.children.iter().map(|c| c.content_len).sum();
        let unixfs = UnixFs {
            kind: FILE,
            filesize: Some(content_len),
            blocksizes: self.children.iter().map(|c| c.content_len).collect(),
        };
        let links = self.children.iter().map(|c| PbLink {
            hash: Some(c.cid.to_bytes().into()),
            name: Some(String::new()),
            tsize: Some(c.total_len),
        });
        let block = Block::dag_pb(PbNode::new(links.collect(), &unixfs).to_bytes());
        let below: u64 = self.children.iter().map(|c| c.total_len).sum();
        let link =
            Link { cid: block.cid(), content_len, total_len: below + block.data().len() as u64 };
        (block, link)
    }
}

fn child((link, content_len): (&PbLink, &u64)) -> Result<Link, FileNodeError> {
    let hash = link.hash.as_ref().map_or(&[][..], Bytes::as_ref);
    let cid = Cid::try_from(hash).map_err(|_| FileNodeError::Link)?;
    let total_len = link.tsize.ok_or(FileNodeError::Link)?;
    if !is_supported(&cid) || link.name.as_deref() != Some("") {
        return Err(FileNodeError::Link);
    }
    Ok(Link { cid, content_len: *content_len, total_len })
}

/// Why a block is not an inner node of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileNodeError {
    /// Not dag-pb with UnixFS, or not in the canonical encoding.
    #[error("not a canonical dag-pb node with UnixFS data")]
    NotCanonical,
    /// UnixFS of another type.
    #[error("not a UnixFS file")]
    NotAFile,
    /// The sizes do not match the links or their sum.
    #[error("the node's sizes contradict each other")]
    Sizes,
    /// A link with a name, without a `Tsize`, or to no block of ours.
    #[error("a link of the node is not one of a file")]
    Link,
}
