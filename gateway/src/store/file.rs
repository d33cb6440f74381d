//! Uploads and files: an intent before the engine commits, a row after.

use cid::Cid;
use cidlock_crypto::{
    ObjectId, UnixTime, chunked::Sealed, permissions::Permissions, statement::Statement,
};
use cidlock_ipfs_client::engine::{ObjectRef, Pinned};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::UserId;

/// An upload whose CIDs are known and whose engine is about to commit.
///
/// Whatever a crash leaves of it can be found and removed by this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The object's id, also the name of its pin.
    pub id: ObjectId,
    /// The CID of the content.
    pub cid: Cid,
    /// The root that is going to be pinned.
    pub root: Cid,
    /// Whose it will be.
    pub owner: UserId,
    /// When.
    pub begun_at: UnixTime,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileRow {
    /// The object's id, also the name of its pin.
    pub id: ObjectId,
    /// The CID of the content.
    pub cid: Cid,
    /// The pinned root.
    pub root: Cid,
    /// The revision of the statement.
    pub rev: u32,
    /// The plaintext, in bytes.
    pub size: u64,
    /// The ciphertext, in bytes.
    pub content_len: u64,
    /// Whose it is.
    pub owner: UserId,
    /// What may ever be granted on it.
    pub permissions: Permissions,
    /// When it was begun.
    pub created_at: UnixTime,
    /// Until when it is kept; without it, until it is deleted.
    pub expires_at: Option<UnixTime>,
    /// The signed statement (`object.jwt`); its sealed part has the data key, name and type.
    pub statement: String,
    /// Where it is.
    pub replicas: Vec<ReplicaRow>,
}

/// One node that was asked to keep an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicaRow {
    /// The engine's kind, e.g. `embedded`.
    pub engine: String,
    /// The node's name within the engine.
    pub node: String,
    /// What the engine says of it, e.g. `pinned`.
    pub status: String,
}

/// All that must be true before a file exists: the stream was sealed to its end, the engine has
/// confirmed the pin, and both are about the object that the statement describes.
///
/// Nothing else makes a [`FileRow`] new.
#[derive(Debug)]
pub struct Acknowledged {
    pub(super) row: FileRow,
}

impl Acknowledged {
    /// Takes the two receipts, what was pinned, and what was stated about it (`signed` is that
    /// statement, signed).
    ///
    /// # Errors
    /// [`Disagreement`] names the first thing that they do not agree about.
    pub fn new(
        sealed: &Sealed,
        pinned: &Pinned,
        object: &ObjectRef,
        statement: &Statement,
        signed: String,
    ) -> Result<Self, Disagreement> {
        let _ = (sealed, pinned, object, statement, signed);
        Err(Disagreement::Size)
    }

    /// The file that is going to exist.
    #[must_use]
    pub fn file(&self) -> &FileRow {
        &self.row
    }
}

/// What the parts of an upload do not agree about.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Disagreement {
    /// The pin has another name than the object.
    #[error("the pin is named for another object")]
    Name,
    /// The engine pinned another root than was built.
    #[error("another root was pinned")]
    Root,
    /// The statement is about another CID than was built.
    #[error("the statement is about another cid")]
    Cid,
    /// What was staged is not as long as what was sealed.
    #[error("the staged content is not as long as the sealed stream")]
    ContentLength,
    /// The statement gives another size than was sealed.
    #[error("the statement gives another size")]
    Size,
    /// The statement gives another digest than was sealed.
    #[error("the statement gives another digest")]
    Digest,
    /// The statement's owner is no user id.
    #[error("the statement's owner is no user id")]
    Owner,
}
