//! Uploads and files: an intent before the engine commits, a row after.

use cid::Cid;
use cidlock_crypto::{ObjectId, Permissions, UnixTime, chunked::Sealed, statement::Statement};
use cidlock_ipfs_client::{
    engine::ObjectRef,
    pin::{Pinned, Replica},
};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use thiserror::Error;

use super::{
    UserId,
    sql::column::{CidText, MaybeTime, Number, Object, Time},
};

/// An upload whose CIDs are known and whose engine is about to commit.
///
/// Whatever a crash leaves of it can be found and removed by this.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Intent {
    /// The object's id, also the name of its pin.
    #[sqlx(try_from = "Object")]
    pub id: ObjectId,
    /// The CID of the content.
    #[sqlx(try_from = "CidText")]
    pub cid: Cid,
    /// The root that is going to be pinned.
    #[sqlx(try_from = "CidText")]
    pub root: Cid,
    /// Whose it will be.
    pub owner: UserId,
    /// When.
    #[sqlx(try_from = "Time")]
    pub begun_at: UnixTime,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[non_exhaustive]
pub struct FileRow {
    /// The object's id, also the name of its pin.
    #[sqlx(try_from = "Object")]
    pub id: ObjectId,
    /// The CID of the content.
    #[sqlx(try_from = "CidText")]
    pub cid: Cid,
    /// The pinned root.
    #[sqlx(try_from = "CidText")]
    pub root: Cid,
    /// The revision of the statement.
    #[sqlx(try_from = "i64")]
    pub rev: u32,
    /// The plaintext, in bytes.
    #[sqlx(try_from = "Number")]
    pub size: u64,
    /// The ciphertext, in bytes.
    #[sqlx(try_from = "Number")]
    pub content_len: u64,
    /// Whose it is.
    pub owner: UserId,
    /// What may ever be granted on it.
    #[sqlx(json)]
    pub permissions: Permissions,
    /// When it was begun.
    #[sqlx(try_from = "Time")]
    pub created_at: UnixTime,
    /// Until when it is kept; without it, until it is deleted.
    #[sqlx(try_from = "MaybeTime")]
    pub expires_at: Option<UnixTime>,
    /// The signed statement (`object.jwt`); its sealed part has the data key, name and type.
    pub statement: String,
    /// Where it is.
    #[sqlx(json)]
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

impl From<&Replica> for ReplicaRow {
    fn from(replica: &Replica) -> Self {
        Self {
            engine: replica.engine.clone(),
            node: replica.node.clone(),
            status: replica.status.to_string(),
        }
    }
}

/// All that must be true before a file exists: the stream was sealed to its end, the engine has
/// confirmed the pin, and both are about the object that the statement describes.
///
/// Nothing else makes a [`FileRow`] new.
#[derive(Debug)]
pub struct Acknowledged {
    file: FileRow,
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
        let agree = |holds, otherwise| if holds { Ok(()) } else { Err(otherwise) };
        let (name, root) = (&object.pin.name, object.pin.root);
        agree(name.as_str() == statement.id.to_string(), Disagreement::Name)?;
        agree(pinned.name() == name, Disagreement::Name)?;
        agree(pinned.root() == root, Disagreement::Root)?;
        agree(statement.cid == object.content.to_string(), Disagreement::Cid)?;
        agree(object.content_len == sealed.ciphertext_len(), Disagreement::ContentLength)?;
        agree(statement.size == sealed.plaintext_len(), Disagreement::Size)?;
        agree(statement.sha256 == sealed.sha256(), Disagreement::Digest)?;
        let owner = statement.owner.parse().map_err(|_| Disagreement::Owner)?;

        Ok(Self {
            file: FileRow {
                id: statement.id,
                cid: object.content,
                root,
                rev: statement.rev,
                size: statement.size,
                content_len: object.content_len,
                owner,
                permissions: statement.permissions,
                created_at: statement.created,
                expires_at: statement.expires_at,
                statement: signed,
                replicas: pinned.replicas().iter().map(ReplicaRow::from).collect(),
            },
        })
    }

    /// The file that is going to exist.
    #[must_use]
    pub fn file(&self) -> &FileRow {
        &self.file
    }

    pub(super) fn into_file(self) -> FileRow {
        self.file
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
