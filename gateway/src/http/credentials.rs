//! Where a request may carry its credential: `Authorization: Bearer` (RFC 6750, section 2.1) or,
//! for content alone, `?token=` (section 2.3), so that a link opens without any header.

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use serde::Deserialize;

use super::Problem;

/// The token in the header `Authorization`. Its text is checked by nobody yet.
pub(super) struct Bearer(String);

impl Bearer {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        in_header(parts)?.map(Self).ok_or_else(missing)
    }
}

/// The token in the header or in the query; both only if they are the same.
pub(super) struct LinkBearer(String);

impl LinkBearer {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for LinkBearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let token = match (in_header(parts)?, in_query(parts)?) {
            (Some(header), Some(query)) if header != query => return Err(two_credentials()),
            (header, query) => header.or(query),
        };
        token.map(Self).ok_or_else(missing)
    }
}

fn in_header(parts: &Parts) -> Result<Option<String>, Problem> {
    let mut values = parts.headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(two_credentials());
    }
    // Another scheme is somebody else's business, such as a proxy's.
    let token = value.to_str().ok().and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    });
    Ok(token)
}

fn in_query(parts: &Parts) -> Result<Option<String>, Problem> {
    #[derive(Deserialize)]
    struct Query {
        token: Option<String>,
    }
    let query = axum::extract::Query::<Query>::try_from_uri(&parts.uri);
    Ok(query.map_err(|_| super::params::bad_query())?.0.token)
}

fn missing() -> Problem {
    Problem::unauthorized(
        "unauthenticated",
        "Authentication required",
        "This call needs a token: a login's, or a link's where it leads to the file.",
        "",
    )
}

fn two_credentials() -> Problem {
    Problem::bad_request(
        "two_credentials",
        "Two credentials",
        "The request carries two different credentials; send one.",
    )
}
