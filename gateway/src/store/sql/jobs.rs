//! How far jobs have come.

use super::column::{MaybeObject, MaybeTime, Time};
use super::connection::{Connection, query};
use crate::store::{JobState, StoreError};

pub(super) async fn find(
    c: &mut Connection<'_>,
    name: &str,
) -> Result<Option<JobState>, StoreError> {
    query!(
        c,
        fetch_optional::<JobState>,
        "SELECT after, begun_at, ended_at, note FROM jobs WHERE name = $1",
        name,
    )
}

pub(super) async fn save(
    c: &mut Connection<'_>,
    name: &str,
    state: &JobState,
) -> Result<(), StoreError> {
    query!(
        c,
        execute,
        "INSERT INTO jobs (name, after, begun_at, ended_at, note) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (name) DO UPDATE SET after = excluded.after, begun_at = excluded.begun_at,
             ended_at = excluded.ended_at, note = excluded.note",
        name,
        MaybeObject(state.after),
        Time(state.begun_at),
        MaybeTime(state.ended_at),
        &state.note,
    )?;
    Ok(())
}
