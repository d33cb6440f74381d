//! How far what runs now and then has come.

use cidlock_crypto::{ObjectId, UnixTime};
use sqlx::FromRow;

use super::sql::column::{MaybeObject, MaybeTime, Time};

/// The state of a job that goes through all files, kept so that a restart goes on with it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct JobState {
    /// The last file that was seen to; `None` at the beginning.
    #[sqlx(try_from = "MaybeObject")]
    pub after: Option<ObjectId>,
    /// When the pass began.
    #[sqlx(try_from = "Time")]
    pub begun_at: UnixTime,
    /// When it ended, if it has.
    #[sqlx(try_from = "MaybeTime")]
    pub ended_at: Option<UnixTime>,
    /// What the job wants to remember, in its own words.
    pub note: String,
}

impl JobState {
    /// Of a pass that begins.
    #[must_use]
    pub fn begun(at: UnixTime, note: impl Into<String>) -> Self {
        Self { after: None, begun_at: at, ended_at: None, note: note.into() }
    }
}
