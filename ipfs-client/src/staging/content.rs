//! A staging file from the end of its content to its end.

use std::io;
use std::path::Path;

use bytes::Bytes;
use cid::Cid;

use super::growing::{Growing, Phase};
use super::queue::WriteQueue;
use super::writer::append;
use super::{Follower, StagingError};
use crate::car::header;
use crate::dag::Link;
use crate::engine::ObjectRef;
use crate::pin::{Pin, PinName};
use crate::revision::Revision;

/// A content that is whole and has its CID; the directory is still missing.
#[must_use = "a staged content that is dropped removes its file"]
pub struct StagedContent {
    growing: Growing,
    end: u64,
    content: Link,
    blocks: u64,
}

impl StagedContent {
    pub(super) fn new(growing: Growing, end: u64, content: Link, blocks: u64) -> StagedContent {
        StagedContent { growing, end, content, blocks }
    }

    /// The CID of the content.
    pub fn cid(&self) -> Cid {
        self.content.cid
    }

    /// Bytes of content.
    pub fn content_len(&self) -> u64 {
        self.content.content_len
    }

    /// Somebody who reads the file from its start.
    pub fn follow(&self) -> Follower {
        self.growing.follow()
    }

    /// Adds the members, each one raw block, and the directory over the content and them, which is
    /// the object's root.
    pub async fn complete(mut self, members: &[(&str, Bytes)]) -> Result<StagedCar, StagingError> {
        let revision = Revision::new(self.content.cid, self.content.total_len, members)?;
        let root = revision.root();

        let (file, progress) = (self.growing.file(), self.growing.progress());
        let mut queue = WriteQueue::new(file, progress, self.end);
        queue.push(0, Bytes::copy_from_slice(&header(&root)));
        for block in revision.blocks() {
            self.end += append(&mut self.growing, &mut queue, self.end, block)?;
            self.blocks += 1;
            if queue.is_full() {
                queue.hand_over().await?;
            }
        }
        queue.drain().await?;
        self.growing.progress().send_modify(|progress| progress.phase = Phase::Complete);
        let StagedContent { growing, end, content, blocks } = self;
        Ok(StagedCar { growing, len: end, root, content, blocks })
    }
}

/// A whole object in a file that nobody keeps yet: an engine takes it, or it is gone.
#[must_use = "a staged CAR that is dropped removes its file"]
pub struct StagedCar {
    growing: Growing,
    len: u64,
    root: Cid,
    content: Link,
    blocks: u64,
}

impl StagedCar {
    /// The directory's CID.
    pub fn root(&self) -> Cid {
        self.root
    }

    /// The CID of the content.
    pub fn content(&self) -> Cid {
        self.content.cid
    }

    /// Bytes of content.
    pub fn content_len(&self) -> u64 {
        self.content.content_len
    }

    /// What the object is to be pinned as.
    pub fn pin_name(&self) -> &PinName {
        self.growing.name()
    }

    /// The pin that the object is to get.
    pub fn pin(&self) -> Pin {
        Pin { name: self.pin_name().clone(), root: self.root }
    }

    /// How the object is found once an engine has it.
    pub fn object(&self) -> ObjectRef {
        ObjectRef { pin: self.pin(), content: self.content(), content_len: self.content_len() }
    }

    /// Blocks in the file; a block that occurs again counts again.
    pub fn block_count(&self) -> u64 {
        self.blocks
    }

    /// Bytes of the file.
    pub fn file_len(&self) -> u64 {
        self.len
    }

    /// The file. It goes with this value.
    pub fn path(&self) -> &Path {
        self.growing.path()
    }

    /// Somebody who reads the file from its start.
    pub fn follow(&self) -> Follower {
        self.growing.follow()
    }

    /// Syncs the file. Blocking.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.growing.file().sync_all()
    }

    /// Says that the file was moved to where it stays. Then it is no longer staged; followers go
    /// on reading it.
    pub(crate) fn moved(self) {
        self.growing.keep();
    }
}
