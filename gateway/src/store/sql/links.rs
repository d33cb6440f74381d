//! Links. The CID of one is that of its file, and is stored there alone.

use cidlock_crypto::{ObjectId, UnixTime};
use sqlx::types::Json;

use super::column::{Object, Time};
use super::connection::{Connection, query};
use super::{revocations, users};
use crate::store::{
    Cursor, LinkId, LinkRow, NewLink, Page, PageLimit, Revocation, Revoked, StoreError,
};

pub(super) async fn create(c: &mut Connection<'_>, link: NewLink) -> Result<LinkRow, StoreError> {
    users::must_exist(c, link.creator).await?;
    query!(
        c,
        fetch_optional::<(Object,)>,
        "SELECT id FROM files WHERE id = $1",
        Object(link.file)
    )?
    .ok_or(StoreError::NoFile)?;
    let created = query!(
        c,
        execute,
        "INSERT INTO links (id, file_id, creator, created_at, expires_at, permissions, label)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT DO NOTHING",
        link.id,
        Object(link.file),
        link.creator,
        Time(link.created_at),
        Time(link.expires_at),
        Json(link.permissions),
        link.label.as_deref(),
    )?;
    match by_id(c, link.id).await? {
        Some(row) if created == 1 => Ok(row),
        _ => Err(StoreError::Conflict { what: "the link's id" }),
    }
}

pub(super) async fn by_id(
    c: &mut Connection<'_>,
    id: LinkId,
) -> Result<Option<LinkRow>, StoreError> {
    query!(
        c,
        fetch_optional::<LinkRow>,
        "SELECT links.*, files.cid FROM links JOIN files ON files.id = links.file_id
         WHERE links.id = $1",
        id,
    )
}

pub(super) async fn of_file(
    c: &mut Connection<'_>,
    file: ObjectId,
    after: Option<Cursor>,
    limit: PageLimit,
) -> Result<Page<LinkRow>, StoreError> {
    let after = after.unwrap_or(Cursor::START);
    let rows = query!(
        c,
        fetch_all::<LinkRow>,
        "SELECT links.*, files.cid FROM links JOIN files ON files.id = links.file_id
         WHERE links.file_id = $1 AND (links.created_at, links.id) < ($2, $3)
         ORDER BY links.created_at DESC, links.id DESC LIMIT $4",
        Object(file),
        Time(after.created_at),
        after.id,
        limit.rows() + 1,
    )?;
    Ok(Page::new(rows, limit, |link| Cursor::after_link(link.created_at, link.id)))
}

pub(super) async fn revoke(
    c: &mut Connection<'_>,
    id: LinkId,
    now: UnixTime,
) -> Result<Option<Revocation>, StoreError> {
    let revoked = query!(
        c,
        fetch_optional::<(Time,)>,
        "UPDATE links SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL
         RETURNING expires_at",
        Time(now),
        id,
    )?;
    match revoked {
        Some((Time(expires_at),)) => {
            revocations::add(c, Revoked::Link(id), expires_at).await.map(Some)
        }
        None => Ok(None),
    }
}
