//! Links: share tokens that were handed out. The token itself is not stored.

use cid::Cid;
use cidlock_crypto::{ObjectId, Permissions, UnixTime};
use sqlx::FromRow;

use super::sql::column::{CidText, MaybeTime, Object, Time};
use super::{LinkId, UserId};

/// A link to be recorded.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// Its id, the `jti` of the share token.
    pub id: LinkId,
    /// The object that it leads to.
    pub file: ObjectId,
    /// Who made it.
    pub creator: UserId,
    /// When.
    pub created_at: UnixTime,
    /// When its token expires.
    pub expires_at: UnixTime,
    /// What its token grants.
    pub permissions: Permissions,
    /// What its maker calls it, sealed by the caller.
    pub label: Option<Vec<u8>>,
    /// The links to the same file that it descends from, the first one first; none for one that
    /// the file's owner made.
    pub parents: Vec<LinkId>,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[non_exhaustive]
pub struct LinkRow {
    /// Its id, the `jti` of the share token.
    pub id: LinkId,
    /// The object that it leads to.
    #[sqlx(rename = "file_id", try_from = "Object")]
    pub file: ObjectId,
    /// The CID that its token is bound to: that of the object's content.
    #[sqlx(try_from = "CidText")]
    pub cid: Cid,
    /// Who made it.
    pub creator: UserId,
    /// When it was made.
    #[sqlx(try_from = "Time")]
    pub created_at: UnixTime,
    /// When its token expires.
    #[sqlx(try_from = "Time")]
    pub expires_at: UnixTime,
    /// What its token grants.
    #[sqlx(json)]
    pub permissions: Permissions,
    /// What its maker calls it, sealed by the caller.
    pub label: Option<Vec<u8>>,
    /// Since when its token is not honoured: since it, or the first of those it descends from, was
    /// revoked.
    #[sqlx(try_from = "MaybeTime")]
    pub revoked_at: Option<UnixTime>,
    /// The links that it descends from, the first one first.
    #[sqlx(skip)]
    pub parents: Vec<LinkId>,
}
