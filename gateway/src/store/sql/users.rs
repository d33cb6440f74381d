//! Users; none is ever removed.

use sqlx::types::Json;

use super::column::Time;
use super::connection::{Connection, query};
use crate::store::{NewUser, StoreError, User, UserId};

pub(super) async fn create(c: &mut Connection<'_>, user: NewUser) -> Result<User, StoreError> {
    let created = query!(
        c,
        execute,
        "INSERT INTO users
             (id, name, password_hash, roles, status, created_at, tokens_valid_from)
         VALUES ($1, $2, $3, $4, $5, $6, $6)
         ON CONFLICT DO NOTHING",
        user.id,
        &user.name,
        user.password_hash.expose(),
        Json(&user.roles),
        user.status.as_str(),
        Time(user.created_at),
    )?;
    match by_id(c, user.id).await? {
        Some(user) if created == 1 => Ok(user),
        Some(_) => Err(StoreError::Conflict { what: "the user's id" }),
        None => Err(StoreError::NameTaken),
    }
}

pub(super) async fn by_id(c: &mut Connection<'_>, id: UserId) -> Result<Option<User>, StoreError> {
    query!(c, fetch_optional::<User>, "SELECT * FROM users WHERE id = $1", id)
}

pub(super) async fn by_name(
    c: &mut Connection<'_>,
    name: &str,
) -> Result<Option<User>, StoreError> {
    query!(c, fetch_optional::<User>, "SELECT * FROM users WHERE name = $1", name)
}

pub(super) async fn must_exist(c: &mut Connection<'_>, id: UserId) -> Result<(), StoreError> {
    by_id(c, id).await?.map(drop).ok_or(StoreError::NoUser)
}
