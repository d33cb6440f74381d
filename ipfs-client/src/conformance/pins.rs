//! Cases: what is pinned, and what no longer.

use super::fixture::{batches, name};
use super::{Subject, pattern};
use crate::pin::{Replica, ReplicaStatus, Unpinned};

/// All pins that were committed are listed, with their roots, and no others.
pub async fn are_listed_exactly(subject: &Subject) {
    subject.expect_pins([]).await;
    let mut pins = Vec::new();
    for n in 0..20 {
        pins.push(subject.store(n, &pattern(n, 10 * n)).await.pin);
    }
    subject.expect_pins(&pins).await;
    for pin in &pins {
        let replicas = subject.engine.replicas(pin).await.expect("an engine says where a pin is");
        let pinned = |replica: &Replica| replica.status == ReplicaStatus::Pinned;
        assert!(!replicas.is_empty() && replicas.iter().all(pinned), "{replicas:?}");
    }
}

/// Neither an ingest that is dropped nor an upload that is given up leaves a pin.
pub async fn come_of_no_dropped_ingest(subject: &Subject) {
    let content = pattern(1, 5000);
    let mut writer = subject.staging.begin(name(1)).await.expect("staging begins");
    let given_up = subject.engine.ingest(writer.follow()).await.expect("ingest begins");
    for batch in batches(&content) {
        writer.write(batch).await.expect("staging writes");
    }
    drop(writer);
    drop(given_up);

    let car = subject.stage(name(2), &content, "").await;
    drop(subject.engine.ingest(car.follow()).await.expect("ingest begins"));
    drop(car);
    subject.expect_pins([]).await;
}

/// The first unpin removes, every later one finds nothing, and the name is free again.
pub async fn are_removed_once(subject: &Subject) {
    let content = pattern(1, 1000);
    let object = subject.store(1, &content).await;
    let kept = subject.store(2, &content).await;
    for expected in [Unpinned::Removed, Unpinned::WasAbsent, Unpinned::WasAbsent] {
        let unpinned = subject.engine.unpin(&object.pin).await.expect("unpinning succeeds");
        assert_eq!(unpinned.found(), Some(expected));
        subject.expect_pins([&kept.pin]).await;
    }
    let again = subject.store(1, &content).await;
    subject.expect_pins([&again.pin, &kept.pin]).await;
}

/// Objects of one content are apart: each has its pin, and unpinning one leaves the other whole.
pub async fn of_equal_contents_are_apart(subject: &Subject) {
    let content = pattern(1, 3000);
    let (one, other) = (subject.store(1, &content).await, subject.store(2, &content).await);
    assert_eq!(one.content, other.content, "equal contents have one CID");
    assert_ne!(one.root(), other.root(), "their members differ");
    let _ = subject.engine.unpin(&one.pin).await.expect("unpinning succeeds");
    let read = subject.read(&other, 0..3000).await.expect("the other is read");
    assert!(read == content, "the other is whole");
}
