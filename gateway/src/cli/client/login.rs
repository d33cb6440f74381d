//! `POST /v1/login`: a name and a password for a session.

use serde_json::json;

use super::super::credentials::Secret;
use super::super::failure::{AskedWith, Failure};
use super::model::TokenGrant;
use super::{CALL_LIMIT, Server, answer, http_client, unreachable};

/// Begins a session of `user` at `server`.
pub(in crate::cli) async fn log_in(
    server: &Server,
    user: &str,
    password: &Secret,
) -> Result<TokenGrant, Failure> {
    let request = http_client(server.is_loopback())?
        .post(server.url(&["v1", "login"]))
        .timeout(CALL_LIMIT)
        .json(&json!({ "username": user, "password": password.expose() }));
    let response = request.send().await.map_err(|error| unreachable(server, &error))?;
    answer::json(answer::accepted(response, server, AskedWith::Password).await?, server).await
}
