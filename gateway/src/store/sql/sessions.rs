//! Sessions and the refresh tokens of each. A family is locked by its session's row.

use cidlock_crypto::UnixTime;

use super::column::{MaybeTime, Time};
use super::connection::{Connection, query};
use super::{revocations, users};
use crate::store::{
    NewSession, RefreshHash, Revocation, Revoked, Rotation, Session, SessionId, StoreError,
};

pub(super) async fn start(c: &mut Connection<'_>, new: NewSession) -> Result<Session, StoreError> {
    users::must_exist(c, new.user).await?;
    let session = query!(
        c,
        fetch_optional::<Session>,
        "INSERT INTO sessions (id, user_id, client_id, created_at, refreshed_at, expires_at)
         VALUES ($1, $2, $3, $4, $4, $5)
         ON CONFLICT DO NOTHING
         RETURNING *",
        new.id,
        new.user,
        &new.client_id,
        Time(new.created_at),
        Time(new.expires_at),
    )?
    .ok_or(StoreError::Conflict { what: "the session's id" })?;
    put_in_force(c, new.first_refresh, new.id, new.refresh_expires_at).await?;
    Ok(session)
}

pub(super) async fn by_id(
    c: &mut Connection<'_>,
    id: SessionId,
) -> Result<Option<Session>, StoreError> {
    query!(c, fetch_optional::<Session>, "SELECT * FROM sessions WHERE id = $1", id)
}

pub(super) async fn rotate(
    c: &mut Connection<'_>,
    presented: RefreshHash,
    next: RefreshHash,
    now: UnixTime,
    next_expires_at: UnixTime,
) -> Result<Rotation, StoreError> {
    // The update changes nothing: it locks the family, so that its rotations go one by one and
    // what is read from here on stays true.
    let session = query!(
        c,
        fetch_optional::<Session>,
        "UPDATE sessions SET refreshed_at = refreshed_at
         WHERE id = (SELECT session_id FROM refresh_tokens WHERE hash = $1)
         RETURNING *",
        &presented.0[..],
    )?;
    let Some(session) = session else { return Ok(Rotation::Unknown) };
    let (expires_at, used_at) = query!(
        c,
        fetch_one::<(Time, MaybeTime)>,
        "SELECT expires_at, used_at FROM refresh_tokens WHERE hash = $1",
        &presented.0[..],
    )?;

    if session.ended_at.is_some() {
        return Ok(Rotation::Revoked);
    }
    if used_at.0.is_some() {
        let ended = end(c, session.id, now).await?;
        return Ok(ended.map_or(Rotation::Revoked, Rotation::Reused));
    }
    if expires_at.0 <= now || session.expires_at <= now {
        return Ok(Rotation::Expired);
    }

    query!(
        c,
        execute,
        "UPDATE refresh_tokens SET used_at = $1 WHERE hash = $2",
        Time(now),
        &presented.0[..],
    )?;
    put_in_force(c, next, session.id, next_expires_at).await?;
    let session = query!(
        c,
        fetch_one::<Session>,
        "UPDATE sessions SET refreshed_at = $1 WHERE id = $2 RETURNING *",
        Time(now),
        session.id,
    )?;
    Ok(Rotation::Rotated(session))
}

pub(super) async fn end(
    c: &mut Connection<'_>,
    id: SessionId,
    now: UnixTime,
) -> Result<Option<Revocation>, StoreError> {
    let ended = query!(
        c,
        fetch_optional::<Session>,
        "UPDATE sessions SET ended_at = $1 WHERE id = $2 AND ended_at IS NULL RETURNING *",
        Time(now),
        id,
    )?;
    match ended {
        Some(session) => {
            revocations::add(c, Revoked::Session(id), session.expires_at).await.map(Some)
        }
        None => Ok(None),
    }
}

async fn put_in_force(
    c: &mut Connection<'_>,
    hash: RefreshHash,
    session: SessionId,
    expires_at: UnixTime,
) -> Result<(), StoreError> {
    let added = query!(
        c,
        execute,
        "INSERT INTO refresh_tokens (hash, session_id, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
        &hash.0[..],
        session,
        Time(expires_at),
    )?;
    if added == 1 { Ok(()) } else { Err(StoreError::Conflict { what: "the refresh token" }) }
}
