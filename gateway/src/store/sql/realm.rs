//! Whose the database is: one row.

use cidlock_crypto::{Realm, UnixTime};

use super::column::Time;
use super::connection::{Connection, query};
use crate::store::StoreError;

pub(super) async fn claim(c: &mut Connection<'_>, realm: &Realm) -> Result<(), StoreError> {
    query!(
        c,
        execute,
        "INSERT INTO realm (only_row, name, tokens_valid_from) VALUES (1, $1, 0)
         ON CONFLICT DO NOTHING",
        realm.as_str(),
    )?;
    let (recorded,) = query!(c, fetch_one::<(String,)>, "SELECT name FROM realm")?;
    if recorded == realm.as_str() { Ok(()) } else { Err(StoreError::OtherRealm { recorded }) }
}

pub(super) async fn tokens_valid_from(c: &mut Connection<'_>) -> Result<UnixTime, StoreError> {
    let row = query!(c, fetch_optional::<(Time,)>, "SELECT tokens_valid_from FROM realm")?;
    row.map(|(time,)| time.0).ok_or(StoreError::Unclaimed)
}

pub(super) async fn move_tokens_valid_from(
    c: &mut Connection<'_>,
    from: UnixTime,
) -> Result<(), StoreError> {
    let moved = query!(
        c,
        execute,
        "UPDATE realm SET tokens_valid_from =
             CASE WHEN tokens_valid_from < $1 THEN $1 ELSE tokens_valid_from END",
        Time(from),
    )?;
    if moved == 1 { Ok(()) } else { Err(StoreError::Unclaimed) }
}

pub(super) async fn see_clock(
    c: &mut Connection<'_>,
    now: UnixTime,
) -> Result<UnixTime, StoreError> {
    let seen = query!(c, fetch_optional::<(Time,)>, "SELECT clock_seen FROM realm")?;
    let Time(before) = seen.ok_or(StoreError::Unclaimed)?.0;
    if now > before {
        query!(c, execute, "UPDATE realm SET clock_seen = $1", Time(now))?;
    }
    Ok(before)
}
