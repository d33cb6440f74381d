//! Files as they are found and listed.

use cid::Cid;
use cidlock_crypto::UnixTime;

use super::column::{CidText, Time};
use super::connection::{Connection, query};
use crate::store::{Cursor, FileRow, Page, PageLimit, StoreError, UserId};

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
    Ok(Page::new(rows, limit, |file| Cursor::after_object(file.created_at, file.id)))
}
