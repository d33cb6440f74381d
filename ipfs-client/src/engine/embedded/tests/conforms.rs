//! The public suite over the embedded engine.

use std::sync::{Arc, Mutex};

use crate::conformance::{self, MAX_CONTENT_LEN, Subject};
use crate::dag::DagParams;
use crate::engine::Embedded;
use crate::staging::{Limits, StagingArea};

async fn conforms(params: DagParams) {
    let dirs = Mutex::new(Vec::new());
    conformance::run(async || {
        let dir = tempfile::tempdir().unwrap();
        let limits = Limits { max_bytes: 16 * MAX_CONTENT_LEN };
        let staging = StagingArea::open(dir.path().join("staging"), limits, params);
        let engine = Embedded::open(dir.path().join("objects"), params).await.unwrap();
        let staging = staging.await.unwrap();
        dirs.lock().unwrap().push(dir);
        Subject { engine: Arc::new(engine), staging }
    })
    .await;
}

#[tokio::test]
async fn embedded_conforms_with_the_real_parameters() {
    conforms(DagParams::UNIXFS_V1_2025).await;
}

#[tokio::test]
async fn embedded_conforms_with_deep_trees() {
    conforms(DagParams::new(64, 2).unwrap()).await;
}

#[tokio::test]
async fn embedded_conforms_where_the_last_leaf_has_a_shorter_prefix() {
    conforms(DagParams::new(100, 3).unwrap()).await;
}
