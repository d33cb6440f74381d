//! How objects come, stay and go.

use std::path::Path;

use futures::StreamExt;

use crate::conformance::{edge_sizes, pattern};
use crate::engine::{Embedded, Engine, EngineError};
use crate::file::BATCH_LEN;
use crate::pin::{ReplicaStatus, Unpinned};
use crate::testing::{Bench, all_params, name, params, until};

#[tokio::test]
async fn a_content_of_every_edge_size_comes_back() {
    for params in all_params() {
        let bench = Bench::new(params).await;
        for len in edge_sizes(params, 100_000) {
            let content = pattern(len, len);
            let object = bench.store(&format!("object-{len}"), &content).await;
            assert!(bench.read_all(&object).await.unwrap() == content, "{len} bytes, {params:?}");
        }
    }
}

#[tokio::test]
async fn a_range_comes_in_batches_that_are_bounded() {
    let bench = Bench::new(params(1024 * 1024, 1024)).await;
    let content = pattern(1, 2_500_000);
    let object = bench.store("object", &content).await;
    let mut bytes = bench.engine.read(&object, 56..2_400_000).await.unwrap();
    let mut at = 56;
    while let Some(batch) = bytes.next().await {
        let batch = batch.unwrap();
        assert!(batch.len() <= BATCH_LEN);
        assert!(content[at..].starts_with(&batch));
        at += batch.len();
    }
    assert_eq!(at, 2_400_000);
}

#[tokio::test]
async fn a_file_lies_under_the_last_two_characters_of_its_name() {
    let bench = Bench::new(params(16, 2)).await;
    let objects = bench.dir.path().canonicalize().unwrap().join("objects");
    for (pin, file) in [("object-7f", "7f/object-7f.car"), ("ab", "ab/ab.car"), ("x", "x/x.car")] {
        let object = bench.store(pin, &pattern(1, 100)).await;
        assert_eq!(bench.engine.path_of(object.name()), objects.join(file));
        assert!(objects.join(file).is_file());
    }
    assert_eq!(bench.pins().await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_pin_says_where_its_replica_is() {
    let bench = Bench::new(params(16, 2)).await;
    let car = bench.stage("object", &pattern(1, 100)).await;
    let ingest = bench.engine.ingest(car.follow()).await.unwrap();
    let pinned = ingest.commit(car).await.unwrap();
    let [replica] = pinned.replicas() else { panic!("one replica") };
    assert_eq!((replica.engine.as_str(), replica.node.as_str()), ("embedded", "local"));
    assert_eq!(replica.status, ReplicaStatus::Pinned);
}

#[tokio::test]
async fn an_engine_that_is_opened_again_has_its_objects() {
    let bench = Bench::new(params(16, 2)).await;
    let content = pattern(1, 100);
    let object = bench.store("object", &content).await;
    let objects = bench.dir.path().join("objects");
    let bench = Bench { engine: Embedded::open(objects, params(16, 2)).await.unwrap(), ..bench };
    assert_eq!(bench.pins().await.unwrap(), std::slice::from_ref(&object.pin));
    assert!(bench.read_all(&object).await.unwrap() == content);
}

#[tokio::test]
async fn a_commit_that_is_refused_leaves_nothing_behind() {
    let bench = Bench::new(params(16, 2)).await;
    let object = bench.store("object", &pattern(1, 100)).await;
    let other = bench.stage("object", &pattern(2, 100)).await;
    let staged_at = other.path().to_owned();
    let refused = bench.commit(other).await;
    assert!(matches!(refused, Err(EngineError::Conflict { .. })), "{refused:?}");
    until(|| !Path::new(&staged_at).exists()).await;
    assert!(bench.read_all(&object).await.unwrap() == pattern(1, 100));
}

#[tokio::test]
async fn of_two_roots_that_are_committed_at_once_one_is_kept() {
    let bench = Bench::new(params(16, 2)).await;
    let (one, other) = (
        bench.stage("object", &pattern(1, 100)).await,
        bench.stage("object", &pattern(2, 100)).await,
    );
    let (one, other) = tokio::join!(bench.commit(one), bench.commit(other));
    let kept = match (one, other) {
        (Ok(kept), Err(EngineError::Conflict { .. }))
        | (Err(EngineError::Conflict { .. }), Ok(kept)) => kept,
        both => panic!("{both:?}"),
    };
    assert_eq!(bench.pins().await.unwrap(), [kept.pin]);
}

#[tokio::test]
async fn a_read_that_has_begun_outlives_the_pin() {
    let bench = Bench::new(params(1024 * 1024, 1024)).await;
    let content = pattern(1, 2_000_000);
    let object = bench.store("object", &content).await;
    let mut bytes = bench.engine.read(&object, 0..2_000_000).await.unwrap();
    let mut read = bytes.next().await.unwrap().unwrap().to_vec();
    assert_eq!(bench.engine.unpin(&object.pin).await.unwrap().found(), Some(Unpinned::Removed));
    while let Some(batch) = bytes.next().await {
        read.extend_from_slice(&batch.unwrap());
    }
    assert!(read == content);
    let again = bench.read_all(&object).await;
    assert!(matches!(again, Err(EngineError::NotFound { .. })), "{again:?}");
}

#[tokio::test]
async fn a_directory_that_is_gone_is_not_well() {
    let bench = Bench::new(params(16, 2)).await;
    assert!(bench.engine.health().await.unwrap().is_well());
    std::fs::remove_dir(bench.dir.path().join("objects")).unwrap();
    assert!(!bench.engine.health().await.unwrap().is_well());
    assert!(bench.pins().await.is_err());
}

#[tokio::test]
async fn unpinning_in_an_empty_directory_finds_nothing() {
    let bench = Bench::new(params(16, 2)).await;
    let car = bench.stage("object", &pattern(1, 10)).await;
    assert_eq!(car.pin_name(), &name("object"));
    assert_eq!(bench.engine.unpin(&car.pin()).await.unwrap().found(), Some(Unpinned::WasAbsent));
}
