//! One object's file.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use cid::Cid;

use crate::block::{Block, CID_LEN, RAW};
use crate::car::{HEADER_LEN, prefix, prefix_len, root_of_header, section_len};
use crate::dag::{Directory, Entry};
use crate::engine::EngineError;
use crate::file::read_cached_at;
use crate::pin::{Pin, PinName};
use crate::revision::{CONTENT, MAX_MEMBER_LEN};

/// An object's file, opened, its header read.
#[derive(Debug)]
pub(super) struct ObjectFile {
    file: Arc<File>,
    name: PinName,
    root: Cid,
}

impl ObjectFile {
    /// The file at `path`, `None` if there is none.
    pub(super) fn open(path: &Path, name: &PinName) -> Result<Option<ObjectFile>, EngineError> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(EngineError::io("open an object", error)),
        };
        let mut header = [0; HEADER_LEN];
        file.read_exact_at(&mut header, 0).map_err(|e| read_error(name, e))?;
        let root = root_of_header(&header).map_err(|e| damaged(name, &e.to_string()))?;
        Ok(Some(ObjectFile { file: Arc::new(file), name: name.clone(), root }))
    }

    pub(super) fn root(&self) -> Cid {
        self.root
    }

    /// Fails if the file is not that of `pin`.
    pub(super) fn expect_root(&self, pin: &Pin) -> Result<(), EngineError> {
        if self.root == pin.root {
            Ok(())
        } else {
            Err(EngineError::Conflict { name: pin.name.clone(), held: self.root })
        }
    }

    /// Bytes of the file.
    pub(super) fn len(&self) -> Result<u64, EngineError> {
        Ok(self.file.metadata().map_err(|e| read_error(&self.name, e))?.len())
    }

    /// Exactly `len` bytes at `offset`.
    pub(super) fn read_at(&self, offset: u64, len: usize) -> Result<Bytes, EngineError> {
        let mut bytes = vec![0; len];
        self.file.read_exact_at(&mut bytes, offset).map_err(|e| read_error(&self.name, e))?;
        Ok(bytes.into())
    }

    /// What [`ObjectFile::read_at`] gives, if the system has all of it in memory and says so.
    pub(super) fn read_cached_at(&self, offset: u64, len: usize) -> Option<Bytes> {
        read_cached_at(&self.file, offset, len)
    }

    /// The leaf of `len` bytes whose section begins at `start`, if it has the hash that stands in
    /// front of it.
    pub(super) fn leaf_at(&self, start: u64, len: u64) -> Result<Bytes, EngineError> {
        let wrong = |problem: &str| self.damaged(problem);
        let section = usize::try_from(section_len(len)).map_err(|_| wrong("a leaf is too long"))?;
        let mut section = self.read_at(start, section)?;
        let head = section.split_to(prefix_len(len) as usize);
        let cid = head.len().checked_sub(CID_LEN).map(|at| Cid::try_from(&head[at..]));
        let cid = cid.and_then(Result::ok).filter(|cid| cid.codec() == RAW);
        let cid = cid.ok_or_else(|| wrong("a leaf has no CID in front of it"))?;
        if head != prefix(&cid, len) {
            return Err(wrong("a leaf is not where it should be"));
        }
        let block = Block::checked(cid, section).map_err(|e| wrong(&e.to_string()))?;
        Ok(block.into_data())
    }

    /// A small member. Found from the end: the directory is the last section, and in front of it
    /// are the members in the order of their names.
    pub(super) fn member(&self, name: &str) -> Result<Bytes, EngineError> {
        let (directory, mut end) = self.directory(self.len()?)?;
        for entry in directory.entries().iter().rev().filter(|entry| entry.name != CONTENT) {
            let start = end.checked_sub(self.section_len_of(entry)?);
            let start = start.ok_or_else(|| self.damaged("its members do not fit into it"))?;
            if entry.name == name {
                return self.block_at(start, entry);
            }
            end = start;
        }
        Err(EngineError::NotFound { what: format!("the member {name:?} of {}", self.name) })
    }

    /// The directory, and where its section begins.
    fn directory(&self, file_len: u64) -> Result<(Directory, u64), EngineError> {
        let longest = section_len(Directory::MAX_BLOCK_LEN as u64);
        let tail_len = file_len.saturating_sub(HEADER_LEN as u64).min(longest);
        let tail_start = file_len - tail_len.min(file_len);
        let tail_len = usize::try_from(tail_len).expect("at most the longest section");
        let tail = self.read_at(tail_start, tail_len)?;
        let cid = self.root.to_bytes();
        let missing = || self.damaged("it does not end with its directory");
        let cid_at = tail.windows(cid.len()).rposition(|bytes| bytes == cid).ok_or_else(missing)?;
        let data = tail.slice(cid_at + cid.len()..);
        let prefix = prefix(&self.root, data.len() as u64);
        let section_at = (cid_at + cid.len()).checked_sub(prefix.len()).ok_or_else(missing)?;
        if tail[section_at..section_at + prefix.len()] != prefix {
            return Err(missing());
        }
        let block = Block::checked(self.root, data).map_err(|e| self.damaged(&e.to_string()))?;
        let directory = Directory::from_block(&block).map_err(|e| self.damaged(&e.to_string()))?;
        Ok((directory, tail_start + section_at as u64))
    }

    fn section_len_of(&self, member: &Entry) -> Result<u64, EngineError> {
        if member.cid.codec() != RAW || member.total_len > MAX_MEMBER_LEN as u64 {
            return Err(self.damaged("a member is not one small block"));
        }
        Ok(section_len(member.total_len))
    }

    fn block_at(&self, start: u64, member: &Entry) -> Result<Bytes, EngineError> {
        let prefix = prefix(&member.cid, member.total_len);
        let len = usize::try_from(member.total_len).expect("a member is small");
        let mut section = self.read_at(start, prefix.len() + len)?;
        if section.split_to(prefix.len()) != prefix {
            return Err(self.damaged("a member is not where it should be"));
        }
        let block =
            Block::checked(member.cid, section).map_err(|e| self.damaged(&e.to_string()))?;
        Ok(block.into_data())
    }

    pub(super) fn damaged(&self, problem: &str) -> EngineError {
        damaged(&self.name, problem)
    }
}

fn read_error(name: &PinName, error: io::Error) -> EngineError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => damaged(name, "its file ends early"),
        _ => EngineError::io("read an object", error),
    }
}

fn damaged(name: &PinName, problem: &str) -> EngineError {
    EngineError::Corrupt { what: format!("the object {name}"), problem: problem.to_owned() }
}
