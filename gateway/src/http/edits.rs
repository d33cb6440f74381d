//! A file's description, changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json as Answer;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{ETAG, HeaderMap};
use serde::{Deserialize, Deserializer};

use super::credentials::Bearer;
use super::files::FileJson;
use super::json::Json;
use super::params::CidPath;
use super::{Problem, Services, conditional};
use crate::access::Edit;
use crate::clock::from_rfc3339;
use crate::edit::Change;
use crate::upload::{FileName, MediaType};

/// A JSON merge patch (RFC 7396) of what can be changed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PatchFile {
    #[serde(default, deserialize_with = "present")]
    name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    r#type: Option<String>,
    #[serde(default, deserialize_with = "present")]
    expires_at: Option<Option<String>>,
    #[serde(default)]
    meta: BTreeMap<String, Option<String>>,
}

/// Tells what is not there from what is `null`.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// `PATCH /v1/files/{cid}`
pub(super) async fn patch(
    State(services): State<Arc<Services>>,
    bearer: Bearer,
    CidPath(cid): CidPath,
    headers: HeaderMap,
    Json(asked): Json<PatchFile>,
) -> Result<Response, Problem> {
    let grant = services.access.grant::<Edit>(bearer.as_str(), &cid).await?;
    conditional::if_match(&headers, &conditional::etag(&grant.file().root))?;
    let change = asked.into_change(&services)?;
    let file = services.edits.apply(&grant, &change).await?;
    let etag = conditional::etag(&file.root);
    let info = services.files.open(file)?;
    Ok(([(ETAG, etag)], Answer(FileJson::from(&info))).into_response())
}

impl PatchFile {
    fn into_change(self, services: &Services) -> Result<Change, Problem> {
        let settings = &services.settings;
        let name = self.name.as_deref().map(|name| FileName::parse(name, settings.max_name_bytes));
        let media_type = self.r#type.as_deref().map(MediaType::parse).transpose()?;
        let time = |text: String| {
            from_rfc3339(&text).ok_or_else(|| {
                let detail = "`expires_at` must be a time as RFC 3339 has it, or null.";
                Problem::bad_request("bad_retention", "Retention not understood", detail)
            })
        };
        let expires_at = self.expires_at.map(|end| end.map(time).transpose()).transpose()?;
        let max_retention_s = settings.max_retention_s;
        let meta = self.meta;
        Ok(Change { name: name.transpose()?, media_type, expires_at, max_retention_s, meta })
    }
}
