//! What staging may take, and that it gives it back.

use futures::FutureExt;

use super::{one_disk_thread, stop_the_disk};
use crate::conformance::pattern;
use crate::dag::DagParams;
use crate::file::BATCH_LEN;
use crate::staging::{Limits, Shortage, StagingArea, StagingError};
use crate::testing::{Bench, name, params, until};

async fn area_of(dir: &tempfile::TempDir, max_bytes: u64) -> StagingArea {
    StagingArea::open(dir.path(), Limits { max_bytes }, params(100, 2)).await.unwrap()
}

fn is_limit(error: &StagingError, max_bytes: u64) -> bool {
    matches!(error, StagingError::Full(Shortage::Area { max_bytes: m }) if *m == max_bytes)
}

#[tokio::test]
async fn an_object_holds_exactly_its_file() {
    let bench = Bench::new(params(100, 2)).await;
    let car = bench.stage("object", &pattern(1, 1234)).await;
    assert_eq!(bench.staging.in_use(), car.file_len());
    assert_eq!(std::fs::metadata(car.path()).unwrap().len(), car.file_len());
}

#[tokio::test]
async fn an_object_fits_into_exactly_its_length_and_not_into_less() {
    let stage = async |max_bytes| -> Result<u64, StagingError> {
        let dir = tempfile::tempdir().unwrap();
        let area = area_of(&dir, max_bytes).await;
        let mut writer = area.begin(name("object")).await?;
        writer.write(pattern(1, 1234)).await?;
        Ok(writer.finish().await?.complete(&[("m", pattern(2, 10))]).await?.file_len())
    };
    let len = stage(u64::MAX).await.unwrap();
    assert_eq!(stage(len).await.unwrap(), len);
    for max_bytes in 0..len {
        let refused = stage(max_bytes).await.unwrap_err();
        assert!(is_limit(&refused, max_bytes), "{max_bytes}: {refused:?}");
    }
}

#[tokio::test]
async fn two_writers_share_the_limit_and_one_gets_what_the_other_gives_back() {
    let dir = tempfile::tempdir().unwrap();
    let area = area_of(&dir, 3500).await;
    // Either alone takes about 2500 bytes, framing and parents included.
    let mut one = area.begin(name("one")).await.unwrap();
    one.write(pattern(1, 1000)).await.unwrap();
    let mut other = area.clone().begin(name("other")).await.unwrap();
    let refused = other.write(pattern(2, 1000)).await.unwrap_err();
    assert!(is_limit(&refused, 3500), "{refused:?}");
    drop(other);
    drop(one);
    until(|| area.in_use() == 0).await;
    let mut third = area.begin(name("third")).await.unwrap();
    third.write(pattern(3, 1000)).await.unwrap();
}

#[tokio::test]
async fn a_writer_that_was_refused_takes_nothing_more() {
    let dir = tempfile::tempdir().unwrap();
    let area = area_of(&dir, 1000).await;
    let mut writer = area.begin(name("object")).await.unwrap();
    assert!(is_limit(&writer.write(pattern(1, 2000)).await.unwrap_err(), 1000));
    assert!(matches!(writer.write(pattern(1, 1)).await, Err(StagingError::Broken)));
    assert!(matches!(writer.finish().await, Err(StagingError::Broken)));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_without_space_is_full() {
    let bench = Bench::new(params(100, 2)).await;
    // Every write to this device answers ENOSPC, positioned ones too.
    let file = std::fs::File::options().read(true).write(true).open("/dev/full").unwrap();
    let path = bench.dir.path().join("nothing");
    let mut writer = bench.staging.begin_in(file, path, name("object")).unwrap();
    writer.write(pattern(1, 1000)).await.unwrap();
    let refused = writer.finish().await.err().unwrap();
    assert!(matches!(refused, StagingError::Full(Shortage::Disk)), "{refused:?}");
}

#[test]
fn a_writer_waits_for_a_disk_that_is_more_than_a_batch_behind() {
    one_disk_thread().block_on(async {
        let bench = Bench::new(DagParams::default()).await;
        let mut writer = bench.staging.begin(name("object")).await.unwrap();
        let batch = pattern(1, BATCH_LEN as u64);
        let disk = stop_the_disk();
        writer.write(batch.clone()).now_or_never().expect("one batch is taken").unwrap();
        assert!(writer.write(batch.clone()).now_or_never().is_none(), "the second one waits");
        drop(disk);
        // How much of it was taken before it was dropped is unknown.
        assert!(matches!(writer.write(batch).await, Err(StagingError::Broken)));
    });
}
