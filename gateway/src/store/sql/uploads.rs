//! Uploads, up to the file that one becomes. Its row is locked by whoever decides what it becomes.

use cidlock_crypto::ObjectId;

use super::column::{CidText, Object, Time, behind};
use super::connection::{Connection, query};
use super::{files, replicas, users};
use crate::store::{FileRow, Intent, PageLimit, StoreError};

pub(super) async fn begin(c: &mut Connection<'_>, intent: Intent) -> Result<(), StoreError> {
    users::must_exist(c, intent.owner).await?;
    let begun = query!(
        c,
        execute,
        "INSERT INTO uploads (id, cid, root, owner, begun_at)
         SELECT $1, $2, $3, $4, $5
         WHERE NOT EXISTS (SELECT 1 FROM files WHERE id = $1 OR cid = $2)
         ON CONFLICT DO NOTHING",
        Object(intent.id),
        CidText(intent.cid),
        CidText(intent.root),
        intent.owner,
        Time(intent.begun_at),
    )?;
    if begun == 1 { Ok(()) } else { Err(StoreError::Conflict { what: "the object's id or cid" }) }
}

pub(super) async fn list(
    c: &mut Connection<'_>,
    after: Option<ObjectId>,
    limit: PageLimit,
) -> Result<Vec<Intent>, StoreError> {
    query!(
        c,
        fetch_all::<Intent>,
        "SELECT * FROM uploads WHERE id > $1 ORDER BY id LIMIT $2",
        behind(after),
        limit.rows(),
    )
}

pub(super) async fn cancel(c: &mut Connection<'_>, id: ObjectId) -> Result<bool, StoreError> {
    // Waits for a commit that is under way, on whatever connection, and then finds nothing.
    let there = query!(c, execute, "UPDATE uploads SET cancelled = 1 WHERE id = $1", Object(id))?;
    Ok(there == 1)
}

pub(super) async fn abandon(c: &mut Connection<'_>, id: ObjectId) -> Result<bool, StoreError> {
    let gone = query!(c, execute, "DELETE FROM uploads WHERE id = $1", Object(id))?;
    Ok(gone == 1)
}

pub(super) async fn commit(c: &mut Connection<'_>, file: FileRow) -> Result<FileRow, StoreError> {
    let begun = query!(
        c,
        fetch_optional::<Intent>,
        "DELETE FROM uploads WHERE id = $1 AND cancelled = 0 RETURNING *",
        Object(file.id),
    )?
    .ok_or(StoreError::NoIntent)?;
    if (begun.cid, begun.root, begun.owner) != (file.cid, file.root, file.owner) {
        return Err(StoreError::IntentDiffers);
    }
    files::insert(c, &file, replicas::are_whole(&file.replicas)).await?;
    Ok(file)
}
