//! Revisions of files, from the intent to the changed row.

use cid::Cid;
use cidlock_crypto::ObjectId;
use sqlx::types::Json;

use super::column::{CidText, MaybeTime, Object, Time, behind};
use super::connection::{Connection, query};
use super::{files, replicas};
use crate::store::{FileRow, PageLimit, RevisionIntent, StoreError};

pub(super) async fn begin(
    c: &mut Connection<'_>,
    intent: RevisionIntent,
) -> Result<(), StoreError> {
    let file = files::by_id(c, intent.id).await?.ok_or(StoreError::NoFile)?;
    if file.rev.checked_add(1) != Some(intent.rev) {
        return Err(StoreError::Stale);
    }
    let begun = query!(
        c,
        execute,
        "INSERT INTO revisions (id, rev, root, begun_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
        Object(intent.id),
        i64::from(intent.rev),
        CidText(intent.root),
        Time(intent.begun_at),
    )?;
    if begun == 1 { Ok(()) } else { Err(StoreError::BeingRevised) }
}

pub(super) async fn list(
    c: &mut Connection<'_>,
    after: Option<ObjectId>,
    limit: PageLimit,
) -> Result<Vec<RevisionIntent>, StoreError> {
    query!(
        c,
        fetch_all::<RevisionIntent>,
        "SELECT * FROM revisions WHERE id > $1 ORDER BY id LIMIT $2",
        behind(after),
        limit.rows(),
    )
}

pub(super) async fn cancel(
    c: &mut Connection<'_>,
    id: ObjectId,
    root: Cid,
) -> Result<bool, StoreError> {
    // Waits for a commit that is under way, on whatever connection, and then finds nothing.
    let there = query!(
        c,
        execute,
        "UPDATE revisions SET cancelled = 1 WHERE id = $1 AND root = $2",
        Object(id),
        CidText(root),
    )?;
    Ok(there == 1)
}

pub(super) async fn abandon(c: &mut Connection<'_>, id: ObjectId) -> Result<bool, StoreError> {
    let gone = query!(
        c,
        fetch_optional::<RevisionIntent>,
        "DELETE FROM revisions WHERE id = $1 RETURNING *",
        Object(id),
    )?;
    if let Some(intent) = &gone {
        replicas::record_former(c, id, intent.root).await?;
    }
    Ok(gone.is_some())
}

pub(super) async fn commit(c: &mut Connection<'_>, file: FileRow) -> Result<FileRow, StoreError> {
    let begun = query!(
        c,
        fetch_optional::<RevisionIntent>,
        "DELETE FROM revisions WHERE id = $1 AND cancelled = 0 RETURNING *",
        Object(file.id),
    )?
    .ok_or(StoreError::NoIntent)?;
    if (begun.root, begun.rev) != (file.root, file.rev) {
        return Err(StoreError::IntentDiffers);
    }
    let before = files::by_id(c, file.id).await?.ok_or(StoreError::NoIntent)?;
    let changed = query!(
        c,
        execute,
        "UPDATE files SET root = $2, rev = $3, permissions = $4, expires_at = $5, statement = $6,
             replicas = $7, whole = $8
         WHERE id = $1 AND rev = $3 - 1",
        Object(file.id),
        CidText(file.root),
        i64::from(file.rev),
        Json(file.permissions),
        MaybeTime(file.expires_at),
        &file.statement,
        Json(&file.replicas),
        replicas::are_whole(&file.replicas),
    )?;
    if changed != 1 {
        return Err(StoreError::IntentDiffers);
    }
    replicas::record_former(c, file.id, before.root).await?;
    replicas::forget(c, file.id, file.root).await?;
    Ok(file)
}
