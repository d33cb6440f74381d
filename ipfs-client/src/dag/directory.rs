//! UnixFS directories of a few entries.

use bytes::Bytes;
use cid::Cid;

use super::pb::{DIRECTORY, PbLink, PbNode, UnixFs};
use crate::block::{Block, is_supported};

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// 1 to [`Directory::MAX_NAME_LEN`] bytes without `/`.
    pub name: String,
    /// What the name stands for.
    pub cid: Cid,
    /// Bytes of all its blocks (dag-pb `Tsize`).
    pub total_len: u64,
}

/// A directory: at most [`Directory::MAX_ENTRIES`] entries, in the order of their names' bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    entries: Vec<Entry>,
}

impl Directory {
    /// The most entries.
    pub const MAX_ENTRIES: usize = 64;
    /// The longest name, in bytes.
    pub const MAX_NAME_LEN: usize = 255;
    /// No directory's block is longer: each entry has its name, a CID and less than 32 bytes around.
    pub const MAX_BLOCK_LEN: usize = Self::MAX_ENTRIES * (Self::MAX_NAME_LEN + 36 + 32) + 16;

    /// A directory of `entries`, which may come in any order.
    pub fn new(mut entries: Vec<Entry>) -> Result<Directory, DirectoryError> {
        if entries.len() > Self::MAX_ENTRIES {
            return Err(DirectoryError::TooManyEntries(entries.len()));
        }
        for Entry { name, .. } in &entries {
            let dots = name == "." || name == "..";
            if name.is_empty() || name.len() > Self::MAX_NAME_LEN || name.contains('/') || dots {
                return Err(DirectoryError::Name(name.clone()));
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        match entries.windows(2).find(|pair| pair[0].name == pair[1].name) {
            Some(pair) => Err(DirectoryError::Repeated(pair[0].name.clone())),
            None => Ok(Directory { entries }),
        }
    }

    /// Reads a directory's block.
    pub fn from_block(block: &Block) -> Result<Directory, DirectoryError> {
        let (node, unixfs) =
            PbNode::from_bytes(block.data()).ok_or(DirectoryError::NotCanonical)?;
        if unixfs.kind != DIRECTORY {
            return Err(DirectoryError::NotADirectory);
        }
        let entries = node.links.into_iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let directory = Directory::new(entries)?;
        if directory.to_block() != *block {
            return Err(DirectoryError::NotCanonical);
        }
        Ok(directory)
    }

    /// The entries, by name.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of this name.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// The directory as a block.
    pub fn to_block(&self) -> Block {
        let links = self.entries.iter().map(|entry| PbLink {
            hash: Some(entry.cid.to_bytes().into()),
            name: Some(entry.name.clone()),
            tsize: Some(entry.total_len),
        });
        let unixfs = UnixFs { kind: DIRECTORY, filesize: None, blocksizes: Vec::new() };
        Block::dag_pb(PbNode::new(links.collect(), &unixfs).to_bytes())
    }
}

fn entry(link: PbLink) -> Result<Entry, DirectoryError> {
    let name = link.name.unwrap_or_default();
    let hash = link.hash.as_ref().map_or(&[][..], Bytes::as_ref);
    match (Cid::try_from(hash), link.tsize) {
        (Ok(cid), Some(total_len)) if is_supported(&cid) => Ok(Entry { name, cid, total_len }),
        _ => Err(DirectoryError::Link(name)),
    }
}

/// Why something is not a directory.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// More than [`Directory::MAX_ENTRIES`].
    #[error("a directory has at most {max} entries, not {0}", max = Directory::MAX_ENTRIES)]
    TooManyEntries(usize),
    /// Empty, too long, `.`, `..`, or with a `/`.
    #[error("{0:?} cannot name an entry")]
    Name(String),
    /// Two entries of one name.
    #[error("two entries are named {0:?}")]
    Repeated(String),
    /// Not dag-pb with UnixFS, or not in the canonical encoding.
    #[error("not a canonical dag-pb node with UnixFS data")]
    NotCanonical,
    /// UnixFS of another type.
    #[error("not a UnixFS directory")]
    NotADirectory,
    /// The named entry has no `Tsize`, or links to no block of ours.
    #[error("the link {0:?} is not one of a directory")]
    Link(String),
}
