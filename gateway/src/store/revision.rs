//! Files that are described anew: an intent before the engine pins, the row changed after.

use cid::Cid;
use cidlock_crypto::statement::Statement;
use cidlock_crypto::{ObjectId, UnixTime};
use cidlock_ipfs_client::pin::Pinned;
use sqlx::FromRow;

use super::sql::column::{CidText, Object, Time};
use super::{Disagreement, FileRow, ReplicaRow};

/// A revision whose root is known and whose engine is about to pin it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RevisionIntent {
    /// The file's id.
    #[sqlx(try_from = "Object")]
    pub id: ObjectId,
    /// The revision to come: one more than the file's.
    #[sqlx(try_from = "i64")]
    pub rev: u32,
    /// The root that is going to be pinned.
    #[sqlx(try_from = "CidText")]
    pub root: Cid,
    /// When.
    #[sqlx(try_from = "Time")]
    pub begun_at: UnixTime,
}

/// All that must be true before a file's row changes: the engine has confirmed the pin of the next
/// revision, and its statement is about the same content.
#[derive(Debug)]
#[must_use = "the file is not revised before this is committed"]
pub struct Revised {
    file: FileRow,
}

impl Revised {
    /// Takes the row as it was, the proof of the new pin, and what was stated about it (`signed` is
    /// that statement, signed).
    ///
    /// # Errors
    /// [`Disagreement`] names the first thing that they do not agree about.
    pub fn new(
        before: &FileRow,
        pinned: &Pinned,
        statement: &Statement,
        signed: String,
    ) -> Result<Self, Disagreement> {
        let agree = |holds, otherwise| if holds { Ok(()) } else { Err(otherwise) };
        agree(pinned.name().as_str() == before.id.to_string(), Disagreement::Name)?;
        agree(statement.id == before.id, Disagreement::Name)?;
        agree(Some(statement.rev) == before.rev.checked_add(1), Disagreement::Revision)?;
        agree(statement.cid == before.cid.to_string(), Disagreement::Cid)?;
        agree(statement.size == before.size, Disagreement::Size)?;
        agree(statement.owner == before.owner.to_string(), Disagreement::Owner)?;
        Ok(Self {
            file: FileRow {
                root: pinned.root(),
                rev: statement.rev,
                permissions: statement.permissions,
                expires_at: statement.expires_at,
                statement: signed,
                replicas: pinned.replicas().iter().map(ReplicaRow::from).collect(),
                ..before.clone()
            },
        })
    }

    pub(super) fn into_file(self) -> FileRow {
        self.file
    }
}
