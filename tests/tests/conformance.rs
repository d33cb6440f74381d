//! Every engine passes the suite of its trait.

use cidlock_ipfs_client::conformance;
use cidlock_ipfs_client::dag::DagParams;
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
