//! Links: made, listed, shown, taken back.

use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use cidlock_crypto::Permissions;
use cidlock_crypto::token::Token;
use http::StatusCode;
use http::header::LOCATION;
use serde::{Deserialize, Serialize};

use super::credentials::Bearer;
use super::files::PageJson;
use super::json::Json;
use super::params::{CidPath, LinkPath, PageParams, Params};
use super::{Problem, Services, Settings, percent};
use crate::access::Share;
use crate::clock::rfc3339;
use crate::sharing::{Link, LinkRequest};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CreateLink {
    /// Lifetime, in seconds.
    expires_in: Option<u64>,
    permissions: Option<Permissions>,
    name: Option<String>,
}

/// `POST /v1/files/{cid}/links`
pub(super) async fn create(
    State(services): State<Arc<Services>>,
    bearer: Bearer,
    CidPath(cid): CidPath,
    Json(asked): Json<CreateLink>,
) -> Result<Response, Problem> {
    let grant = services.access.grant::<Share>(bearer.as_str(), &cid).await?;
    let request = LinkRequest {
        expires_in_s: asked.expires_in,
        permissions: asked.permissions,
        label: asked.name,
    };
    let (link, token) = services.sharing.create(&grant, request).await?;
    // The name of a file is part of what `read` and `stat` give.
    let seen = grant.party().permissions().intersect(Permissions::READ | Permissions::STAT);
    let file = (!seen.is_empty()).then(|| services.files.open(grant.file().clone())).transpose()?;
    let name = file.as_ref().map(|file| file.statement.name.as_str());
    let location = format!("{}/v1/links/{}", services.settings.public_url, link.row.id);
    let json = LinkJson {
        token: Some(token.expose().to_owned()),
        url: Some(url(&services.settings, &link, name, &token)),
        ..LinkJson::from(&link)
    };
    Ok((StatusCode::CREATED, [(LOCATION, location)], Answer(json)).into_response())
}

/// `GET /v1/files/{cid}/links`
pub(super) async fn list(
    State(services): State<Arc<Services>>,
    bearer: Bearer,
    CidPath(cid): CidPath,
    Params(page): Params<PageParams>,
) -> Result<Answer<PageJson<LinkJson>>, Problem> {
    let grant = services.access.grant::<Share>(bearer.as_str(), &cid).await?;
    let (cursor, limit) = page.parse()?;
    let page = services.sharing.list(&grant, cursor, limit).await?;
    let items = page.items.iter().map(LinkJson::from).collect();
    Ok(Answer(PageJson { items, next: page.next.map(|cursor| cursor.to_string()) }))
}

/// `GET /v1/links/{id}`
pub(super) async fn show(
    State(services): State<Arc<Services>>,
    bearer: Bearer,
    LinkPath(id): LinkPath,
) -> Result<Answer<LinkJson>, Problem> {
    let party = services.access.party(bearer.as_str()).await?;
    let link = services.sharing.link(&party, id).await?;
    Ok(Answer(LinkJson::from(&link)))
}

/// `DELETE /v1/links/{id}`
pub(super) async fn revoke(
    State(services): State<Arc<Services>>,
    bearer: Bearer,
    LinkPath(id): LinkPath,
) -> Result<StatusCode, Problem> {
    let party = services.access.party(bearer.as_str()).await?;
    services.sharing.revoke(&party, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A link; `token` and `url` are shown once, when it is made.
#[derive(Serialize)]
pub(super) struct LinkJson {
    id: String,
    cid: String,
    name: Option<String>,
    permissions: Permissions,
    created_at: String,
    expires_at: String,
    /// Since when it is not honoured, by itself or with one that it descends from.
    revoked_at: Option<String>,
    /// What it descends from, the first one first.
    parents: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl From<&Link> for LinkJson {
    fn from(link: &Link) -> Self {
        Self {
            id: link.row.id.to_string(),
            cid: link.row.cid.to_string(),
            name: link.label.clone(),
            permissions: link.row.permissions,
            created_at: rfc3339(link.row.created_at),
            expires_at: rfc3339(link.row.expires_at),
            revoked_at: link.row.revoked_at.map(rfc3339),
            parents: link.row.parents.iter().map(ToString::to_string).collect(),
            token: None,
            url: None,
        }
    }
}

/// The link that comes with a fresh upload.
#[derive(Serialize)]
pub(super) struct LinkBrief {
    id: String,
    url: String,
    expires_at: String,
}

impl LinkBrief {
    pub(super) fn new(settings: &Settings, link: &Link, name: Option<&str>, token: &Token) -> Self {
        Self {
            id: link.row.id.to_string(),
            url: url(settings, link, name, token),
            expires_at: rfc3339(link.row.expires_at),
        }
    }
}

/// `<public url>/files/<cid>/<name>?token=<share token>`
fn url(settings: &Settings, link: &Link, name: Option<&str>, token: &Token) -> String {
    let base = &settings.public_url;
    let mut url = format!("{base}/files/{}", link.row.cid);
    if let Some(name) = name {
        url.push('/');
        percent::encode(&mut url, name, b"-._~");
    }
    url.push_str("?token=");
    url.push_str(token.expose());
    url
}
