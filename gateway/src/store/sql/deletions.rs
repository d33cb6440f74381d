//! Files that were deleted.

use std::time::Duration;

use cid::Cid;
use cidlock_crypto::{ObjectId, UnixTime};
use sqlx::types::Json;

use super::column::{CidList, CidText, MaybeCid, MaybeTime, Number, Object, Time, behind};
use super::connection::{Connection, query};
use super::{files, revocations};
use crate::store::{
    Deletion, DeletionReason, PageLimit, Progress, ReplicaRow, RevisionIntent, Revoked, StoreError,
};

/// What is under way when a file is deleted is cut, however slowly it goes, for at least so long.
const CUT_FOR: Duration = Duration::from_secs(86_400);

pub(super) async fn delete(
    c: &mut Connection<'_>,
    id: ObjectId,
    rev: Option<u32>,
    reason: DeletionReason,
    now: UnixTime,
) -> Result<Deletion, StoreError> {
    // Taken away first, so that whoever else decides about it waits, on whatever connection.
    let unsettled = query!(
        c,
        fetch_optional::<RevisionIntent>,
        "DELETE FROM revisions WHERE id = $1 RETURNING *",
        Object(id),
    )?;
    let file = files::by_id(c, id).await?.ok_or(StoreError::NoFile)?;
    if rev.is_some_and(|rev| rev != file.rev) {
        return Err(StoreError::Stale);
    }
    let pending = |replica: &ReplicaRow| ReplicaRow { status: "pending".into(), ..replica.clone() };
    let deletion = Deletion {
        id,
        cid: file.cid,
        root: file.root,
        unsettled: unsettled.map(|intent| intent.root),
        content_len: file.content_len,
        witnesses: Vec::new(),
        owner: file.owner,
        reason,
        deleted_at: now,
        nodes: file.replicas.iter().map(pending).collect(),
        done_at: None,
        collected_at: None,
    };
    let (last_link,) = query!(
        c,
        fetch_one::<(MaybeTime,)>,
        "SELECT MAX(expires_at) FROM links WHERE file_id = $1",
        Object(id),
    )?;
    query!(c, execute, "DELETE FROM links WHERE file_id = $1", Object(id))?;
    let gone = query!(c, execute, "DELETE FROM files WHERE id = $1", Object(id))?;
    if gone != 1 {
        return Err(StoreError::NoFile);
    }
    query!(
        c,
        execute,
        "INSERT INTO deletions
             (id, cid, root, unsettled, owner, reason, deleted_at, nodes, content_len)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        Object(id),
        CidText(deletion.cid),
        CidText(deletion.root),
        MaybeCid(deletion.unsettled),
        deletion.owner,
        reason.as_str(),
        Time(now),
        Json(&deletion.nodes),
        Number(deletion.content_len),
    )?;
    let cut_until = now.saturating_add(CUT_FOR);
    let until = last_link.0.map_or(cut_until, |last| last.max(cut_until));
    revocations::add(c, Revoked::Object(id), until).await?;
    Ok(deletion)
}

pub(super) async fn by_id(
    c: &mut Connection<'_>,
    id: ObjectId,
) -> Result<Option<Deletion>, StoreError> {
    query!(c, fetch_optional::<Deletion>, "SELECT * FROM deletions WHERE id = $1", Object(id))
}

pub(super) async fn by_cid(
    c: &mut Connection<'_>,
    cid: Cid,
) -> Result<Option<Deletion>, StoreError> {
    query!(c, fetch_optional::<Deletion>, "SELECT * FROM deletions WHERE cid = $1", CidText(cid))
}

pub(super) async fn pending(
    c: &mut Connection<'_>,
    after: Option<ObjectId>,
    limit: PageLimit,
) -> Result<Vec<Deletion>, StoreError> {
    query!(
        c,
        fetch_all::<Deletion>,
        "SELECT * FROM deletions WHERE done_at IS NULL AND id > $1 ORDER BY id LIMIT $2",
        behind(after),
        limit.rows(),
    )
}

pub(super) async fn uncollected(
    c: &mut Connection<'_>,
    after: Option<ObjectId>,
    limit: PageLimit,
) -> Result<Vec<Deletion>, StoreError> {
    query!(
        c,
        fetch_all::<Deletion>,
        "SELECT * FROM deletions WHERE done_at IS NOT NULL AND collected_at IS NULL AND id > $1
         ORDER BY id LIMIT $2",
        behind(after),
        limit.rows(),
    )
}

pub(super) async fn set_witnesses(
    c: &mut Connection<'_>,
    id: ObjectId,
    witnesses: Vec<Cid>,
) -> Result<bool, StoreError> {
    let there = query!(
        c,
        execute,
        "UPDATE deletions SET witnesses = $2 WHERE id = $1",
        Object(id),
        CidList(witnesses),
    )?;
    Ok(there == 1)
}

pub(super) async fn advance(
    c: &mut Connection<'_>,
    id: ObjectId,
    progress: &Progress,
) -> Result<bool, StoreError> {
    let there = query!(
        c,
        execute,
        "UPDATE deletions SET nodes = $2, done_at = $3, collected_at = $4 WHERE id = $1",
        Object(id),
        Json(&progress.nodes),
        MaybeTime(progress.done_at),
        MaybeTime(progress.collected_at),
    )?;
    Ok(there == 1)
}
