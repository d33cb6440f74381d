//! Revocations, numbered under the lock of the one row that counts them.

use cidlock_crypto::UnixTime;
use sqlx::types::Uuid;

use super::column::{Number, Time};
use super::connection::{Connection, query};
use crate::store::{PageLimit, Revocation, Revoked, StoreError};

/// Numbers a revocation and adds it. To be the last thing in its transaction: until the end of it
/// nothing else is revoked, in the whole realm.
pub(super) async fn add(
    c: &mut Connection<'_>,
    revoked: Revoked,
    expires_at: UnixTime,
) -> Result<Revocation, StoreError> {
    let (Number(seq),) = query!(
        c,
        fetch_one::<(Number,)>,
        "UPDATE revocation_counter SET last = last + 1 RETURNING last",
    )?;
    query!(
        c,
        execute,
        "INSERT INTO revocations (seq, kind, id, expires_at) VALUES ($1, $2, $3, $4)",
        Number(seq),
        revoked.kind(),
        revoked.uuid(),
        Time(expires_at),
    )?;
    Ok(Revocation { seq, revoked, expires_at })
}

pub(super) async fn since(
    c: &mut Connection<'_>,
    seq: u64,
    now: UnixTime,
    limit: PageLimit,
) -> Result<Vec<Revocation>, StoreError> {
    let rows = query!(
        c,
        fetch_all::<(Number, String, Uuid, Time)>,
        "SELECT seq, kind, id, expires_at FROM revocations WHERE seq > $1 AND expires_at >= $2
         ORDER BY seq LIMIT $3",
        Number(seq),
        Time(now.saturating_sub(Revocation::MARGIN)),
        limit.rows(),
    )?;
    rows.into_iter()
        .map(|(Number(seq), kind, id, Time(expires_at))| {
            let revoked = Revoked::from_row(&kind, id)?;
            Ok(Revocation { seq, revoked, expires_at })
        })
        .collect()
}
