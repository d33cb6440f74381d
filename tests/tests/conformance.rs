//! Every engine passes the suite of its trait.

use std::time::Duration;

use cidlock_ipfs_client::conformance::{self, Subject};
use cidlock_ipfs_client::dag::DagParams;
use cidlock_ipfs_client::engine::Kubo;
use cidlock_ipfs_client::engine::kubo::Settings;
use cidlock_ipfs_client::staging::{Limits, StagingArea};
use cidlock_tests::kubo::Swarm;
use cidlock_tests::shelf::Shelf;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_engine_passes_with_deep_trees_of_small_leaves() {
    embedded(DagParams::new(100, 3).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_engine_passes_with_the_profile_of_real_objects() {
    embedded(DagParams::UNIXFS_V1_2025).await;
}

async fn embedded(params: DagParams) {
    let directories = std::cell::RefCell::new(Vec::new());
    conformance::run(async || {
        let (subject, directory) = Shelf::new(params).await.into_subject();
        directories.borrow_mut().push(directory);
        subject
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kubo_passes_with_one_node() {
    kubo(1, DagParams::new(100, 3).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kubo_passes_with_three_nodes() {
    kubo(3, DagParams::UNIXFS_V1_2025).await;
}

/// Each case gets the same nodes, emptied of pins.
async fn kubo(n: usize, params: DagParams) {
    let nodes = Swarm::of_strangers(n).await;
    let directories = std::cell::RefCell::new(Vec::new());
    conformance::run(async || {
        for node in nodes.iter() {
            let pins = node.repo().run(["pin", "ls", "--type=recursive", "--quiet"]);
            for pin in pins.lines() {
                node.repo().run(["pin", "rm", pin]);
            }
            node.repo().run(["repo", "gc", "--quiet"]);
        }
        let settings = Settings {
            params,
            replicas: n,
            min_replicas: n,
            rpc_limit: Duration::from_secs(10),
            read_limit: Duration::from_secs(5),
        };
        let engine = Kubo::over(nodes.addresses(), settings).expect("an engine");
        let directory = tempfile::tempdir().expect("a temporary directory");
        let limits = Limits { max_bytes: 1 << 30 };
        let staging = StagingArea::open(directory.path(), limits, params).await;
        directories.borrow_mut().push(directory);
        Subject { engine: std::sync::Arc::new(engine), staging: staging.expect("an area opens") }
    })
    .await;
}
