//! How the nodes are with the roots of files, the present ones and the former.

use cid::Cid;
use cidlock_crypto::ObjectId;
use sqlx::types::Json;

use super::column::{CidText, Object, behind};
use super::connection::{Connection, query};
use crate::store::{FileRow, FormerRoot, PageLimit, ReplicaRow, StoreError};

/// Whether nothing is left to do: as the column `whole` has it.
pub(super) fn are_whole(replicas: &[ReplicaRow]) -> i64 {
    i64::from(replicas.iter().all(ReplicaRow::is_pinned))
}

pub(super) async fn set(
    c: &mut Connection<'_>,
    id: ObjectId,
    root: Cid,
    replicas: &[ReplicaRow],
) -> Result<bool, StoreError> {
    let set = query!(
        c,
        execute,
        "UPDATE files SET replicas = $3, whole = $4 WHERE id = $1 AND root = $2",
        Object(id),
        CidText(root),
        Json(replicas),
        are_whole(replicas),
    )?;
    Ok(set == 1)
}

pub(super) async fn question_all(c: &mut Connection<'_>) -> Result<(), StoreError> {
    query!(c, execute, "UPDATE files SET whole = 0 WHERE whole <> 0").map(drop)
}

pub(super) async fn wanting(
    c: &mut Connection<'_>,
    after: Option<ObjectId>,
    limit: PageLimit,
) -> Result<Vec<FileRow>, StoreError> {
    query!(
        c,
        fetch_all::<FileRow>,
        "SELECT * FROM files WHERE whole = 0 AND id > $1 ORDER BY id LIMIT $2",
        behind(after),
        limit.rows(),
    )
}

pub(super) async fn record_former(
    c: &mut Connection<'_>,
    id: ObjectId,
    root: Cid,
) -> Result<(), StoreError> {
    query!(
        c,
        execute,
        "INSERT INTO former_roots (id, root) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        Object(id),
        CidText(root),
    )
    .map(drop)
}

pub(super) async fn former(
    c: &mut Connection<'_>,
    after: Option<FormerRoot>,
    limit: PageLimit,
) -> Result<Vec<FormerRoot>, StoreError> {
    let id = behind(after.as_ref().map(|former| former.id));
    let root = after.map_or_else(String::new, |former| former.root.to_string());
    query!(
        c,
        fetch_all::<FormerRoot>,
        "SELECT id, root FROM former_roots WHERE id > $1 OR (id = $1 AND root > $2)
         ORDER BY id, root LIMIT $3",
        id,
        root,
        limit.rows(),
    )
}

pub(super) async fn former_of(
    c: &mut Connection<'_>,
    id: ObjectId,
) -> Result<Vec<Cid>, StoreError> {
    let rows = query!(
        c,
        fetch_all::<FormerRoot>,
        "SELECT id, root FROM former_roots WHERE id = $1 ORDER BY root",
        Object(id),
    )?;
    Ok(rows.into_iter().map(|former| former.root).collect())
}

pub(super) async fn forget(
    c: &mut Connection<'_>,
    id: ObjectId,
    root: Cid,
) -> Result<bool, StoreError> {
    let gone = query!(
        c,
        execute,
        "DELETE FROM former_roots WHERE id = $1 AND root = $2",
        Object(id),
        CidText(root),
    )?;
    Ok(gone == 1)
}
