//! What followers see.

use bytes::{Bytes, BytesMut};
use futures::FutureExt;

use super::{one_disk_thread, stop_the_disk};
use crate::car::{CarReader, HEADER_LEN, header};
use crate::conformance::pattern;
use crate::dag::DagParams;
use crate::engine::{Engine, Ingest};
use crate::file::{BATCH_LEN, NOTHING_IS_CACHED};
use crate::staging::{FollowError, Follower, StagedCar, StagingWriter};
use crate::testing::{Bench, all_params, name, params};

/// Reads a follower to its end.
async fn all_of(mut follower: Follower) -> Result<Bytes, FollowError> {
    let mut all = BytesMut::new();
    while let Some(batch) = follower.next().await {
        let batch = batch?;
        assert!(!batch.is_empty() && batch.len() <= BATCH_LEN);
        all.extend_from_slice(&batch);
        assert_eq!(follower.position(), (HEADER_LEN + all.len()) as u64);
    }
    assert!(follower.next().await.is_none(), "the end is the end");
    Ok(all.freeze())
}

/// The bytes of a staged file behind its header.
fn sections(car: &StagedCar) -> Bytes {
    Bytes::from(std::fs::read(car.path()).unwrap()).slice(HEADER_LEN..)
}

async fn write_and_complete(mut writer: StagingWriter, content: Bytes) -> StagedCar {
    for piece in content.chunks(3001) {
        writer.write(Bytes::copy_from_slice(piece)).await.unwrap();
        tokio::task::yield_now().await;
    }
    let members = [("object.jwt", Bytes::from_static(b"token"))];
    writer.finish().await.unwrap().complete(&members).await.unwrap()
}

#[tokio::test]
async fn several_followers_see_the_final_sections_while_they_are_written() {
    for params in all_params() {
        let bench = Bench::new(params).await;
        let len = (300 * params.leaf_len() as u64).min(600_000) + 1;
        let writer = bench.staging.begin(name("object")).await.unwrap();
        let followers = (0..3).map(|_| tokio::spawn(all_of(writer.follow()))).collect::<Vec<_>>();
        let car = write_and_complete(writer, pattern(1, len)).await;
        for follower in followers {
            assert!(follower.await.unwrap().unwrap() == sections(&car), "{params:?}");
        }
    }
}

#[tokio::test]
async fn late_followers_see_the_same() {
    let bench = Bench::new(DagParams::default()).await;
    let content = pattern(1, 1_500_000);
    let mut writer = bench.staging.begin(name("object")).await.unwrap();
    writer.write(content.clone()).await.unwrap();
    let during = writer.follow();
    let staged = writer.finish().await.unwrap();
    let at_the_content = staged.follow();
    let car = staged.complete(&[]).await.unwrap();
    for follower in [during, at_the_content, car.follow()] {
        assert!(all_of(follower).await.unwrap() == sections(&car));
    }
}

#[tokio::test]
async fn what_a_follower_sees_is_a_car_behind_any_header() {
    let bench = Bench::new(params(100, 3)).await;
    let car = bench.stage("object", &pattern(1, 5000)).await;
    let seen = all_of(car.follow()).await.unwrap();
    let whole = [&header(&car.root())[..], &seen].concat();
    let mut reader = CarReader::open(&whole[..]).await.unwrap();
    let mut blocks = 0;
    while reader.next_block().await.unwrap().is_some() {
        blocks += 1;
    }
    assert_eq!(blocks, car.block_count());
}

#[tokio::test]
async fn a_follower_waits_for_whole_sections() {
    let params = params(50_000, 2);
    let bench = Bench::new(params).await;
    let mut writer = bench.staging.begin(name("object")).await.unwrap();
    let mut follower = writer.follow();
    assert!(follower.next().now_or_never().is_none(), "nothing is written");
    // Two leaves, their parent, and a part of the third leaf, in batches that reach the disk.
    writer.write(pattern(1, 100_000)).await.unwrap();
    writer.write(pattern(2, 49_999)).await.unwrap();
    writer.write(Bytes::new()).await.unwrap();
    let mut seen = BytesMut::from(&header(&crate::dag::cid_of(params, &Bytes::new()))[..]);
    seen.extend_from_slice(&follower.next().await.unwrap().unwrap());
    let mut reader = CarReader::open(&seen[..]).await.unwrap();
    let mut blocks = 0;
    while reader.next_block().await.unwrap().is_some() {
        blocks += 1;
    }
    assert_eq!(blocks, 3);
    assert!(follower.next().now_or_never().is_none(), "the third leaf is not whole");
    drop(writer);
}

#[tokio::test]
async fn a_follower_begins_again_wherever_it_is() {
    let bench = Bench::new(DagParams::default()).await;
    let car = bench.stage("object", &pattern(1, 1_500_000)).await;
    let mut follower = car.follow();
    for batches in [0, 1, 2, 100] {
        for _ in 0..batches {
            let _ = follower.next().await;
        }
        follower.restart();
        assert_eq!(follower.position(), HEADER_LEN as u64);
        assert!(all_of(follower.clone()).await.unwrap() == sections(&car));
    }
}

#[test]
fn a_read_that_is_given_up_loses_nothing() {
    one_disk_thread().block_on(async {
        let bench = Bench::new(params(100, 3)).await;
        let car = bench.stage("object", &pattern(1, 5000)).await;
        let mut follower = car.follow();
        NOTHING_IS_CACHED.set(true);
        let disk = stop_the_disk();
        assert!(follower.next().now_or_never().is_none(), "the disk is not ready");
        drop(disk);
        assert!(all_of(follower).await.unwrap() == sections(&car));
    });
}

#[test]
fn a_slow_follower_does_not_hold_the_writer_up() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let bench = Bench::new(params(1000, 3)).await;
        let writer = bench.staging.begin(name("object")).await.unwrap();
        let mut slow = writer.follow();
        let car = write_and_complete(writer, pattern(1, 600_000)).await;
        let mut seen = BytesMut::new();
        while let Some(batch) = slow.next().await {
            seen.extend_from_slice(&batch.unwrap());
        }
        assert!(seen == sections(&car));
    });
}

#[tokio::test]
async fn a_follower_goes_on_when_an_engine_keeps_the_file() {
    let bench = Bench::new(DagParams::default()).await;
    let car = bench.stage("object", &pattern(1, 1_500_000)).await;
    let expected = sections(&car);
    let mut follower = car.follow();
    let first = follower.next().await.unwrap().unwrap();
    let ingest: Box<dyn Ingest> = bench.engine.ingest(car.follow()).await.unwrap();
    let _pinned = ingest.commit(car).await.unwrap();
    let mut seen = BytesMut::from(&first[..]);
    while let Some(batch) = follower.next().await {
        seen.extend_from_slice(&batch.unwrap());
    }
    assert!(seen == expected);
}
