//! Files as they are found, listed and put back.

use cid::Cid;
use cidlock_crypto::{ObjectId, UnixTime};
use sqlx::types::Json;

use super::column::{CidText, MaybeTime, Number, Object, Time, behind};
use super::connection::{Connection, query};
use super::{replicas, users};
use crate::store::{Cursor, FileRow, Page, PageLimit, StoreError, UserId};

pub(super) async fn by_id(
    c: &mut Connection<'_>,
    id: ObjectId,
) -> Result<Option<FileRow>, StoreError> {
    query!(c, fetch_optional::<FileRow>, "SELECT * FROM files WHERE id = $1", Object(id))
}

/// `whole` is what is known of its replicas.
pub(super) async fn insert(
    c: &mut Connection<'_>,
    file: &FileRow,
    whole: i64,
) -> Result<(), StoreError> {
    query!(
        c,
        execute,
        "INSERT INTO files
             (id, cid, root, rev, size, content_len, owner, permissions, created_at, expires_at,
              statement, replicas, whole)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        Object(file.id),
        CidText(file.cid),
        CidText(file.root),
        i64::from(file.rev),
        Number(file.size),
        Number(file.content_len),
        file.owner,
        Json(file.permissions),
        Time(file.created_at),
        MaybeTime(file.expires_at),
        &file.statement,
        Json(&file.replicas),
        whole,
    )?;
    Ok(())
}

pub(super) async fn restore(
    c: &mut Connection<'_>,
    file: FileRow,
    former: Vec<Cid>,
) -> Result<bool, StoreError> {
    users::must_exist(c, file.owner).await?;
    let (known,) = query!(
        c,
        fetch_one::<(i64,)>,
        "SELECT (SELECT COUNT(*) FROM files WHERE id = $1)
              + (SELECT COUNT(*) FROM deletions WHERE id = $1)
              + (SELECT COUNT(*) FROM uploads WHERE id = $1)",
        Object(file.id),
    )?;
    if known > 0 {
        return Ok(false);
    }
    if by_cid(c, file.cid).await?.is_some() {
        return Err(StoreError::Conflict { what: "the file's cid" });
    }
    // How many replicas there are to be is not known here: it is looked at.
    insert(c, &file, 0).await?;
    for root in former.into_iter().filter(|root| *root != file.root) {
        replicas::record_former(c, file.id, root).await?;
    }
    Ok(true)
}

pub(super) async fn all(
    c: &mut Connection<'_>,
    after: Option<ObjectId>,
    limit: PageLimit,
) -> Result<Vec<FileRow>, StoreError> {
    query!(
        c,
        fetch_all::<FileRow>,
        "SELECT * FROM files WHERE id > $1 ORDER BY id LIMIT $2",
        behind(after),
        limit.rows(),
    )
}

pub(super) async fn expired_before(
    c: &mut Connection<'_>,
    time: UnixTime,
    after: Option<ObjectId>,
    limit: PageLimit,
) -> Result<Vec<FileRow>, StoreError> {
    query!(
        c,
        fetch_all::<FileRow>,
        "SELECT * FROM files WHERE expires_at < $1 AND id > $2 ORDER BY id LIMIT $3",
        Time(time),
        behind(after),
        limit.rows(),
    )
}

pub(super) async fn count(c: &mut Connection<'_>) -> Result<u64, StoreError> {
    let (count,) = query!(c, fetch_one::<(Number,)>, "SELECT COUNT(*) FROM files")?;
    Ok(count.0)
}

pub(super) async fn by_cid(
    c: &mut Connection<'_>,
    cid: Cid,
) -> Result<Option<FileRow>, StoreError> {
    query!(c, fetch_optional::<FileRow>, "SELECT * FROM files WHERE cid = $1", CidText(cid))
}

pub(super) async fn list(
    c: &mut Connection<'_>,
    owner: UserId,
    now: UnixTime,
    after: Option<Cursor>,
    limit: PageLimit,
) -> Result<Page<FileRow>, StoreError> {
    let after = after.unwrap_or(Cursor::START);
    let rows = query!(
        c,
        fetch_all::<FileRow>,
        "SELECT * FROM files WHERE owner = $1 AND (created_at, id) < ($2, $3)
         AND (expires_at IS NULL OR expires_at > $4)
         ORDER BY created_at DESC, id DESC LIMIT $5",
        owner,
        Time(after.created_at),
        after.id,
        Time(now),
        limit.rows() + 1,
    )?;
    Ok(Page::new(rows, limit, FileRow::position))
}
