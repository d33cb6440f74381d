//! Logging in, refreshing, and the public keys.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, HeaderValue};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::json::{Form, Json};
use super::{Problem, Services};
use crate::access::{AccessError, SessionTokens};

/// The longest password that is hashed, in bytes: more would only cost time.
const MAX_PASSWORD_LEN: usize = 1024;

/// The client id of tokens that a password was exchanged for.
const PASSWORD_CLIENT: &str = "cidlock";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    username: String,
    password: Zeroizing<String>,
}

/// `POST /v1/login`
pub(super) async fn login(
    State(services): State<Arc<Services>>,
    Json(login): Json<Login>,
) -> Result<Response, Problem> {
    if login.password.len() > MAX_PASSWORD_LEN {
        return Err(AccessError::BadCredentials.into());
    }
    let tokens = services.access.login(&login.username, login.password, PASSWORD_CLIENT).await?;
    Ok(token_response(&tokens))
}

#[derive(Deserialize)]
pub(super) struct TokenRequest {
    grant_type: String,
    refresh_token: Option<Zeroizing<String>>,
}

/// `POST /oauth/token` (RFC 6749, section 6)
///
/// Errors have the form of section 5.2, which OAuth clients know, rather than that of the rest.
pub(super) async fn token(
    State(services): State<Arc<Services>>,
    Form(request): Form<TokenRequest>,
) -> Result<Response, Problem> {
    if request.grant_type != "refresh_token" {
        return Ok(oauth_error("unsupported_grant_type", "The grant type is not supported."));
    }
    let Some(refresh) = request.refresh_token else {
        return Ok(oauth_error("invalid_request", "The parameter refresh_token is missing."));
    };
    match services.access.refresh(&refresh).await {
        Ok(tokens) => Ok(token_response(&tokens)),
        Err(AccessError::BadRefreshToken) => {
            Ok(oauth_error("invalid_grant", "The refresh token is not valid."))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /.well-known/jwks.json` (RFC 7517)
pub(super) async fn jwks(State(services): State<Arc<Services>>) -> impl IntoResponse {
    let cache = [(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"))];
    (cache, axum::Json(services.keyring.keys().public_jwks())).into_response()
}

/// The answer of RFC 6749, section 5.1.
fn token_response(tokens: &SessionTokens) -> Response {
    #[derive(Serialize)]
    struct Answer<'a> {
        access_token: &'a str,
        token_type: &'static str,
        expires_in: u64,
        refresh_token: &'a str,
        scope: &'a str,
    }
    let answer = Answer {
        access_token: tokens.access.expose(),
        token_type: "Bearer",
        expires_in: tokens.expires_in_s,
        refresh_token: tokens.refresh.expose(),
        scope: &tokens.scope,
    };
    axum::Json(answer).into_response()
}

fn oauth_error(error: &'static str, description: &'static str) -> Response {
    #[derive(Serialize)]
    struct Answer {
        error: &'static str,
        error_description: &'static str,
    }
    let answer = axum::Json(Answer { error, error_description: description });
    (StatusCode::BAD_REQUEST, answer).into_response()
}
