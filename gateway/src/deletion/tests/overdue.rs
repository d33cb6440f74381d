//! When a file is deleted because its time is over.

use cidlock_crypto::UnixTime;

use super::super::retention::Looked;
use super::super::{Doubt, Retention};
use super::{Bench, DAY, HOUR, START};
use crate::config::RetentionConfig;

/// A week of grace, as by default.
async fn begin(bench: &Bench) -> Retention {
    Retention::begin(bench.deletions.clone(), &RetentionConfig::default()).await.unwrap()
}

/// A gateway starts at that time and looks.
async fn look_at(bench: &Bench, after_start: u64) -> Looked {
    bench.set_clock(after_start);
    begin(bench).await.look().await.unwrap()
}

fn expired(count: usize) -> Looked {
    Looked { expired: count, ..Looked::default() }
}

#[tokio::test]
async fn a_file_is_deleted_when_the_grace_after_its_time_is_over_and_not_before() {
    let bench = Bench::new().await;
    let over = bench.store(Some(HOUR)).await;
    let later = bench.store(Some(HOUR + 1)).await;
    let kept = bench.store(None).await;
    let due = HOUR + 7 * DAY;
    for at in [0, HOUR, HOUR + 1, 3 * DAY, 6 * DAY, due] {
        assert_eq!(look_at(&bench, at).await, expired(0), "{at}");
        assert!(bench.has(&over).await, "{at}");
    }
    assert_eq!(look_at(&bench, due + 1).await, expired(1));
    assert!(!bench.has(&over).await && bench.has(&later).await);
    assert_eq!(look_at(&bench, due + 1).await, expired(0), "it happens once");
    assert_eq!(look_at(&bench, due + 2).await, expired(1));
    assert!(!bench.has(&later).await && bench.has(&kept).await);

    let deleted = bench.deletions.find(&bench.caller().await, over.id).await.unwrap();
    let receipt = bench.deletions.keyring.keys().open_receipt(&deleted.receipt).unwrap();
    assert_eq!((receipt.id, receipt.reason.as_str()), (over.id, "retention"));
    assert_eq!(receipt.deleted_at, UnixTime(START.0 + due + 1));
    assert_eq!(receipt.nodes[0].status, "collected");
    let logged = bench.deletions.log.ids().unwrap();
    assert!(logged.contains(&over.id) && logged.contains(&later.id) && logged.len() == 2);
}

#[tokio::test]
async fn no_file_is_deleted_while_the_clock_has_jumped_since_the_start() {
    let bench = Bench::new().await;
    let file = bench.store(Some(HOUR)).await;
    let retention = begin(&bench).await;
    assert_eq!(retention.look().await.unwrap(), expired(0));
    for (at, doubt) in [(30 * DAY, Some(Doubt::Jumped)), (0, None), (301, Some(Doubt::Jumped))] {
        bench.set_clock(at);
        let looked = retention.look().await.unwrap();
        assert_eq!(looked, Looked { doubt, ..Looked::default() }, "{at}");
        assert!(bench.has(&file).await, "{at}");
    }
    // What a clock showed that was in doubt was not taken for a time that was.
    assert_eq!(look_at(&bench, 7 * DAY).await, expired(0));
    assert_eq!(look_at(&bench, 7 * DAY + HOUR + 1).await, expired(1));
}

#[tokio::test]
async fn no_file_is_deleted_while_the_clock_is_behind_what_was_seen() {
    let bench = Bench::new().await;
    let file = bench.store(Some(HOUR)).await;
    let seen = UnixTime(START.0 + 20 * DAY);
    bench.deletions.store.see_clock(seen).await.unwrap();
    let behind = Looked { doubt: Some(Doubt::Behind), ..Looked::default() };
    assert_eq!(look_at(&bench, 10 * DAY).await, behind);
    assert!(bench.has(&file).await);
    assert_eq!(look_at(&bench, 20 * DAY).await, expired(1));
}

#[tokio::test]
async fn no_file_is_deleted_at_once_after_an_absence_longer_than_the_grace() {
    let bench = Bench::new().await;
    let file = bench.store(Some(HOUR)).await;
    assert_eq!(look_at(&bench, 0).await, expired(0));
    let far = Looked { doubt: Some(Doubt::FarAhead), ..Looked::default() };
    for _ in 0..2 {
        assert_eq!(look_at(&bench, 100 * DAY).await, far);
    }
    assert!(bench.has(&file).await);
    assert_eq!(look_at(&bench, 7 * DAY).await, expired(0));
    assert_eq!(look_at(&bench, 8 * DAY).await, expired(1));
}

/// What was asked for does not depend on what time it is.
#[tokio::test]
async fn deletions_that_are_pending_go_on_while_the_clock_is_in_doubt() {
    let bench = Bench::new().await;
    let file = bench.store(None).await;
    let path = bench.engine.path_of(&crate::object::pin_name(file.id));
    let aside = path.with_extension("aside");
    std::fs::rename(&path, &aside).unwrap();
    std::fs::create_dir(&path).unwrap();
    let deleted = bench.deletions.delete(&bench.grant(&file).await, None).await.unwrap();
    assert_eq!(deleted.record.done_at, None);
    let retention = begin(&bench).await;
    bench.set_clock(30 * DAY);
    let jumped = Looked { doubt: Some(Doubt::Jumped), ..Looked::default() };
    assert_eq!(retention.look().await.unwrap(), jumped);
    assert_eq!(bench.deletions.resume().await.unwrap(), 0);
    std::fs::remove_dir(&path).unwrap();
    std::fs::rename(&aside, &path).unwrap();
    assert_eq!(bench.deletions.resume().await.unwrap(), 1);
    assert!(!bench.has(&file).await);
}
