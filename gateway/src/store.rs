//! All truth of a realm: users, sessions, uploads, files, links and revocations.
//!
//! [`Store`] is what the rest of the gateway sees. [`SqlStore`] keeps the truth in one SQLite file
//! for one process, or in PostgreSQL where several gateways share it; both answer the same
//! conformance suite (`store::conformance`).
//!
//! It decides nothing about authority: it neither verifies a token or a password nor asks who is
//! calling. It does not seal: a sensitive column arrives sealed, and a statement arrives signed.
//! It has no clock: every method that needs the time is given it.
//!
//! # Invariants
//! - A method that returned `Ok` is durable: it survives a crash of the process and of the machine.
//! - A method is one transaction. A caller that goes away in the middle (a dropped future) leaves it
//!   either done or not begun, and never an open transaction on a connection.
//! - A file row exists only for a stream that was sealed to its end and whose pin an engine has
//!   confirmed: only [`Acknowledged`] makes one, only [`Revised`] changes it, and only
//!   [`Recovered`] brings one back. What was deleted does not come back.
//! - Revocations become visible in the order of their sequence numbers: whoever has seen one has
//!   seen every one below it.
//! - Lists come in pages of at most [`PageLimit::MAX`] items.

use async_trait::async_trait;
use cid::Cid;
use cidlock_crypto::{ObjectId, Realm, UnixTime};

pub use self::acknowledged::{Acknowledged, Disagreement};
pub use self::deletion::{Deletion, DeletionReason, Progress};
pub use self::error::StoreError;
pub use self::file::{FileRow, FormerRoot, Intent, ReplicaRow};
pub use self::id::{LinkId, MalformedId, SessionId, UserId};
pub use self::job::JobState;
pub use self::link::{LinkRow, NewLink};
pub use self::page::{Cursor, LimitOutOfRange, MalformedCursor, Page, PageLimit, rows};
pub use self::recovered::Recovered;
pub use self::revision::{Revised, RevisionIntent};
pub use self::revocation::{Revocation, Revoked};
pub use self::session::{NewSession, RefreshHash, Rotation, Session};
pub use self::sql::SqlStore;
pub use self::standing::Standing;
pub use self::user::{NewUser, PasswordHash, User, UserStatus};

mod acknowledged;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod deletion;
mod error;
mod file;
mod id;
mod job;
mod link;
mod page;
mod recovered;
mod revision;
mod revocation;
mod session;
mod sql;
mod standing;
mod user;

/// The truth of one realm, over whatever database.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Records on the first start that this store belongs to `realm`.
    ///
    /// # Errors
    /// [`StoreError::OtherRealm`] if an earlier start has recorded another one.
    async fn claim_realm(&self, realm: &Realm) -> Result<(), StoreError>;

    /// The time before which no token of the realm was issued that is still honoured.
    ///
    /// Zero until something moves it.
    ///
    /// # Errors
    /// [`StoreError::Unclaimed`] if no realm was recorded yet.
    async fn tokens_valid_from(&self) -> Result<UnixTime, StoreError>;

    /// Makes all tokens of the realm worthless that were issued before `from`. Never moves back.
    ///
    /// # Errors
    /// [`StoreError::Unclaimed`] if no realm was recorded yet.
    async fn move_tokens_valid_from(&self, from: UnixTime) -> Result<(), StoreError>;

    /// Records that a gateway has seen the time `now`, and says which latest time was seen before
    /// (zero if none).
    ///
    /// # Errors
    /// [`StoreError::Unclaimed`] if no realm was recorded yet.
    async fn see_clock(&self, now: UnixTime) -> Result<UnixTime, StoreError>;

    /// Adds a user whose tokens are honoured from its creation on.
    ///
    /// Names are compared byte by byte; what a name may look like is up to the caller.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`].
    async fn create_user(&self, user: NewUser) -> Result<User, StoreError>;

    /// The user with this id.
    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError>;

    /// The user with exactly this name.
    async fn user_by_name(&self, name: &str) -> Result<Option<User>, StoreError>;

    /// What a token of the user is held against, and the file with this CID if one is named: in one
    /// look, since every request with a token asks for it.
    ///
    /// `None` if there is no such user, and in a store that belongs to no realm yet.
    async fn standing(
        &self,
        user: UserId,
        cid: Option<Cid>,
    ) -> Result<Option<Standing>, StoreError>;

    /// Starts a session (a family of refresh tokens) with its first refresh token.
    ///
    /// # Errors
    /// [`StoreError::NoUser`]; [`StoreError::Conflict`] if the id or the hash is in use.
    async fn start_session(&self, session: NewSession) -> Result<Session, StoreError>;

    /// Exchanges the refresh token `presented` for `next`, once.
    ///
    /// Of several concurrent rotations of one token exactly one is answered
    /// [`Rotation::Rotated`]; the others are [`Rotation::Reused`] (or [`Rotation::Revoked`], after
    /// the first of those), which has ended the session in the same transaction.
    ///
    /// Whether the session's user is still active is for the caller to look up.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the hash `next` is in use.
    async fn rotate_refresh(
        &self,
        presented: RefreshHash,
        next: RefreshHash,
        now: UnixTime,
        next_expires_at: UnixTime,
    ) -> Result<Rotation, StoreError>;

    /// The session with this id, ended or not.
    async fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError>;

    /// Ends a session: its refresh tokens are dead, and so is every token that names it.
    ///
    /// `None` if there was nothing to end (unknown, or ended before).
    async fn end_session(
        &self,
        id: SessionId,
        now: UnixTime,
    ) -> Result<Option<Revocation>, StoreError>;

    /// Records, before any engine commits, what an upload is about to pin.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the id or the CID is that of an upload or a file;
    /// [`StoreError::NoUser`] if the owner is unknown.
    async fn begin_upload(&self, intent: Intent) -> Result<(), StoreError>;

    /// Uploads begun and neither acknowledged nor abandoned, cancelled or not, in the order of
    /// their ids.
    async fn intents(
        &self,
        after: Option<ObjectId>,
        limit: PageLimit,
    ) -> Result<Vec<Intent>, StoreError>;

    /// Says that an upload is never to become a file, whoever may still be at it; after this its
    /// pin can be taken away. May be said again.
    ///
    /// `false` if there is no such upload, which is also so once it has become a file.
    async fn cancel_upload(&self, id: ObjectId) -> Result<bool, StoreError>;

    /// Forgets an upload whose leftovers are gone. Says whether there was one.
    async fn abandon_upload(&self, id: ObjectId) -> Result<bool, StoreError>;

    /// Replaces the intent by the file: afterwards the object exists.
    ///
    /// # Errors
    /// [`StoreError::NoIntent`] if the upload was not begun, was cancelled or abandoned, or is
    /// already a file;
    /// [`StoreError::IntentDiffers`] if it was begun for another CID, root or owner.
    ///
    /// After [`StoreError::Unavailable`] it is not known whether the file exists (the answer to
    /// the commit may have been lost), so the pin has to stay until
    /// [`cancel_upload`](Store::cancel_upload) says that it can go.
    async fn commit_upload(&self, acknowledged: Acknowledged) -> Result<FileRow, StoreError>;

    /// The file whose content has this CID.
    async fn file_by_cid(&self, cid: &Cid) -> Result<Option<FileRow>, StoreError>;

    /// The file with this id.
    async fn file(&self, id: ObjectId) -> Result<Option<FileRow>, StoreError>;

    /// All files, whosever they are, in the order of their ids.
    async fn files(
        &self,
        after: Option<ObjectId>,
        limit: PageLimit,
    ) -> Result<Vec<FileRow>, StoreError>;

    /// Files whose retention was over before `time`, in the order of their ids.
    async fn files_expired_before(
        &self,
        time: UnixTime,
        after: Option<ObjectId>,
        limit: PageLimit,
    ) -> Result<Vec<FileRow>, StoreError>;

    /// How many files there are, whosever they are.
    async fn count_files(&self) -> Result<u64, StoreError>;

    /// Records how the nodes are with a file's root. `false`, and nothing is changed, if the file is
    /// gone or has another root by now.
    async fn set_replicas(
        &self,
        id: ObjectId,
        root: Cid,
        replicas: Vec<ReplicaRow>,
    ) -> Result<bool, StoreError>;

    /// Files of which some node is not known to keep what it is to keep, in the order of their ids.
    async fn files_wanting_replicas(
        &self,
        after: Option<ObjectId>,
        limit: PageLimit,
    ) -> Result<Vec<FileRow>, StoreError>;

    /// Makes every file one that wants a look at its replicas, because what they are to be has
    /// changed.
    async fn question_replicas(&self) -> Result<(), StoreError>;

    /// Roots of former revisions that some node may still keep, also of deleted files, in the order
    /// of their ids and roots. The present root of a file is never one.
    async fn former_roots(
        &self,
        after: Option<FormerRoot>,
        limit: PageLimit,
    ) -> Result<Vec<FormerRoot>, StoreError>;

    /// Those of one object.
    async fn former_roots_of(&self, id: ObjectId) -> Result<Vec<Cid>, StoreError>;

    /// Forgets a former root that no node keeps any more. Says whether it was known.
    async fn forget_former_root(&self, former: FormerRoot) -> Result<bool, StoreError>;

    /// How far the job of this name has come, if it ever ran.
    async fn job(&self, name: &str) -> Result<Option<JobState>, StoreError>;

    /// Records how far a job has come.
    async fn save_job(&self, name: &str, state: JobState) -> Result<(), StoreError>;

    /// Puts a file back that the catalog had lost, as one whose replicas are to be looked at, with its
    /// former roots. `false` if it is there, or was deleted, or an
    /// upload of it is under way.
    ///
    /// # Errors
    /// [`StoreError::NoUser`] if the owner is unknown; [`StoreError::Conflict`] if another file has
    /// the CID.
    async fn restore_file(&self, recovered: Recovered) -> Result<bool, StoreError>;

    /// Records, before any engine pins it, that a file is going to be revised.
    ///
    /// # Errors
    /// [`StoreError::NoFile`]; [`StoreError::BeingRevised`] if another revision is under way;
    /// [`StoreError::Stale`] if the revision is not the next one.
    async fn begin_revision(&self, intent: RevisionIntent) -> Result<(), StoreError>;

    /// Revisions begun and neither committed nor abandoned, in the order of their files' ids.
    async fn revision_intents(
        &self,
        after: Option<ObjectId>,
        limit: PageLimit,
    ) -> Result<Vec<RevisionIntent>, StoreError>;

    /// Keeps a revision from being committed, from now on and on every connection, before its
    /// leftovers are removed. Says whether this root is one that was begun and not committed.
    async fn cancel_revision(&self, id: ObjectId, root: Cid) -> Result<bool, StoreError>;

    /// Forgets a revision that was given up. Its root is recorded as a former one, because some node
    /// may keep it. Says whether there was one.
    async fn abandon_revision(&self, id: ObjectId) -> Result<bool, StoreError>;

    /// Replaces the file's row and the intent by the revised file. Its former root is recorded
    /// ([`former_roots`](Store::former_roots)).
    ///
    /// # Errors
    /// [`StoreError::NoIntent`] if the revision was not begun, or was cancelled, or the file was
    /// deleted; [`StoreError::IntentDiffers`] if it was begun for another root or revision.
    async fn commit_revision(&self, revised: Revised) -> Result<FileRow, StoreError>;

    /// Deletes a file: its row, its links and a revision under way are gone, a record of it stays,
    /// and whatever leads to it is revoked. `rev`, if given, is the revision that must be current.
    ///
    /// # Errors
    /// [`StoreError::NoFile`], [`StoreError::Stale`].
    async fn delete_file(
        &self,
        id: ObjectId,
        rev: Option<u32>,
        reason: DeletionReason,
        now: UnixTime,
    ) -> Result<Deletion, StoreError>;

    /// The record of the deletion of this object.
    async fn deletion(&self, id: ObjectId) -> Result<Option<Deletion>, StoreError>;

    /// The record of the deletion of the file that had this CID.
    async fn deletion_by_cid(&self, cid: &Cid) -> Result<Option<Deletion>, StoreError>;

    /// Deletions that some node has not followed yet, in the order of their ids.
    async fn pending_deletions(
        &self,
        after: Option<ObjectId>,
        limit: PageLimit,
    ) -> Result<Vec<Deletion>, StoreError>;

    /// Records how far the nodes are with a deletion. Says whether there was such a deletion.
    async fn advance_deletion(&self, id: ObjectId, progress: Progress) -> Result<bool, StoreError>;

    /// Records, before the first node lets go, which blocks tell whether an object was collected.
    /// Says whether there was such a deletion.
    async fn set_witnesses(&self, id: ObjectId, witnesses: Vec<Cid>) -> Result<bool, StoreError>;

    /// Deletions that every node has followed and whose blocks may still be somewhere, in the order
    /// of their ids.
    async fn uncollected_deletions(
        &self,
        after: Option<ObjectId>,
        limit: PageLimit,
    ) -> Result<Vec<Deletion>, StoreError>;

    /// The owner's files whose retention is not over at `now`, newest first (by `created_at`, then
    /// by id).
    async fn list_files(
        &self,
        owner: UserId,
        now: UnixTime,
        after: Option<Cursor>,
        limit: PageLimit,
    ) -> Result<Page<FileRow>, StoreError>;

    /// Adds a link to a file.
    ///
    /// # Errors
    /// [`StoreError::NoFile`], [`StoreError::NoUser`]; [`StoreError::NoLink`] if one of its parents
    /// is no link to that file; [`StoreError::Conflict`] if the id is in use or a parent is named
    /// twice.
    async fn create_link(&self, link: NewLink) -> Result<LinkRow, StoreError>;

    /// The link with this id, revoked or not.
    async fn link(&self, id: LinkId) -> Result<Option<LinkRow>, StoreError>;

    /// A file's links, newest first (by `created_at`, then by id), whoever made them.
    async fn links_of_file(
        &self,
        file: ObjectId,
        after: Option<Cursor>,
        limit: PageLimit,
    ) -> Result<Page<LinkRow>, StoreError>;

    /// The links that descend from a link, the newest first, through however many others.
    async fn links_below(
        &self,
        ancestor: LinkId,
        after: Option<Cursor>,
        limit: PageLimit,
    ) -> Result<Page<LinkRow>, StoreError>;

    /// Revokes a link, and with it those that descend from it. `None` if there was nothing to
    /// revoke (unknown, or revoked before by itself).
    async fn revoke_link(
        &self,
        id: LinkId,
        now: UnixTime,
    ) -> Result<Option<Revocation>, StoreError>;

    /// What was revoked after the revocation numbered `seq` and still matters at `now`, oldest
    /// first.
    ///
    /// Start with 0 and go on with the last number received. Fewer than `limit` means that this
    /// was all there is.
    async fn revocations_since(
        &self,
        seq: u64,
        now: UnixTime,
        limit: PageLimit,
    ) -> Result<Vec<Revocation>, StoreError>;

    /// Asks the database for a sign of life.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Waits for what is being written and lets go of the database. Later calls are
    /// [`StoreError::Unavailable`].
    async fn close(&self);
}
