//! What paths and queries carry, parsed or refused.

use axum::extract::{FromRequestParts, Path, Query};
use cid::Cid;
use cidlock_crypto::ObjectId;
use http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Problem;
use crate::files::NameQuery;
use crate::store::{Cursor, LinkId, PageLimit};

/// The longest text that is taken for a CID, in bytes.
const MAX_CID_LEN: usize = 128;

/// The `{cid}` of a path; whatever follows it in the path is ignored.
pub(super) struct CidPath(pub(super) Cid);

impl<S: Send + Sync> FromRequestParts<S> for CidPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Segments {
            cid: String,
        }
        let path = Path::<Segments>::from_request_parts(parts, state).await;
        let text = path.map_err(|_| malformed_cid())?.0.cid;
        let cid = Some(text).filter(|text| text.len() <= MAX_CID_LEN);
        cid.and_then(|text| Cid::try_from(text).ok()).map(Self).ok_or_else(malformed_cid)
    }
}

fn malformed_cid() -> Problem {
    Problem::bad_request("malformed_cid", "Malformed CID", "The path does not hold a CID.")
}

/// The `{id}` of a path that leads to a link.
pub(super) struct LinkPath(pub(super) LinkId);

impl<S: Send + Sync> FromRequestParts<S> for LinkPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.ok().and_then(|Path(text)| text.parse().ok()).map(Self).ok_or_else(malformed_id)
    }
}

/// The `{id}` of a path that leads to what was an object.
pub(super) struct ObjectPath(pub(super) ObjectId);

impl<S: Send + Sync> FromRequestParts<S> for ObjectPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let id = path.ok().and_then(|Path(text)| ObjectId::parse(&text).ok());
        id.map(Self).ok_or_else(malformed_id)
    }
}

fn malformed_id() -> Problem {
    Problem::bad_request("malformed_id", "Malformed id", "The path does not hold an id.")
}

/// A query string, with unknown or malformed members refused.
pub(super) struct Params<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = Query::<T>::try_from_uri(&parts.uri);
        query.map(|Query(params)| Self(params)).map_err(|_| bad_query())
    }
}

/// The serde error is not repeated: it may quote the query, and that may hold a token.
pub(super) fn bad_query() -> Problem {
    Problem::bad_request(
        "bad_query",
        "Query not understood",
        "The query has an unknown, repeated or malformed member.",
    )
}

/// Which page of an owner's files, and of which.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ListParams {
    limit: Option<u64>,
    cursor: Option<String>,
    /// A part of the name.
    q: Option<String>,
}

impl ListParams {
    pub(super) fn query(&self) -> Result<Option<NameQuery>, Problem> {
        let query = self.q.as_deref().map(NameQuery::parse).transpose();
        query.map_err(|_| {
            let detail = format!("`q` must have 1 to {} bytes.", NameQuery::MAX_LEN);
            Problem::bad_request("bad_query", "Query not understood", detail)
        })
    }

    pub(super) fn page(self) -> Result<(Option<Cursor>, PageLimit), Problem> {
        PageParams { limit: self.limit, cursor: self.cursor }.parse()
    }
}

/// Which page of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PageParams {
    limit: Option<u64>,
    cursor: Option<String>,
}

impl PageParams {
    pub(super) fn parse(&self) -> Result<(Option<Cursor>, PageLimit), Problem> {
        let limit = self.limit.map_or(Ok(PageLimit::default()), PageLimit::new);
        let limit = limit.map_err(|error| {
            Problem::bad_request("bad_limit", "Limit out of range", error.to_string())
        })?;
        let cursor = self.cursor.as_deref().map(str::parse).transpose().map_err(|_| {
            Problem::bad_request(
                "bad_cursor",
                "Cursor not understood",
                "A cursor is what the list before answered as `next`.",
            )
        })?;
        Ok((cursor, limit))
    }
}
