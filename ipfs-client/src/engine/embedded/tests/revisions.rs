//! Where revisions lie, and what a crash leaves of them.

use std::fs;

use bytes::Bytes;

use crate::car::Layout;
use crate::conformance::pattern;
use crate::engine::{Embedded, Engine, EngineError, ObjectRef};
use crate::pin::{Pin, Unpinned};
use crate::revision::Revision;
use crate::testing::{Bench, params};

fn revision(object: &ObjectRef, text: &'static str) -> (Revision, Pin) {
    let layout = Layout::new(params(16, 2), object.content_len).unwrap();
    let members = [("object.jwt", Bytes::from_static(text.as_bytes()))];
    let revision = Revision::new(object.content, layout.total_len(), &members).unwrap();
    let pin = Pin { name: object.pin.name.clone(), root: revision.root() };
    (revision, pin)
}

#[tokio::test]
async fn the_file_of_the_object_is_not_touched_and_one_small_file_stands_beside_it() {
    let bench = Bench::new(params(16, 2)).await;
    let object = bench.store("object", &pattern(1, 100)).await;
    let path = bench.engine.path_of(object.name());
    let before = fs::read(&path).unwrap();
    let mut current = object.pin.clone();
    for text in ["second", "third"] {
        let (revision, pin) = revision(&object, text);
        let _ = bench.engine.revise(&current, &revision).await.unwrap();
        bench.engine.settle(&current, &pin).await.unwrap();
        current = pin;
    }
    assert_eq!(fs::read(&path).unwrap(), before);
    let files: Vec<_> = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(files.contains(&"object.rev.car".to_owned()), "{files:?}");
    assert_eq!(bench.engine.unpin(&current).await.unwrap().found(), Some(Unpinned::Removed));
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_revision_that_was_being_written_is_removed_when_the_engine_opens() {
    let bench = Bench::new(params(16, 2)).await;
    bench.store("object", &pattern(1, 100)).await;
    let objects = bench.dir.path().join("objects");
    let left = objects.join("bafyroot.7.new-rev");
    let foreign = objects.join("notes.txt");
    fs::write(&left, "half").unwrap();
    fs::write(&foreign, "mine").unwrap();
    Embedded::open(&objects, params(16, 2)).await.unwrap();
    assert!(!left.exists() && foreign.exists());
}

#[tokio::test]
async fn a_removal_that_was_cut_short_is_finished_by_asking_again() {
    let bench = Bench::new(params(16, 2)).await;
    let object = bench.store("object", &pattern(1, 100)).await;
    let (revision, pin) = revision(&object, "second");
    let _ = bench.engine.revise(&object.pin, &revision).await.unwrap();
    bench.engine.settle(&object.pin, &pin).await.unwrap();
    fs::remove_file(bench.engine.path_of(object.name())).unwrap();
    assert_eq!(bench.engine.unpin(&pin).await.unwrap().found(), Some(Unpinned::Removed));
    assert_eq!(bench.engine.unpin(&pin).await.unwrap().found(), Some(Unpinned::WasAbsent));
}

#[tokio::test]
async fn a_damaged_revision_is_damage_and_never_an_older_member() {
    let bench = Bench::new(params(16, 2)).await;
    let object = bench.store("object", &pattern(1, 100)).await;
    let (revision, pin) = revision(&object, "second");
    let _ = bench.engine.revise(&object.pin, &revision).await.unwrap();
    bench.engine.settle(&object.pin, &pin).await.unwrap();
    let path = bench.engine.path_of(object.name()).with_file_name("object.rev.car");
    let whole = fs::read(&path).unwrap();
    let mut noticed = 0;
    for bit in 0..whole.len() * 8 {
        let mut other = whole.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, other).unwrap();
        match bench.engine.member(&pin, "object.jwt").await {
            Ok(member) => assert_eq!(member, "second", "bit {bit}"),
            Err(EngineError::Corrupt { .. } | EngineError::Conflict { .. }) => noticed += 1,
            Err(other) => panic!("bit {bit}: {other:?}"),
        }
    }
    assert!(noticed >= 8 * whole.len() / 2, "{noticed}");
    fs::write(&path, &whole[..10]).unwrap();
    assert!(bench.pins().await.is_err(), "it is listed as damage");
    assert_eq!(bench.engine.unpin(&pin).await.unwrap().found(), Some(Unpinned::Removed));
}

#[tokio::test]
async fn a_revision_is_taken_back_from_a_damaged_object_and_the_object_stays() {
    let bench = Bench::new(params(16, 2)).await;
    let object = bench.store("object", &pattern(1, 100)).await;
    let path = bench.engine.path_of(object.name());
    let (revision, pin) = revision(&object, "second");
    let _ = bench.engine.revise(&object.pin, &revision).await.unwrap();
    let whole = fs::read(&path).unwrap();
    let mut damaged = whole.clone();
    damaged[0] ^= 1;
    fs::write(&path, &damaged).unwrap();
    let settled = bench.engine.settle(&pin, &object.pin).await;
    assert!(matches!(settled, Err(EngineError::Corrupt { .. })), "{settled:?}");
    assert_eq!(fs::read(&path).unwrap(), damaged);
    fs::write(&path, &whole).unwrap();
    assert_eq!(bench.pins().await.unwrap(), [object.pin]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revision_is_found_at_every_moment_while_it_is_settled() {
    let bench = Bench::new(params(16, 2)).await;
    let object = bench.store("object", &pattern(1, 100)).await;
    let mut current = object.pin.clone();
    for round in 0..200 {
        let text = if round % 2 == 0 { "even" } else { "odd" };
        let (revision, pin) = revision(&object, text);
        let _ = bench.engine.revise(&current, &revision).await.unwrap();
        let (engine, from, to) = (bench.engine.clone(), current.clone(), pin.clone());
        let settling = tokio::spawn(async move { engine.settle(&from, &to).await });
        let revised = ObjectRef { pin: pin.clone(), ..object.clone() };
        while !settling.is_finished() {
            assert_eq!(bench.engine.member(&pin, "object.jwt").await.unwrap(), text);
            assert_eq!(bench.read_all(&revised).await.unwrap(), pattern(1, 100));
        }
        settling.await.unwrap().unwrap();
        current = pin;
    }
}
