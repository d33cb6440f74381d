//! Cases: what an engine refuses, and that refusing changes nothing.

use super::fixture::{MEMBER, member_of, name};
use super::{Subject, pattern};
use crate::engine::EngineError;
use crate::pin::{Pin, Unpinned};

/// Unknown pins and members are not found, and unpinning an unknown pin finds it absent.
pub async fn of_what_is_not_there(subject: &Subject) {
    let known = subject.store(1, &pattern(1, 1000)).await;
    let car = subject.stage(name(2), &pattern(2, 1000), "").await;
    let unknown = car.object();
    drop(car);

    let read = subject.read(&unknown, 0..1000).await;
    assert!(matches!(read, Err(EngineError::NotFound { .. })), "an unknown content: {read:?}");
    let member = subject.engine.member(&unknown.pin, MEMBER).await;
    assert!(matches!(member, Err(EngineError::NotFound { .. })), "of an unknown pin: {member:?}");
    let member = subject.engine.member(&known.pin, "missing").await;
    assert!(matches!(member, Err(EngineError::NotFound { .. })), "an unknown member: {member:?}");
    let replicas = subject.engine.replicas(&unknown.pin).await;
    assert!(
        matches!(replicas, Err(EngineError::NotFound { .. })),
        "of an unknown pin: {replicas:?}"
    );
    let unpinned = subject.engine.unpin(&unknown.pin).await;
    let unpinned = unpinned.expect("unpinning succeeds").found();
    assert_eq!(unpinned, Some(Unpinned::WasAbsent), "an unknown pin");
}

/// A range that ends behind the content, or in front of its start, is the caller's mistake.
pub async fn of_ranges_that_are_none(subject: &Subject) {
    let object = subject.store(1, &pattern(1, 1000)).await;
    let backwards = std::ops::Range { start: 10, end: 9 };
    for range in [0..1001, 1000..1001, 2000..2000, 0..u64::MAX, backwards] {
        let read = subject.read(&object, range.clone()).await;
        assert!(matches!(read, Err(EngineError::BadRange { .. })), "{range:?}: {read:?}");
    }
}

/// What a name stands for stays whole when another root is given that name: the other is refused,
/// or kept beside it.
pub async fn of_another_root_under_a_name(subject: &Subject) {
    let content = pattern(1, 1000);
    let object = subject.store(1, &content).await;
    let other = subject.stage(name(1), &pattern(2, 1000), &member_of(1)).await;
    let beside = other.pin();
    match subject.commit(other).await {
        Err(EngineError::Conflict { name, held }) => {
            assert_eq!((name, held), (object.pin.name.clone(), object.root()));
            subject.expect_pins([&object.pin]).await;
        }
        Ok(()) => {
            let mut both = [&object.pin, &beside];
            both.sort_by_key(|pin| pin.root);
            subject.expect_pins(both).await;
        }
        Err(other) => panic!("another root under a name: {other:?}"),
    }
    let read = subject.read(&object, 0..1000).await.expect("it is still read");
    assert!(read == content, "it is still the same");
}

/// A pin is not removed by its name with another root.
pub async fn of_removing_another_root(subject: &Subject) {
    let (one, other) =
        (subject.store(1, &pattern(1, 1000)).await, subject.store(2, &pattern(2, 1000)).await);
    let mixed = Pin { name: one.pin.name.clone(), root: other.root() };
    match subject.engine.unpin(&mixed).await {
        Err(EngineError::Conflict { .. }) => {}
        Ok(removal) => assert_eq!(removal.found(), Some(Unpinned::WasAbsent)),
        Err(other) => panic!("another root: {other:?}"),
    }
    subject.expect_pins([&one.pin, &other.pin]).await;
}
