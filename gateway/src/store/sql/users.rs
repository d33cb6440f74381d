//! Users; none is ever removed.

use cid::Cid;
use sqlx::types::Json;

use super::column::{MaybeCid, Time};
use super::connection::{Connection, query};
use crate::store::{NewUser, Standing, StoreError, User, UserId};

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

pub(super) async fn standing(
    c: &mut Connection<'_>,
    user: UserId,
    cid: Option<Cid>,
) -> Result<Option<Standing>, StoreError> {
    query!(
        c,
        fetch_optional::<Standing>,
        "SELECT files.*, users.status AS user_status, users.roles AS user_roles,
             CASE WHEN users.tokens_valid_from < realm.tokens_valid_from
                  THEN realm.tokens_valid_from ELSE users.tokens_valid_from END
                  AS user_tokens_valid_from
         FROM realm JOIN users ON users.id = $1 LEFT JOIN files ON files.cid = $2",
        user,
        MaybeCid(cid),
    )
}

pub(super) async fn must_exist(c: &mut Connection<'_>, id: UserId) -> Result<(), StoreError> {
    by_id(c, id).await?.map(drop).ok_or(StoreError::NoUser)
}
