//! What an object says beside its content: its members and the directory over content and members.
//!
//! A revision is all that changes when an object is described anew: its content, whose leaves are
//! almost all of its bytes, stays what and where it is. Each revision has a root of its own.

use bytes::Bytes;
use cid::Cid;

use crate::block::Block;
use crate::dag::{Directory, DirectoryError, Entry};

/// The directory's entry for the content.
pub const CONTENT: &str = "content";
/// The longest member, in bytes; each is one block.
pub const MAX_MEMBER_LEN: usize = 1024 * 1024;

/// An object's members and its directory, as blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    root: Cid,
    blocks: Vec<Block>,
}

impl Revision {
    /// The directory over `content`, whose blocks have `total_len` bytes in all (see
    /// [`Layout::total_len`](crate::car::Layout::total_len)), and the members, each one raw block.
    pub fn new(
        content: Cid,
        total_len: u64,
        members: &[(&str, Bytes)],
    ) -> Result<Revision, RevisionError> {
        let mut members: Vec<_> = members.to_vec();
        members.sort_by_key(|(name, _)| *name);
        let mut blocks = Vec::with_capacity(members.len() + 1);
        let mut entries = vec![Entry { name: CONTENT.to_owned(), cid: content, total_len }];
        for (name, data) in members {
            let (name, len) = (name.to_owned(), data.len());
            if len > MAX_MEMBER_LEN {
                return Err(RevisionError::MemberTooLong { name, len });
            }
            let block = Block::raw(data);
            entries.push(Entry { name, cid: block.cid(), total_len: len as u64 });
            blocks.push(block);
        }
        let directory = Directory::new(entries)?.to_block();
        let root = directory.cid();
        blocks.push(directory);
        Ok(Revision { root, blocks })
    }

    /// The directory.
    pub fn root(&self) -> Cid {
        self.root
    }

    /// The members in the order of their names, then the directory.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }
}

/// Why members make no revision.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevisionError {
    /// The members and the content make no directory.
    #[error("the members make no directory")]
    Members(#[from] DirectoryError),
    /// A member is longer than [`MAX_MEMBER_LEN`].
    #[error("the member {name:?} has {len} bytes, more than a member may have")]
    MemberTooLong {
        /// The member's name.
        name: String,
        /// Its length.
        len: usize,
    },
}
