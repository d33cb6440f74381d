//! How uploads end that nobody keeps.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::conformance::pattern;
use crate::dag::DagParams;
use crate::engine::Engine;
use crate::staging::{FollowError, Follower, Limits, StagingArea};
use crate::testing::{Bench, name, params, until};

/// How long anything may take that is to come about.
const PATIENCE: Duration = Duration::from_secs(30);

fn files_in(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The file and its bytes go, and a follower is told.
async fn is_given_up(bench: &Bench, mut follower: Follower, upload: impl Sized) {
    let staging = bench.dir.path().join("staging");
    assert_eq!(files_in(&staging).len(), 1);
    drop(upload);
    let told = loop {
        match follower.next().await {
            Some(Ok(_)) => {}
            other => break other,
        }
    };
    assert!(matches!(told, Some(Err(FollowError::Aborted))), "{told:?}");
    assert!(follower.next().await.is_none(), "nothing comes after an error");
    follower.restart();
    assert!(matches!(follower.next().await, Some(Err(FollowError::Aborted))));
    until(|| bench.staging.in_use() == 0).await;
    assert_eq!(files_in(&staging), [] as [PathBuf; 0]);
}

#[tokio::test]
async fn a_writer_that_is_dropped_leaves_nothing() {
    let bench = Bench::new(params(1000, 2)).await;
    let mut writer = bench.staging.begin(name("object")).await.unwrap();
    writer.write(pattern(1, 300_000)).await.unwrap();
    is_given_up(&bench, writer.follow(), writer).await;
}

#[tokio::test]
async fn a_content_that_is_dropped_leaves_nothing() {
    let bench = Bench::new(params(1000, 2)).await;
    let mut writer = bench.staging.begin(name("object")).await.unwrap();
    writer.write(pattern(1, 300_000)).await.unwrap();
    let content = writer.finish().await.unwrap();
    is_given_up(&bench, content.follow(), content).await;
}

#[tokio::test]
async fn a_car_that_is_dropped_leaves_nothing() {
    let bench = Bench::new(params(1000, 2)).await;
    let car = bench.stage("object", &pattern(1, 300_000)).await;
    is_given_up(&bench, car.follow(), car).await;
}

#[tokio::test]
async fn a_follower_that_waits_is_told_when_the_upload_is_given_up() {
    let bench = Bench::new(params(1000, 2)).await;
    let writer = bench.staging.begin(name("object")).await.unwrap();
    let mut follower = writer.follow();
    let waiting = tokio::spawn(async move { follower.next().await });
    tokio::task::yield_now().await;
    drop(writer);
    assert!(matches!(waiting.await.unwrap(), Some(Err(FollowError::Aborted))));
}

#[tokio::test]
async fn a_follower_holds_no_space_of_an_upload_that_was_given_up() {
    let bench = Bench::new(params(1000, 2)).await;
    let car = bench.stage("object", &pattern(1, 300_000)).await;
    let still_open = std::fs::File::open(car.path()).unwrap();
    let _follower = car.follow();
    drop(car);
    until(|| bench.staging.in_use() == 0).await;
    assert_eq!(still_open.metadata().unwrap().len(), 0);
}

#[test]
fn a_writer_that_outlives_its_runtime_leaves_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (bench, car) = runtime.block_on(async {
        let bench = Bench::new(params(1000, 2)).await;
        let car = bench.stage("object", &pattern(1, 3000)).await;
        (bench, car)
    });
    drop(runtime);
    let path = car.path().to_owned();
    drop(car);
    assert!(!path.exists());
    assert_eq!(bench.staging.in_use(), 0);
}

#[tokio::test]
async fn a_file_that_an_engine_keeps_is_no_longer_staged() {
    let bench = Bench::new(DagParams::default()).await;
    let car = bench.stage("object", &pattern(1, 1000)).await;
    let (len, kept_at) = (car.file_len(), bench.engine.path_of(car.pin_name()));
    let ingest = bench.engine.ingest(car.follow()).await.unwrap();
    let _pinned = ingest.commit(car).await.unwrap();
    assert_eq!(bench.staging.in_use(), 0);
    assert_eq!(files_in(&bench.dir.path().join("staging")), [] as [PathBuf; 0]);
    assert_eq!(std::fs::metadata(kept_at).unwrap().len(), len);
}

#[tokio::test]
async fn uploads_of_one_name_do_not_meet() {
    let bench = Bench::new(params(1000, 2)).await;
    let one = bench.stage("object", &pattern(1, 1000)).await;
    let other = bench.stage("object", &pattern(2, 1000)).await;
    assert_ne!(one.path(), other.path());
    drop(one);
    until(|| bench.staging.in_use() == other.file_len()).await;
    assert!(other.path().exists());
}

#[tokio::test]
async fn what_an_earlier_process_left_is_removed_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let left = dir.path().join("object.7.staging");
    let foreign = [dir.path().join("directory.staging"), dir.path().join("notes.txt")];
    std::fs::write(&left, "half an upload").unwrap();
    std::fs::create_dir(&foreign[0]).unwrap();
    std::fs::write(&foreign[1], "not ours").unwrap();
    let limits = Limits { max_bytes: 1000 };
    let area = StagingArea::open(dir.path(), limits, params(16, 2)).await.unwrap();
    assert_eq!(files_in(dir.path()), foreign);
    assert_eq!(area.in_use(), 0);
}

#[tokio::test]
async fn who_syncs_behind_ends_with_the_file() {
    let bench = Bench::new(params(1000, 2)).await;
    let mut given_up = bench.staging.begin(name("given-up")).await.unwrap();
    let mut kept = bench.staging.begin(name("kept")).await.unwrap();
    // More often than anything is written, and never.
    let behind = [1, u64::MAX / 2].map(|every| {
        [given_up.follow(), kept.follow()]
            .map(|follower| tokio::spawn(follower.write_behind(every)))
    });
    given_up.write(pattern(1, 300_000)).await.unwrap();
    kept.write(pattern(1, 300_000)).await.unwrap();
    drop(given_up);
    let _kept = kept.finish().await.unwrap().complete(&[]).await.unwrap();
    for running in behind.into_iter().flatten() {
        let ended = tokio::time::timeout(PATIENCE, running).await.expect("it ends");
        ended.unwrap().unwrap();
    }
}
