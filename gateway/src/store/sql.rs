//! The store in SQL: one code, one text per query, over SQLite and PostgreSQL.
//!
//! What the two databases do not share is in `sqlite` and `postgres` (how they are set up) and in
//! the two folders of migrations; `connection` hides the rest. Each method of [`SqlStore`] is one
//! function of the module named for what it is about, run on a connection for reading or as a
//! transaction.
//!
//! Constraints that a caller can run into are asked for (`ON CONFLICT DO NOTHING`, a look before
//! an insert) rather than read out of an error's text, which the databases word differently; the
//! tables enforce them all the same.

use std::path::Path;

use async_trait::async_trait;
use cid::Cid;
use cidlock_crypto::{ObjectId, Realm, UnixTime};

use self::connection::{Database, query};
use super::{
    Acknowledged, Cursor, Deletion, DeletionReason, FileRow, FormerRoot, Intent, JobState, LinkId,
    LinkRow, NewLink, NewSession, NewUser, Page, PageLimit, Progress, Recovered, RefreshHash,
    ReplicaRow, Revised, RevisionIntent, Revocation, Rotation, Session, SessionId, Standing, Store,
    StoreError, User, UserId,
};

pub(super) mod column;
mod connection;
mod deletions;
mod files;
mod jobs;
mod links;
mod postgres;
mod realm;
mod replicas;
mod revisions;
mod revocations;
mod sessions;
mod sqlite;
#[cfg(test)]
mod tests;
mod uploads;
mod users;

/// A [`Store`] in SQLite or PostgreSQL.
#[derive(Clone, Debug)]
pub struct SqlStore {
    database: Database,
}

impl SqlStore {
    /// Opens a SQLite file, makes it (mode 0600) if there is none, and brings its tables up to
    /// date.
    ///
    /// The file belongs to one process: the caller holds a lock.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Migration`].
    pub async fn open_sqlite(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { database: sqlite::open(path).await? })
    }

    /// Connects to a PostgreSQL database (`postgres://user:password@host/database`) with at most
    /// `max_connections` at a time, and brings its tables up to date.
    ///
    /// Several gateways of a realm may do so, also at the same time.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Migration`].
    pub async fn connect_postgres(url: &str, max_connections: u32) -> Result<Self, StoreError> {
        Ok(Self { database: postgres::connect(url, max_connections).await? })
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn claim_realm(&self, realm: &Realm) -> Result<(), StoreError> {
        let realm = realm.clone();
        self.database.write(|c| Box::pin(async move { realm::claim(c, &realm).await })).await
    }

    async fn tokens_valid_from(&self) -> Result<UnixTime, StoreError> {
        self.database.read(|c| Box::pin(realm::tokens_valid_from(c))).await
    }

    async fn move_tokens_valid_from(&self, from: UnixTime) -> Result<(), StoreError> {
        self.database.write(move |c| Box::pin(realm::move_tokens_valid_from(c, from))).await
    }

    async fn see_clock(&self, now: UnixTime) -> Result<UnixTime, StoreError> {
        self.database.write(move |c| Box::pin(realm::see_clock(c, now))).await
    }

    async fn create_user(&self, user: NewUser) -> Result<User, StoreError> {
        self.database.write(|c| Box::pin(users::create(c, user))).await
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.database.read(|c| Box::pin(users::by_id(c, id))).await
    }

    async fn user_by_name(&self, name: &str) -> Result<Option<User>, StoreError> {
        let name = name.to_owned();
        self.database.read(|c| Box::pin(async move { users::by_name(c, &name).await })).await
    }

    async fn standing(
        &self,
        user: UserId,
        cid: Option<Cid>,
    ) -> Result<Option<Standing>, StoreError> {
        self.database.read(move |c| Box::pin(users::standing(c, user, cid))).await
    }

    async fn start_session(&self, session: NewSession) -> Result<Session, StoreError> {
        self.database.write(|c| Box::pin(sessions::start(c, session))).await
    }

    async fn rotate_refresh(
        &self,
        presented: RefreshHash,
        next: RefreshHash,
        now: UnixTime,
        next_expires_at: UnixTime,
    ) -> Result<Rotation, StoreError> {
        self.database
            .write(move |c| Box::pin(sessions::rotate(c, presented, next, now, next_expires_at)))
            .await
    }

    async fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        self.database.read(|c| Box::pin(sessions::by_id(c, id))).await
    }

    async fn end_session(
        &self,
        id: SessionId,
        now: UnixTime,
    ) -> Result<Option<Revocation>, StoreError> {
        self.database.write(move |c| Box::pin(sessions::end(c, id, now))).await
    }

    async fn begin_upload(&self, intent: Intent) -> Result<(), StoreError> {
        self.database.write(|c| Box::pin(uploads::begin(c, intent))).await
    }

    async fn intents(
        &self,
        after: Option<ObjectId>,
        limit: PageLimit,
    ) -> Result<Vec<Intent>, StoreError> {
        self.database.read(|c| Box::pin(uploads::list(c, after, limit))).await
    }

    async fn cancel_upload(&self, id: ObjectId) -> Result<bool, StoreError> {
        self.database.write(move |c| Box::pin(uploads::cancel(c, id))).await
    }

    async fn abandon_upload(&self, id: ObjectId) -> Result<bool, StoreError> {
        self.database.write(move |c| Box::pin(uploads::abandon(c, id))).await
    }

    async fn commit_upload(&self, acknowledged: Acknowledged) -> Result<FileRow, StoreError> {
        self.database.write(|c| Box::pin(uploads::commit(c, acknowledged.into_file()))).await
    }

    async fn file_by_cid(&self, cid: &Cid) -> Result<Option<FileRow>, StoreError> {
        let cid = *cid;
        self.database.read(|c| Box::pin(files::by_cid(c, cid))).await
    }

    async fn file(&self, id: ObjectId) -> Result<Option<FileRow>, StoreError> {
        self.database.read(|c| Box::pin(files::by_id(c, id))).await
    }

    async fn files(
        &self,
        after: Option<ObjectId>,
        limit: PageLimit,
    ) -> Result<Vec<FileRow>, StoreError> {
        self.database.read(|c| Box::pin(files::all(c, after, limit))).await
    }

    async fn files_expired_before(
        &self,
        time: UnixTime,
        after: Option<ObjectId>,
        limit: PageLimit,
    ) -> Result<Vec<FileRow>, StoreError> {
        self.database.read(|c| Box::pin(files::expired_before(c, time, after, limit))).await
    }

    async fn count_files(&self) -> Result<u64, StoreError> {
        self.database.read(|c| Box::pin(files::count(c))).await
    }

    async fn set_replicas(
        &self,
        id: ObjectId,
        root: Cid,
        rows: Vec<ReplicaRow>,
    ) -> Result<bool, StoreError> {
        self.database
            .write(move |c| Box::pin(async move { replicas::set(c, id, root, &rows).await }))
            .await
    }

    async fn files_wanting_replicas(
        &self,
        after: Option<ObjectId>,
        limit: PageLimit,
    ) -> Result<Vec<FileRow>, StoreError> {
        self.database.read(|c| Box::pin(replicas::wanting(c, after, limit))).await
    }

    async fn question_replicas(&self) -> Result<(), StoreError> {
        self.database.write(|c| Box::pin(replicas::question_all(c))).await
    }

    async fn former_roots(
        &self,
        after: Option<FormerRoot>,
        limit: PageLimit,
    ) -> Result<Vec<FormerRoot>, StoreError> {
        self.database.read(|c| Box::pin(replicas::former(c, after, limit))).await
    }

    async fn former_roots_of(&self, id: ObjectId) -> Result<Vec<Cid>, StoreError> {
        self.database.read(|c| Box::pin(replicas::former_of(c, id))).await
    }

    async fn forget_former_root(&self, former: FormerRoot) -> Result<bool, StoreError> {
        let FormerRoot { id, root } = former;
        self.database.write(move |c| Box::pin(replicas::forget(c, id, root))).await
    }

    async fn job(&self, name: &str) -> Result<Option<JobState>, StoreError> {
        let name = name.to_owned();
        self.database.read(|c| Box::pin(async move { jobs::find(c, &name).await })).await
    }

    async fn save_job(&self, name: &str, state: JobState) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.database.write(|c| Box::pin(async move { jobs::save(c, &name, &state).await })).await
    }

    async fn restore_file(&self, recovered: Recovered) -> Result<bool, StoreError> {
        let (file, former) = recovered.into_parts();
        self.database.write(|c| Box::pin(files::restore(c, file, former))).await
    }

    async fn begin_revision(&self, intent: RevisionIntent) -> Result<(), StoreError> {
        self.database.write(|c| Box::pin(revisions::begin(c, intent))).await
    }

    async fn revision_intents(
        &self,
        after: Option<ObjectId>,
        limit: PageLimit,
    ) -> Result<Vec<RevisionIntent>, StoreError> {
        self.database.read(|c| Box::pin(revisions::list(c, after, limit))).await
    }

    async fn cancel_revision(&self, id: ObjectId, root: Cid) -> Result<bool, StoreError> {
        self.database.write(move |c| Box::pin(revisions::cancel(c, id, root))).await
    }

    async fn abandon_revision(&self, id: ObjectId) -> Result<bool, StoreError> {
        self.database.write(move |c| Box::pin(revisions::abandon(c, id))).await
    }

    async fn commit_revision(&self, revised: Revised) -> Result<FileRow, StoreError> {
        self.database.write(|c| Box::pin(revisions::commit(c, revised.into_file()))).await
    }

    async fn delete_file(
        &self,
        id: ObjectId,
        rev: Option<u32>,
        reason: DeletionReason,
        now: UnixTime,
    ) -> Result<Deletion, StoreError> {
        self.database.write(move |c| Box::pin(deletions::delete(c, id, rev, reason, now))).await
    }

    async fn deletion(&self, id: ObjectId) -> Result<Option<Deletion>, StoreError> {
        self.database.read(|c| Box::pin(deletions::by_id(c, id))).await
    }

    async fn deletion_by_cid(&self, cid: &Cid) -> Result<Option<Deletion>, StoreError> {
        let cid = *cid;
        self.database.read(|c| Box::pin(deletions::by_cid(c, cid))).await
    }

    async fn pending_deletions(
        &self,
        after: Option<ObjectId>,
        limit: PageLimit,
    ) -> Result<Vec<Deletion>, StoreError> {
        self.database.read(|c| Box::pin(deletions::pending(c, after, limit))).await
    }

    async fn advance_deletion(&self, id: ObjectId, progress: Progress) -> Result<bool, StoreError> {
        self.database
            .write(move |c| Box::pin(async move { deletions::advance(c, id, &progress).await }))
            .await
    }

    async fn set_witnesses(&self, id: ObjectId, witnesses: Vec<Cid>) -> Result<bool, StoreError> {
        self.database.write(move |c| Box::pin(deletions::set_witnesses(c, id, witnesses))).await
    }

    async fn uncollected_deletions(
        &self,
        after: Option<ObjectId>,
        limit: PageLimit,
    ) -> Result<Vec<Deletion>, StoreError> {
        self.database.read(|c| Box::pin(deletions::uncollected(c, after, limit))).await
    }

    async fn list_files(
        &self,
        owner: UserId,
        now: UnixTime,
        after: Option<Cursor>,
        limit: PageLimit,
    ) -> Result<Page<FileRow>, StoreError> {
        self.database.read(|c| Box::pin(files::list(c, owner, now, after, limit))).await
    }

    async fn create_link(&self, link: NewLink) -> Result<LinkRow, StoreError> {
        self.database.write(|c| Box::pin(links::create(c, link))).await
    }

    async fn link(&self, id: LinkId) -> Result<Option<LinkRow>, StoreError> {
        self.database.read(|c| Box::pin(links::by_id(c, id))).await
    }

    async fn links_of_file(
        &self,
        file: ObjectId,
        after: Option<Cursor>,
        limit: PageLimit,
    ) -> Result<Page<LinkRow>, StoreError> {
        self.database.read(|c| Box::pin(links::of_file(c, file, after, limit))).await
    }

    async fn links_below(
        &self,
        ancestor: LinkId,
        after: Option<Cursor>,
        limit: PageLimit,
    ) -> Result<Page<LinkRow>, StoreError> {
        self.database.read(|c| Box::pin(links::below(c, ancestor, after, limit))).await
    }

    async fn revoke_link(
        &self,
        id: LinkId,
        now: UnixTime,
    ) -> Result<Option<Revocation>, StoreError> {
        self.database.write(move |c| Box::pin(links::revoke(c, id, now))).await
    }

    async fn revocations_since(
        &self,
        seq: u64,
        now: UnixTime,
        limit: PageLimit,
    ) -> Result<Vec<Revocation>, StoreError> {
        self.database.read(|c| Box::pin(revocations::since(c, seq, now, limit))).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.database
            .read(|c| Box::pin(async move { query!(c, execute, "SELECT 1").map(drop) }))
            .await
    }

    async fn close(&self) {
        self.database.close().await;
    }
}
