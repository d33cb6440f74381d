//! Uploads and files: an intent before the engine commits, a row after.

use cid::Cid;
use cidlock_crypto::{ObjectId, Permissions, UnixTime};
use cidlock_ipfs_client::pin::{Replica, ReplicaStatus};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use super::sql::column::{CidText, MaybeTime, Number, Object, Time};
use super::{Cursor, UserId};

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

impl FileRow {
    /// Its place in its owner's list: what comes behind it begins there.
    #[must_use]
    pub fn position(&self) -> Cursor {
        Cursor::after_object(self.created_at, self.id)
    }
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

impl ReplicaRow {
    /// Whether the node keeps the object, as far as is known.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        self.status == ReplicaStatus::Pinned.as_str()
    }
}

/// The root of a former revision, which some node may still keep under the object's name.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct FormerRoot {
    /// The object's id; it may be deleted.
    #[sqlx(try_from = "Object")]
    pub id: ObjectId,
    /// The root.
    #[sqlx(try_from = "CidText")]
    pub root: Cid,
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
