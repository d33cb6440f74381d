//! What the claims of a token are held against.

use cidlock_crypto::UnixTime;
use sqlx::{ColumnIndex, FromRow, Row, ValueRef as _};

use super::sql::column::Time;
use super::{FileRow, UserStatus};

/// A user as tokens are judged by it, and the file that a request names.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
#[non_exhaustive]
pub struct Standing {
    /// Whether the user may do anything at all.
    #[sqlx(rename = "user_status", try_from = "String")]
    pub status: UserStatus,
    /// Names of roles, as in the claim `roles` (RFC 9068, 2.2.3.1).
    #[sqlx(rename = "user_roles", json)]
    pub roles: Vec<String>,
    /// No token of the user issued before this time is honoured: the later one of what is said of
    /// the user and of the realm.
    #[sqlx(rename = "user_tokens_valid_from", try_from = "Time")]
    pub tokens_valid_from: UnixTime,
    #[sqlx(flatten)]
    found: Found,
}

impl Standing {
    /// The file with the CID that was asked for, whosever it is, if one was and it is there.
    #[must_use]
    pub fn into_file(self) -> Option<FileRow> {
        self.found.0
    }
}

/// The columns of a file, or nothing but NULL in all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found(Option<FileRow>);

impl<'r, R: Row> FromRow<'r, R> for Found
where
    FileRow: FromRow<'r, R>,
    for<'i> &'i str: ColumnIndex<R>,
{
    fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
        let is_there = !row.try_get_raw("id")?.is_null();
        is_there.then(|| FileRow::from_row(row)).transpose().map(Self)
    }
}
