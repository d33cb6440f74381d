//! Files that are no longer what was committed: an error, never a clean short end, never a wrong
//! member.

use std::fs::{self, File};

use futures::StreamExt;

use crate::car::{HEADER_LEN, Layout};
use crate::conformance::pattern;
use crate::engine::embedded::object_file::ObjectFile;
use crate::engine::{Engine, EngineError};
use crate::pin::Unpinned;
use crate::testing::{Bench, params};

fn is_damage<T>(result: &Result<T, EngineError>) -> bool {
    matches!(result, Err(EngineError::Corrupt { .. }))
}

#[tokio::test]
async fn a_file_cut_anywhere_reads_as_an_error() {
    let params = params(16, 2);
    let bench = Bench::new(params).await;
    let content = pattern(1, 75);
    let object = bench.store("object", &content).await;
    let path = bench.engine.path_of(object.name());
    let whole = fs::read(&path).unwrap();
    let layout = Layout::new(params, 75).unwrap();
    let last_byte = layout.bytes_of_leaf(layout.leaves() - 1).end;
    for len in 0..whole.len() {
        fs::write(&path, &whole[..len]).unwrap();
        let read = bench.read_all(&object).await;
        if len as u64 >= last_byte {
            assert!(read.is_ok_and(|read| read == content), "cut behind the content at {len}");
        } else {
            assert!(is_damage(&read), "cut at {len}: {read:?}");
        }
        let member = bench.engine.member(&object.pin, "object.jwt").await;
        assert!(is_damage(&member), "cut at {len}: {member:?}");
    }
}

#[tokio::test]
async fn a_file_cut_during_a_read_ends_it_in_an_error() {
    let bench = Bench::new(params(1024 * 1024, 1024)).await;
    let len = 4_000_000;
    let object = bench.store("object", &pattern(1, len)).await;
    let mut bytes = bench.engine.read(&object, 0..len).await.unwrap();
    let mut came = bytes.next().await.unwrap().unwrap().len();
    File::options()
        .write(true)
        .open(bench.engine.path_of(object.name()))
        .unwrap()
        .set_len(60)
        .unwrap();
    let mut last = None;
    while let Some(batch) = bytes.next().await {
        came += batch.as_ref().map_or(0, bytes::Bytes::len);
        last = Some(batch);
    }
    assert!(last.is_some_and(|last| is_damage(&last)));
    assert!((came as u64) < len);
}

#[tokio::test]
async fn a_header_with_any_other_bit_reads_as_an_error() {
    let bench = Bench::new(params(16, 2)).await;
    let object = bench.store("object", &pattern(1, 40)).await;
    let path = bench.engine.path_of(object.name());
    let whole = fs::read(&path).unwrap();
    for bit in 0..HEADER_LEN * 8 {
        let mut other = whole.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, other).unwrap();
        let read = bench.read_all(&object).await;
        let refused = is_damage(&read) || matches!(read, Err(EngineError::Conflict { .. }));
        assert!(refused, "bit {bit}: {read:?}");
    }
}

#[tokio::test]
async fn no_changed_bit_gives_a_wrong_member() {
    let bench = Bench::new(params(16, 2)).await;
    let object = bench.store("object", &pattern(1, 40)).await;
    let path = bench.engine.path_of(object.name());
    let whole = fs::read(&path).unwrap();
    let mut refused = 0;
    for bit in HEADER_LEN * 8..whole.len() * 8 {
        let mut other = whole.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, other).unwrap();
        match bench.engine.member(&object.pin, "object.jwt").await {
            Ok(member) => assert_eq!(member, "object", "bit {bit}"),
            damage => {
                assert!(is_damage(&damage), "bit {bit}: {damage:?}");
                refused += 1;
            }
        }
    }
    assert!(refused >= 8 * "object".len());
}

#[tokio::test]
async fn bytes_behind_the_directory_are_damage() {
    let bench = Bench::new(params(16, 2)).await;
    let object = bench.store("object", &pattern(1, 40)).await;
    let path = bench.engine.path_of(object.name());
    let longer = [fs::read(&path).unwrap(), vec![0; 10]].concat();
    fs::write(&path, longer).unwrap();
    assert!(is_damage(&bench.engine.member(&object.pin, "object.jwt").await));
}

#[tokio::test]
async fn an_emptied_file_is_listed_as_damage_beside_the_others() {
    let bench = Bench::new(params(16, 2)).await;
    let whole = bench.store("whole", &pattern(1, 40)).await;
    let emptied = bench.store("emptied", &pattern(2, 40)).await;
    File::create(bench.engine.path_of(emptied.name())).unwrap();
    let listed: Vec<_> = bench.engine.pins().collect().await;
    assert_eq!(listed.len(), 2);
    assert_eq!(listed.iter().filter(|item| is_damage(item)).count(), 1);
    assert!(listed.iter().flatten().eq([&whole.pin]));
}

#[tokio::test]
async fn an_object_with_a_damaged_header_can_be_removed() {
    let bench = Bench::new(params(16, 2)).await;
    let object = bench.store("object", &pattern(1, 40)).await;
    File::create(bench.engine.path_of(object.name())).unwrap();
    assert_eq!(bench.engine.unpin(&object.pin).await.unwrap().found(), Some(Unpinned::Removed));
    assert_eq!(bench.engine.unpin(&object.pin).await.unwrap().found(), Some(Unpinned::WasAbsent));
}

#[tokio::test]
async fn committing_again_mends_a_file_that_was_cut_behind_its_header() {
    let bench = Bench::new(params(16, 2)).await;
    let content = pattern(1, 40);
    let object = bench.store("object", &content).await;
    File::options()
        .write(true)
        .open(bench.engine.path_of(object.name()))
        .unwrap()
        .set_len(60)
        .unwrap();
    assert!(is_damage(&bench.read_all(&object).await));
    assert_eq!(bench.store("object", &content).await, object);
    assert!(bench.read_all(&object).await.unwrap() == content);
}

#[tokio::test]
async fn a_length_that_is_not_the_contents_reads_as_an_error() {
    let bench = Bench::new(params(16, 2)).await;
    let mut object = bench.store("object", &pattern(1, 40)).await;
    for len in [10_000, Layout::MAX_CONTENT_LEN, Layout::MAX_CONTENT_LEN + 1, u64::MAX] {
        object.content_len = len;
        let read = bench.read(&object, len - 10..len).await;
        let refused = is_damage(&read) || matches!(read, Err(EngineError::BadRange { .. }));
        assert!(refused, "{len}: {read:?}");
    }
}

#[tokio::test]
async fn what_is_in_memory_is_given_whole_and_unchanged_or_not_at_all() {
    let bench = Bench::new(params(1024 * 1024, 1024)).await;
    let object = bench.store("object", &pattern(1, 300_000)).await;
    let path = bench.engine.path_of(object.name());
    let file = ObjectFile::open(&path, object.name()).unwrap().unwrap();
    let file_len = std::fs::metadata(&path).unwrap().len();
    for (offset, len) in [(0, 1), (100, 200_000), (file_len - 1, 1)] {
        let read = file.read_at(offset, len).unwrap();
        // Whether a file system can be asked is its own affair.
        assert!(file.read_cached_at(offset, len).is_none_or(|cached| cached == read));
    }
    assert_eq!(file.read_cached_at(file_len - 1, 2), None, "its last byte is no two bytes");
}
