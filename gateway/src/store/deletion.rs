//! Files that were deleted, and how far each node is with letting go of them.

use std::fmt;

use cid::Cid;
use cidlock_crypto::{ObjectId, UnixTime};
use sqlx::FromRow;
use thiserror::Error;

use super::sql::column::{CidList, CidText, MaybeCid, MaybeTime, Number, Object, Time};
use super::{ReplicaRow, UserId};

/// A file that is no more. The record stays, so that nothing brings the file back.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[non_exhaustive]
pub struct Deletion {
    /// The object's id.
    #[sqlx(try_from = "Object")]
    pub id: ObjectId,
    /// The CID of its content.
    #[sqlx(try_from = "CidText")]
    pub cid: Cid,
    /// The root that was pinned.
    #[sqlx(try_from = "CidText")]
    pub root: Cid,
    /// The root of a revision that was under way: it may be pinned as well.
    #[sqlx(try_from = "MaybeCid")]
    pub unsettled: Option<Cid>,
    /// Bytes of its ciphertext; zero if it was deleted before that was recorded.
    #[sqlx(try_from = "Number")]
    pub content_len: u64,
    /// Blocks by whose absence a node shows that it has collected the object; none before they are
    /// chosen.
    #[sqlx(try_from = "CidList")]
    pub witnesses: Vec<Cid>,
    /// Whose it was.
    pub owner: UserId,
    /// Why.
    #[sqlx(try_from = "String")]
    pub reason: DeletionReason,
    /// When.
    #[sqlx(try_from = "Time")]
    pub deleted_at: UnixTime,
    /// How far each node is: `pending`, `unpinned` or `collected`.
    #[sqlx(json)]
    pub nodes: Vec<ReplicaRow>,
    /// When the last node had let go of it.
    #[sqlx(try_from = "MaybeTime")]
    pub done_at: Option<UnixTime>,
    /// When no node had any of its blocks any more.
    #[sqlx(try_from = "MaybeTime")]
    pub collected_at: Option<UnixTime>,
}

/// How far the nodes are with a deletion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Each node: `pending`, `unpinned` or `collected`.
    pub nodes: Vec<ReplicaRow>,
    /// When the last node had let go of it, if it has.
    pub done_at: Option<UnixTime>,
    /// When no node had any of its blocks any more, if that was seen.
    pub collected_at: Option<UnixTime>,
}

/// Why a file was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeletionReason {
    /// Its owner, or a link that permits it, asked for it.
    Asked,
    /// Its retention was over, and the grace after it.
    Retention,
}

impl DeletionReason {
    /// The reason as one lower-case word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Retention => "retention",
        }
    }
}

impl fmt::Display for DeletionReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for DeletionReason {
    type Error = UnknownReason;

    fn try_from(reason: String) -> Result<Self, UnknownReason> {
        match reason.as_str() {
            "asked" => Ok(Self::Asked),
            "retention" => Ok(Self::Retention),
            _ => Err(UnknownReason),
        }
    }
}

/// A deletion's reason is none of those that this version knows.
#[derive(Debug, Error)]
#[error("unknown reason of a deletion")]
pub struct UnknownReason;
