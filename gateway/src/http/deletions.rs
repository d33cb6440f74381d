//! Files deleted, and the receipts for it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::header::HeaderMap;
use serde::Serialize;

use super::credentials::Bearer;
use super::params::{CidPath, ObjectPath};
use super::{Problem, Services, conditional};
use crate::access::{Delete, Scope};
use crate::clock::rfc3339;
use crate::deletion::Deleted;
use crate::store::ReplicaRow;

/// `DELETE /v1/files/{cid}`
pub(super) async fn delete(
    State(services): State<Arc<Services>>,
    bearer: Bearer,
    CidPath(cid): CidPath,
    headers: HeaderMap,
) -> Result<Json<DeletionJson>, Problem> {
    let grant = services.access.grant::<Delete>(bearer.as_str(), &cid).await?;
    conditional::if_match(&headers, &conditional::etag(&grant.file().root))?;
    // Who names a version means that one, also if it changes before the file is gone.
    let rev = conditional::names_a_version(&headers).then_some(grant.file().rev);
    let deleted = services.deletions.delete(&grant, rev).await?;
    Ok(Json(DeletionJson::from(deleted)))
}

/// `GET /v1/deletions/{id}`
pub(super) async fn show(
    State(services): State<Arc<Services>>,
    bearer: Bearer,
    ObjectPath(id): ObjectPath,
) -> Result<Json<DeletionJson>, Problem> {
    let caller = services.access.caller(bearer.as_str(), Scope::FilesRead).await?;
    Ok(Json(DeletionJson::from(services.deletions.find(&caller, id).await?)))
}

/// A deletion, as every call shows it.
#[derive(Serialize)]
pub(super) struct DeletionJson {
    id: String,
    cid: String,
    reason: &'static str,
    deleted_at: String,
    /// `done` when every node has let go of it.
    status: &'static str,
    nodes: Vec<ReplicaRow>,
    receipt: String,
}

impl From<Deleted> for DeletionJson {
    fn from(deleted: Deleted) -> Self {
        let Deleted { record, receipt } = deleted;
        Self {
            id: record.id.to_string(),
            cid: record.cid.to_string(),
            reason: record.reason.as_str(),
            deleted_at: rfc3339(record.deleted_at),
            status: if record.done_at.is_some() { "done" } else { "pending" },
            nodes: record.nodes,
            receipt,
        }
    }
}
