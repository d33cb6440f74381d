//! Cases: what is stored comes back.

use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::fixture::{MEMBER, batches, member_of, name};
use super::{MAX_CONTENT_LEN, Subject, edge_sizes, pattern};

/// A content of every size around the edges of leaves and nodes comes back whole.
pub async fn of_every_edge_size_come_back(subject: &Subject) {
    for size in edge_sizes(subject.staging.params(), MAX_CONTENT_LEN) {
        let content = pattern(size, size);
        let object = subject.store(size, &content).await;
        let read = subject.read(&object, 0..size).await.expect("a stored content is read");
        assert!(read == content, "a content of {size} bytes comes back");
    }
}

/// Every range between two edges comes back, empty ones too.
pub async fn come_back_in_every_range(subject: &Subject) {
    let params = subject.staging.params();
    let sizes = edge_sizes(params, MAX_CONTENT_LEN.min(20 * params.leaf_len() as u64));
    let len = sizes.last().copied().unwrap_or_default();
    let content = pattern(1, len);
    let object = subject.store(1, &content).await;
    for start in &sizes {
        for end in sizes.iter().filter(|end| *end >= start) {
            let read = subject.read(&object, *start..*end).await.expect("a range is read");
            let wanted = content.slice(*start as usize..*end as usize);
            assert!(read == wanted, "bytes {start}..{end} of {len} come back");
        }
    }
}

/// Every member comes back under its name, whatever the length of the content.
pub async fn with_members_give_each_member_back(subject: &Subject) {
    let members = [("z", pattern(1, 1)), (MEMBER, pattern(2, 1000)), ("a", pattern(3, 100_000))];
    for size in edge_sizes(subject.staging.params(), 10_000) {
        let mut writer = subject.staging.begin(name(size)).await.expect("staging begins");
        writer.write(pattern(size, size)).await.expect("staging writes");
        let content = writer.finish().await.expect("staging finishes");
        let car = content.complete(&members).await.expect("staging completes");
        let pin = car.pin();
        subject.commit(car).await.expect("the engine commits");
        for (name, data) in &members {
            let read = subject.engine.member(&pin, name).await.expect("a member is read");
            assert!(read == *data, "member {name} beside {size} bytes comes back");
        }
    }
}

/// The same object committed again is success, and is still there.
pub async fn committed_again_change_nothing(subject: &Subject) {
    let content = pattern(1, 1000);
    let object = subject.store(1, &content).await;
    assert_eq!(subject.store(1, &content).await, object, "the same bytes are the same object");
    subject.expect_pins([&object.pin]).await;
    let read = subject.read(&object, 0..1000).await.expect("it is still read");
    assert!(read == content, "it is still the same");
}

/// An engine may be fed from the first byte on, or only when all is there.
pub async fn are_taken_before_and_after_they_are_written(subject: &Subject) {
    let content = pattern(1, MAX_CONTENT_LEN.min(40 * subject.staging.params().leaf_len() as u64));
    let mut writer = subject.staging.begin(name(1)).await.expect("staging begins");
    let early = subject.engine.ingest(writer.follow()).await.expect("ingest begins early");
    for batch in batches(&content) {
        writer.write(batch).await.expect("staging writes");
    }
    let staged = writer.finish().await.expect("staging finishes");
    let car = staged.complete(&[]).await.expect("staging completes");
    let object = car.object();
    let pinned = early.commit(car).await.expect("the engine commits");
    assert_eq!(*pinned.pin(), object.pin, "what was committed is pinned");
    let late = subject.store(2, &content).await;
    for object in [object, late] {
        let read = subject.read(&object, 0..object.content_len).await.expect("it is read");
        assert!(read == content, "the content comes back");
    }
}

/// Many objects are stored and read at the same time without meeting each other.
pub async fn of_many_objects_are_kept_at_once(subject: &Subject) {
    let all: FuturesUnordered<_> = (0..16)
        .map(|n| async move {
            let content = pattern(n, 3000 + n);
            let object = subject.store(n, &content).await;
            let read = subject.read(&object, 0..object.content_len).await.expect("it is read");
            assert!(read == content, "object {n} comes back");
            let member = subject.engine.member(&object.pin, MEMBER).await.expect("it has a member");
            assert_eq!(member, member_of(n), "object {n} has its own member");
        })
        .collect();
    assert_eq!(all.count().await, 16);
}
