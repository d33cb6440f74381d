//! Cases: an object that is described anew.

use bytes::{Bytes, BytesMut};
use futures::TryStreamExt;

use super::fixture::{MEMBER, member_of};
use super::{MAX_CONTENT_LEN, Subject, edge_sizes, pattern};
use crate::car::{Layout, Whole};
use crate::engine::{EngineError, ObjectRef};
use crate::pin::{Pin, Unpinned};
use crate::revision::Revision;

impl Subject {
    /// Pins a revision of `object` in which the member says `text`.
    async fn revise(&self, object: &ObjectRef, text: &str) -> Result<ObjectRef, EngineError> {
        let layout = Layout::new(self.staging.params(), object.content_len).expect("a layout");
        let member = Bytes::copy_from_slice(text.as_bytes());
        let revision = Revision::new(object.content, layout.total_len(), &[(MEMBER, member)]);
        let revision = revision.expect("a revision");
        let pinned = self.engine.revise(&object.pin, &revision).await?;
        let pin = Pin { name: object.pin.name.clone(), root: revision.root() };
        assert_eq!(*pinned.pin(), pin, "what was revised is pinned");
        Ok(ObjectRef { pin, ..object.clone() })
    }

    /// Checks the object's content, its member, and its CAR to the last block.
    async fn expect_object(&self, object: &ObjectRef, content: &Bytes, text: &str) {
        let read = self.read(object, 0..object.content_len).await.expect("its content is read");
        assert!(read == *content, "the content is the same");
        let member = self.engine.member(&object.pin, MEMBER).await.expect("its member is read");
        assert_eq!(member, text.as_bytes(), "the member is that of the revision");

        let car = self.engine.car(object).await.expect("its CAR is read");
        let len = car.left();
        let whole = Whole {
            params: self.staging.params(),
            content: object.content,
            content_len: object.content_len,
        };
        let car: BytesMut = car.try_collect().await.expect("its CAR comes");
        let checked = whole.check(&car[..]).await.expect("its CAR is whole");
        assert_eq!((checked.root, checked.len), (object.root(), len));
        assert_eq!(checked.members, [(MEMBER.to_owned(), member)]);
    }
}

/// Every content keeps its bytes through a revision, and its CAR is whole before and after.
pub async fn keep_the_content(subject: &Subject) {
    for size in edge_sizes(subject.staging.params(), MAX_CONTENT_LEN) {
        let content = pattern(size, size);
        let first = subject.store(size, &content).await;
        subject.expect_object(&first, &content, &member_of(size)).await;
        let second = subject.revise(&first, "second").await.expect("it is revised");
        subject.expect_object(&second, &content, "second").await;
        subject.engine.settle(&first.pin, &second.pin).await.expect("it settles");
        subject.expect_object(&second, &content, "second").await;
        let _ = subject.engine.unpin(&second.pin).await.expect("unpinning succeeds");
    }
}

/// Until it is settled a revision stands beside the former root; then it alone is listed, and the
/// next one follows it. Removing the object removes all of it, and the name is free again.
pub async fn follow_each_other(subject: &Subject) {
    let content = pattern(1, 3000);
    let other = subject.store(2, &pattern(2, 100)).await;
    let first = subject.store(1, &content).await;
    let mut current = first.clone();
    for text in ["second", "third", "fourth"] {
        let next = subject.revise(&current, text).await.expect("it is revised");
        let again = subject.revise(&current, text).await.expect("it is revised again");
        assert_eq!(again, next, "the same revision has the same root");
        let mut both = [current.pin.clone(), next.pin.clone(), other.pin.clone()];
        both.sort_by(|a, b| (&a.name, a.root).cmp(&(&b.name, b.root)));
        let mut listed: Vec<Pin> = subject.engine.pins().try_collect().await.expect("a list");
        listed.sort_by(|a, b| (&a.name, a.root).cmp(&(&b.name, b.root)));
        assert_eq!(listed, both, "until it settles both are listed");
        for _ in 0..2 {
            subject.engine.settle(&current.pin, &next.pin).await.expect("it settles");
            subject.expect_pins([&next.pin, &other.pin]).await;
        }
        subject.expect_object(&next, &content, text).await;
        let read = subject.read(&current, 0..3000).await.expect("a former root's content is read");
        assert!(read == content, "the content is the same under a former root");
        current = next;
    }
    match subject.engine.unpin(&first.pin).await {
        Err(EngineError::Conflict { .. }) => {}
        Ok(removal) => assert_eq!(removal.found(), Some(Unpinned::WasAbsent)),
        Err(other) => panic!("a former root: {other:?}"),
    }
    for expected in [Unpinned::Removed, Unpinned::WasAbsent] {
        let unpinned = subject.engine.unpin(&current.pin).await.expect("unpinning succeeds");
        assert_eq!(unpinned.found(), Some(expected));
        subject.expect_pins([&other.pin]).await;
    }
    let again = subject.store(1, &content).await;
    assert_eq!(again, first, "the first revision again");
    subject.expect_object(&again, &content, &member_of(1)).await;
}

/// A revision that is not settled can be taken back, and nothing has changed.
pub async fn can_be_taken_back(subject: &Subject) {
    let content = pattern(1, 3000);
    let first = subject.store(1, &content).await;
    let second = subject.revise(&first, "second").await.expect("it is revised");
    subject.engine.settle(&first.pin, &second.pin).await.expect("it settles");
    for (object, text) in [(&second, "second"), (&second, "second")] {
        let undone = subject.revise(object, "undone").await.expect("it is revised");
        let unpinned = subject.engine.unpin(&undone.pin).await.expect("unpinning succeeds");
        assert_eq!(unpinned.found(), Some(Unpinned::Removed));
        subject.expect_pins([&object.pin]).await;
        subject.expect_object(object, &content, text).await;
    }
}

/// What is not there, or has been revised since, is not revised.
pub async fn of_what_is_not_current_are_refused(subject: &Subject) {
    let first = subject.store(1, &pattern(1, 1000)).await;
    let second = subject.revise(&first, "second").await.expect("it is revised");
    subject.engine.settle(&first.pin, &second.pin).await.expect("it settles");
    let stale = subject.revise(&first, "third").await;
    assert!(is_refused(&stale), "a former root: {stale:?}");

    let car = subject.stage(super::fixture::name(3), &pattern(3, 10), "").await;
    let unknown = car.object();
    drop(car);
    let revised = subject.revise(&unknown, "second").await;
    assert!(matches!(revised, Err(EngineError::NotFound { .. })), "an unknown pin: {revised:?}");
    let settled = subject.engine.settle(&unknown.pin, &unknown.pin).await;
    assert!(matches!(settled, Err(EngineError::NotFound { .. })), "an unknown pin: {settled:?}");
    let settled = subject.engine.settle(&second.pin, &first.pin).await;
    assert!(is_refused(&settled), "a former root: {settled:?}");
    let car = subject.engine.car(&unknown).await;
    assert!(matches!(car, Err(EngineError::NotFound { .. })), "an unknown pin: {car:?}");
    subject.expect_pins([&second.pin]).await;
}

/// As an engine answers that finds pins by their names, or one that finds them by their roots.
fn is_refused<T>(done: &Result<T, EngineError>) -> bool {
    matches!(done, Err(EngineError::Conflict { .. } | EngineError::NotFound { .. }))
}
