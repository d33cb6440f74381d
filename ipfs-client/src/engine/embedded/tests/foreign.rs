//! What is in the directory and is no object.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use crate::conformance::pattern;
use crate::engine::Engine;
use crate::pin::Unpinned;
use crate::testing::{Bench, params};

#[tokio::test]
async fn what_is_no_object_is_neither_listed_nor_touched() {
    let bench = Bench::new(params(16, 2)).await;
    let object = bench.store("object-7f", &pattern(1, 40)).await;
    let objects = bench.dir.path().join("objects");
    let ours = bench.engine.path_of(object.name());
    let shard = objects.join("7f");

    fs::write(objects.join("stray.car"), "in no shard").unwrap();
    fs::write(objects.join("00"), "no directory").unwrap();
    fs::create_dir_all(objects.join("deep/er")).unwrap();
    fs::copy(&ours, shard.join("object-80.car")).unwrap();
    fs::copy(&ours, shard.join("OBJECT-7f.car")).unwrap();
    fs::copy(&ours, shard.join("object-7f.car.bak")).unwrap();
    fs::copy(&ours, shard.join("object-7f")).unwrap();
    fs::copy(&ours, shard.join(".car")).unwrap();
    fs::write(shard.join(OsStr::from_bytes(b"\xff7f.car")), "no text").unwrap();
    fs::create_dir(shard.join("directory-7f.car")).unwrap();
    symlink("nowhere", shard.join("dangling-7f.car")).unwrap();
    symlink(&shard, shard.join("loop")).unwrap();

    let before = fs::read_dir(&shard).unwrap().count();
    assert_eq!(bench.pins().await.unwrap(), std::slice::from_ref(&object.pin));
    assert!(bench.engine.health().await.unwrap().is_well());
    assert_eq!(bench.engine.unpin(&object.pin).await.unwrap().found(), Some(Unpinned::Removed));
    assert_eq!(bench.pins().await.unwrap(), []);
    assert_eq!(fs::read_dir(&shard).unwrap().count(), before - 1);
}

#[tokio::test]
async fn an_object_may_lie_elsewhere_behind_a_link() {
    let bench = Bench::new(params(16, 2)).await;
    let content = pattern(1, 40);
    let object = bench.store("object", &content).await;
    let (path, elsewhere) = (bench.engine.path_of(object.name()), bench.dir.path().join("moved"));
    fs::rename(&path, &elsewhere).unwrap();
    symlink(&elsewhere, &path).unwrap();
    assert_eq!(bench.pins().await.unwrap(), std::slice::from_ref(&object.pin));
    assert!(bench.read_all(&object).await.unwrap() == content);
}
