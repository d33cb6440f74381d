//! Everything read back, for the realm's admins.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;

use super::credentials::Bearer;
use super::{Problem, Services};
use crate::access::Scope;
use crate::clock::rfc3339;
use crate::store::{FileRow, ReplicaRow};
use crate::upkeep::ScrubState;

/// `POST /v1/admin/scrub`: begins a pass, unless one that was asked for is under way.
pub(super) async fn begin(
    State(services): State<Arc<Services>>,
    bearer: Bearer,
) -> Result<Response, Problem> {
    services.access.caller(bearer.as_str(), Scope::Admin).await?;
    let state = services.scrub.ask().await?;
    Ok((StatusCode::ACCEPTED, Json(ScrubJson::from(state))).into_response())
}

/// `GET /v1/admin/scrub`: the newest pass.
pub(super) async fn show(
    State(services): State<Arc<Services>>,
    bearer: Bearer,
) -> Result<Json<ScrubJson>, Problem> {
    services.access.caller(bearer.as_str(), Scope::Admin).await?;
    let state = services.scrub.state().await?;
    let none = || {
        let detail = "Nothing was read back yet: `POST` begins a pass.";
        Problem::new(StatusCode::NOT_FOUND, "no_scrub", "No pass yet", detail)
    };
    Ok(Json(ScrubJson::from(state.ok_or_else(none)?)))
}

/// A pass.
#[derive(Serialize)]
pub(super) struct ScrubJson {
    begun_at: String,
    ended_at: Option<String>,
    /// Files there are.
    files: u64,
    /// Of these, files that were read back.
    read: u64,
    healed: u64,
    damaged: u64,
    absent: u64,
    unknown: u64,
    /// Files that are not whole everywhere.
    wanting: Vec<WantingJson>,
}

/// A file that some node does not have as it should.
#[derive(Serialize)]
struct WantingJson {
    id: String,
    cid: String,
    replicas: Vec<ReplicaRow>,
}

impl From<ScrubState> for ScrubJson {
    fn from(state: ScrubState) -> Self {
        let found = state.found;
        Self {
            begun_at: rfc3339(state.begun_at),
            ended_at: state.ended_at.map(rfc3339),
            files: state.files,
            read: found.files,
            healed: found.healed,
            damaged: found.damaged,
            absent: found.absent,
            unknown: found.unknown,
            wanting: state.wanting.into_iter().map(WantingJson::from).collect(),
        }
    }
}

impl From<FileRow> for WantingJson {
    fn from(file: FileRow) -> Self {
        Self { id: file.id.to_string(), cid: file.cid.to_string(), replicas: file.replicas }
    }
}
