//! What can go wrong with the truth.

use std::error::Error;

use thiserror::Error as ThisError;

/// Why a [`Store`](super::Store) did not do what it was asked.
///
/// No message contains a secret or what a person has named something.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum StoreError {
    /// The database did not answer, or refused. Trying again later may help.
    #[error("the database is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),

    /// A row does not mean anything to this version: something else has written it.
    #[error("the database holds a malformed row")]
    Corrupt(#[source] Box<dyn Error + Send + Sync>),

    /// A number or a time does not fit its column: it is 2^63 or more.
    #[error("a number is out of range")]
    OutOfRange(#[source] Box<dyn Error + Send + Sync>),

    /// The tables could not be brought to this version's form.
    #[error("the database's tables could not be brought up to date")]
    Migration(#[source] Box<dyn Error + Send + Sync>),

    /// The store was first started for another realm.
    #[error("the database belongs to the realm {recorded}")]
    OtherRealm {
        /// The realm that it belongs to.
        recorded: String,
    },

    /// The store was never started for a realm.
    #[error("the database belongs to no realm yet")]
    Unclaimed,

    /// Another user has the name.
    #[error("the user name is taken")]
    NameTaken,

    /// What should be new (an id, a hash, a CID) exists.
    #[error("{what} is in use")]
    Conflict {
        /// What collided, e.g. `the link's id`.
        what: &'static str,
    },

    /// There is no such user.
    #[error("there is no such user")]
    NoUser,

    /// There is no such file.
    #[error("there is no such file")]
    NoFile,

    /// The file is not as the caller has seen it: it was revised since.
    #[error("the file was revised meanwhile")]
    Stale,

    /// The file is being revised already.
    #[error("the file is being revised")]
    BeingRevised,

    /// There is no such link to the file.
    #[error("there is no such link")]
    NoLink,

    /// The upload to be acknowledged was not begun, was cancelled or abandoned, or is already
    /// a file.
    #[error("the upload was not begun")]
    NoIntent,

    /// The upload to be acknowledged was begun for another CID, root or owner.
    #[error("the upload was begun for other content")]
    IntentDiffers,
}
