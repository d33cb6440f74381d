//! `/v1/files`: storing, listing, describing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use cidlock_crypto::Permissions;
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, LOCATION};
use serde::{Deserialize, Serialize};

use super::body::frames;
use super::credentials::Bearer;
use super::form::{self, FormFile};
use super::links::LinkBrief;
use super::params::{CidPath, ListParams, Params};
use super::{Problem, Services, conditional, digest, refusal};
use crate::access::{Caller, Scope, Share, Stat};
use crate::clock::rfc3339;
use crate::files::FileInfo;
use crate::phase::Phase;
use crate::sharing::{LinkRequest, SharingError};
use crate::store::ReplicaRow;
use crate::upload::{FileName, MediaType, NewFile};

/// The link that comes with a fresh upload lives a day.
const OWNER_LINK_LIFETIME_S: u64 = 86_400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoreParams {
    name: Option<String>,
    /// Retention, in seconds.
    expires_in: Option<u64>,
}

/// `POST /v1/files?name=&expires_in=`: the raw body is the file, or a form with it.
pub(super) async fn store(
    State(services): State<Arc<Services>>,
    bearer: Bearer,
    Params(params): Params<StoreParams>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let caller = services.access.caller(bearer.as_str(), Scope::FilesWrite).await?;
    let expected = Expected::of(&services, &params, &headers)?;
    let body = frames(body, services.settings.pace);
    let file = match form::boundary(&headers) {
        None => {
            refuse_declared_too_large(&services, &headers)?;
            let new = expected.file(params.name.as_deref(), raw_type(&headers))?;
            services.uploads.store(&caller, new, body).await?
        }
        Some(boundary) => {
            let form = FormFile::open(body, boundary?).await?;
            let name = params.name.as_deref().or(form.name());
            let new = expected.file(name, form.media_type())?;
            services.uploads.store(&caller, new, form.into_bytes()).await?
        }
    };
    Phase::Reply.entered(file.id);
    let location = format!("{}/v1/files/{}", services.settings.public_url, file.cid);
    let info = services.files.open(file)?;
    let link = owner_link(&services, caller, &info).await;
    // The file is stored; that its link could not be made must not look as if it were not.
    let link = link.inspect_err(|error| tracing::warn!(%error, "an upload goes without a link"));
    let answer = FileJson { link: link.ok(), ..FileJson::from(&info) };
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(answer)).into_response())
}

/// What a request says of its file, whatever envelope the file comes in.
struct Expected {
    retention: Option<Duration>,
    sha256: Option<[u8; 32]>,
    max_name_bytes: usize,
}

impl Expected {
    fn of(services: &Services, params: &StoreParams, headers: &HeaderMap) -> Result<Self, Problem> {
        let max_s = services.settings.max_retention_s;
        let in_range = |expires_in: &u64| (1..=max_s).contains(expires_in);
        if !params.expires_in.as_ref().is_none_or(in_range) {
            let detail = format!("`expires_in` must be between 1 and {max_s} seconds.");
            return Err(Problem::bad_request("bad_retention", "Retention out of range", detail));
        }
        let retention = params.expires_in.map(Duration::from_secs);
        let max_name_bytes = services.settings.max_name_bytes;
        Ok(Self { retention, sha256: digest::declared(headers)?, max_name_bytes })
    }

    fn file(&self, name: Option<&str>, media_type: Option<&str>) -> Result<NewFile, Problem> {
        let name = name.map(|name| FileName::parse(name, self.max_name_bytes)).transpose()?;
        let media_type = media_type.map(MediaType::parse).transpose()?;
        Ok(NewFile {
            name: name.unwrap_or_else(FileName::unnamed),
            media_type: media_type.unwrap_or_else(MediaType::octet_stream),
            retention: self.retention,
            expected_sha256: self.sha256,
        })
    }
}

/// So that a client which asks before it sends (`Expect: 100-continue`) need not send at all.
fn refuse_declared_too_large(services: &Services, headers: &HeaderMap) -> Result<(), Problem> {
    let limit = services.uploads.max_file_bytes;
    let declared = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let declared = declared.and_then(|text| text.parse::<u64>().ok());
    if declared.is_some_and(|len| len > limit) { Err(refusal::too_large(limit)) } else { Ok(()) }
}

/// What the client says a raw body is. A URL-encoded form's type is what tools send when nobody
/// told them one, and says nothing.
fn raw_type(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(CONTENT_TYPE)?.to_str().unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default().trim();
    (!essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")).then_some(text)
}

async fn owner_link(
    services: &Services,
    caller: Caller,
    info: &FileInfo,
) -> Result<LinkBrief, SharingError> {
    let grant = services.access.own::<Share>(caller, info.row.clone());
    let longest_s = services.sharing.lifetimes.share_max_lifetime_s;
    let request = LinkRequest {
        expires_in_s: Some(OWNER_LINK_LIFETIME_S.min(longest_s)),
        permissions: Some(Permissions::READ | Permissions::STAT),
        label: None,
    };
    let (link, token) = services.sharing.create(&grant, request).await?;
    Ok(LinkBrief::new(&services.settings, &link, Some(&info.statement.name), &token))
}

/// `GET /v1/files?limit&cursor&q`
pub(super) async fn list(
    State(services): State<Arc<Services>>,
    bearer: Bearer,
    Params(params): Params<ListParams>,
) -> Result<Json<PageJson<FileJson>>, Problem> {
    let caller = services.access.caller(bearer.as_str(), Scope::FilesRead).await?;
    let query = params.query()?;
    let (cursor, limit) = params.page()?;
    let page = match query {
        None => services.files.list(&caller, cursor, limit).await?,
        Some(query) => services.files.search(&caller, query, cursor, limit).await?,
    };
    let items = page.items.iter().map(FileJson::from).collect();
    Ok(Json(PageJson { items, next: page.next.map(|cursor| cursor.to_string()) }))
}

/// `GET /v1/files/{cid}`
pub(super) async fn info(
    State(services): State<Arc<Services>>,
    bearer: Bearer,
    CidPath(cid): CidPath,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let grant = services.access.grant::<Stat>(bearer.as_str(), &cid).await?;
    let etag = conditional::etag(&grant.file().root);
    conditional::if_match(&headers, &etag)?;
    if conditional::not_modified(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, etag)]).into_response());
    }
    let info = services.files.info(&grant)?;
    Ok(([(ETAG, etag)], Json(FileJson::from(&info))).into_response())
}

/// A page of a list.
#[derive(Serialize)]
pub(super) struct PageJson<T> {
    pub(super) items: Vec<T>,
    pub(super) next: Option<String>,
}

/// A file, as every call shows it.
#[derive(Serialize)]
pub(super) struct FileJson {
    id: String,
    cid: String,
    root: String,
    name: String,
    r#type: String,
    size: u64,
    /// Lower-case hex.
    sha256: String,
    created_at: String,
    expires_at: Option<String>,
    owner: String,
    replicas: Vec<ReplicaRow>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    meta: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<LinkBrief>,
}

impl From<&FileInfo> for FileJson {
    fn from(info: &FileInfo) -> Self {
        let (row, statement) = (&info.row, &info.statement);
        Self {
            id: row.id.to_string(),
            cid: row.cid.to_string(),
            root: row.root.to_string(),
            name: statement.name.clone(),
            r#type: statement.media_type.clone(),
            size: statement.size,
            sha256: hex(&statement.sha256),
            created_at: rfc3339(row.created_at),
            expires_at: row.expires_at.map(rfc3339),
            owner: row.owner.to_string(),
            replicas: row.replicas.clone(),
            meta: statement.meta.clone(),
            link: None,
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
