//! Signs of life.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;

use super::{Problem, Services};

/// 200 as long as the process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// 200 if an upload and a download could be taken now: the store and the engine answer.
pub(super) async fn ready(State(services): State<Arc<Services>>) -> Result<&'static str, Problem> {
    let not_ready = |what: &'static str| {
        let detail = format!("The {what} does not answer.");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", "Not ready", detail)
    };
    services.store.ping().await.map_err(|_| not_ready("store"))?;
    let health = services.uploads.engine.health().await.map_err(|_| not_ready("engine"))?;
    if !health.is_ready() {
        return Err(not_ready("engine"));
    }
    Ok("ready\n")
}
