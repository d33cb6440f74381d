//! Links. The CID of one is that of its file, and is stored there alone; what it descends from is
//! written with it and never changes, so that a second query can read it.

use std::collections::HashMap;

use cidlock_crypto::{ObjectId, UnixTime};
use sqlx::types::Json;

use super::column::{MaybeTime, Number, Object, Time};
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
    if created != 1 {
        return Err(StoreError::Conflict { what: "the link's id" });
    }
    for (depth, parent) in link.parents.iter().enumerate() {
        descend(c, link.id, *parent, link.file, depth as u64).await?;
    }
    by_id(c, link.id).await?.ok_or(StoreError::NoLink)
}

async fn descend(
    c: &mut Connection<'_>,
    link: LinkId,
    parent: LinkId,
    file: ObjectId,
    depth: u64,
) -> Result<(), StoreError> {
    query!(
        c,
        fetch_optional::<(LinkId,)>,
        "SELECT id FROM links WHERE id = $1 AND file_id = $2",
        parent,
        Object(file),
    )?
    .filter(|_| parent != link)
    .ok_or(StoreError::NoLink)?;
    let added = query!(
        c,
        execute,
        "INSERT INTO link_ancestors (link_id, ancestor_id, depth) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
        link,
        parent,
        Number(depth),
    )?;
    if added == 1 { Ok(()) } else { Err(StoreError::Conflict { what: "a link's parent" }) }
}

pub(super) async fn by_id(
    c: &mut Connection<'_>,
    id: LinkId,
) -> Result<Option<LinkRow>, StoreError> {
    let row = query!(
        c,
        fetch_optional::<LinkRow>,
        "SELECT links.*, files.cid FROM links JOIN files ON files.id = links.file_id
         WHERE links.id = $1",
        id,
    )?;
    let Some(row) = row else { return Ok(None) };
    let above = query!(
        c,
        fetch_all::<Above>,
        "SELECT a.link_id, a.ancestor_id, links.revoked_at
         FROM link_ancestors a JOIN links ON links.id = a.ancestor_id
         WHERE a.link_id = $1 ORDER BY a.depth",
        id,
    )?;
    Ok(descending(vec![row], above).pop())
}

/// A link, one that it descends from, and when that one was revoked.
type Above = (LinkId, LinkId, MaybeTime);

/// The rows with what they descend from.
fn descending(mut rows: Vec<LinkRow>, above: Vec<Above>) -> Vec<LinkRow> {
    let mut places: HashMap<LinkId, &mut LinkRow> =
        rows.iter_mut().map(|row| (row.id, row)).collect();
    for (link, ancestor, MaybeTime(revoked_at)) in above {
        // Another link may have come since its page was read.
        let Some(row) = places.get_mut(&link) else { continue };
        row.parents.push(ancestor);
        row.revoked_at = row.revoked_at.into_iter().chain(revoked_at).min();
    }
    rows
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
    let last = rows.last().map_or(Cursor::START, position);
    let above = query!(
        c,
        fetch_all::<Above>,
        "SELECT a.link_id, a.ancestor_id, ancestors.revoked_at
         FROM links JOIN link_ancestors a ON a.link_id = links.id
         JOIN links ancestors ON ancestors.id = a.ancestor_id
         WHERE links.file_id = $1 AND (links.created_at, links.id) < ($2, $3)
         AND (links.created_at, links.id) >= ($4, $5) ORDER BY a.depth",
        Object(file),
        Time(after.created_at),
        after.id,
        Time(last.created_at),
        last.id,
    )?;
    Ok(Page::new(descending(rows, above), limit, position))
}

pub(super) async fn below(
    c: &mut Connection<'_>,
    ancestor: LinkId,
    after: Option<Cursor>,
    limit: PageLimit,
) -> Result<Page<LinkRow>, StoreError> {
    let after = after.unwrap_or(Cursor::START);
    let rows = query!(
        c,
        fetch_all::<LinkRow>,
        "SELECT links.*, files.cid
         FROM link_ancestors below JOIN links ON links.id = below.link_id
         JOIN files ON files.id = links.file_id
         WHERE below.ancestor_id = $1 AND (links.created_at, links.id) < ($2, $3)
         ORDER BY links.created_at DESC, links.id DESC LIMIT $4",
        ancestor,
        Time(after.created_at),
        after.id,
        limit.rows() + 1,
    )?;
    let last = rows.last().map_or(Cursor::START, position);
    let above = query!(
        c,
        fetch_all::<Above>,
        "SELECT a.link_id, a.ancestor_id, ancestors.revoked_at
         FROM link_ancestors below JOIN links ON links.id = below.link_id
         JOIN link_ancestors a ON a.link_id = links.id
         JOIN links ancestors ON ancestors.id = a.ancestor_id
         WHERE below.ancestor_id = $1 AND (links.created_at, links.id) < ($2, $3)
         AND (links.created_at, links.id) >= ($4, $5) ORDER BY a.depth",
        ancestor,
        Time(after.created_at),
        after.id,
        Time(last.created_at),
        last.id,
    )?;
    Ok(Page::new(descending(rows, above), limit, position))
}

fn position(link: &LinkRow) -> Cursor {
    Cursor::after_link(link.created_at, link.id)
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
