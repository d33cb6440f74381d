//! Disks that are full, and have room again.

use std::fs::{self, File};
use std::io::Write as _;

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Gateway, Home, Room};
use cidlock_tests::wait;
use cidlock_tests::wire::Wire;

use crate::assert_sound;

#[tokio::test]
async fn an_upload_that_fills_the_disk_is_refused_and_gives_its_room_back() {
    for room in Room::all() {
        let gateway = Gateway::start_with_room(room, Home::new()).await;
        let admin = Client::admin(&gateway).await;
        let content = bytes(1, 1_000_000);
        let kept = admin.store("kept", content.clone()).await;
        for round in 0..2 {
            let told = format!("{room:?}, round {round}");
            // Sent by hand: the answer comes before all of it is taken.
            let mut wire = Wire::open(gateway.address()).await;
            wire.send(admin.upload_head("a", "Content-Length: 20000000")).await;
            for piece in bytes(2, 20_000_000).chunks(64 << 10) {
                if wire.try_send(piece).await.is_err() {
                    break;
                }
            }
            let head = wire.head().await;
            assert_eq!(head.status, 507, "{told}: {}", head.text);
            let len = usize::try_from(head.content_length().unwrap()).unwrap();
            let said = String::from_utf8(wire.read(len).await).unwrap();
            assert!(said.contains(r#""code":"storage_full""#), "{told}: {said}");
            assert_sound(&gateway, &told).await;
            // There is room for what fits.
            let file = admin.store("fits", content.clone()).await;
            let read = Answer::to(admin.get(&format!("/files/{}", file.cid))).await.expect(200);
            assert!(read.body == content, "{told}");
        }
        let read = Answer::to(admin.get(&format!("/files/{}", kept.cid))).await.expect(200);
        assert!(read.body == content, "{room:?}");
    }
}

/// Somebody else has filled it, to the last byte: not even the catalog can write.
#[tokio::test]
async fn a_disk_without_any_room_takes_nothing_gives_all_and_is_as_before_when_there_is_room() {
    if !Room::all().any(|room| room == Room::FileSystem) {
        // What remains of it here is the test above, with files that cannot grow.
        return;
    }
    let gateway = Gateway::start_with_room(Room::FileSystem, Home::new()).await;
    let admin = Client::admin(&gateway).await;
    let kept = admin.store("kept", "kept").await;
    let ballast = gateway.home().data().join("ballast");
    let mut file = File::create(&ballast).unwrap();
    while file.write(&[1; 4096]).is_ok() {}
    for len in [1, 100_000, 3_000_000] {
        let request = admin.post("/v1/files").body(bytes(3, len));
        let answer = Answer::to(request).await;
        let code = answer.json()["code"].clone();
        let full = answer.status == 507 && code == "storage_full";
        assert!(full, "{len}: {} {code}", answer.status);
        wait::until(format!("nothing to be left of {len} bytes"), async || {
            gateway.home().staging_files().is_empty().then_some(())
        })
        .await;
        let read = Answer::to(admin.get(&format!("/files/{}", kept.cid))).await.expect(200);
        assert_eq!(read.body, b"kept");
    }
    drop(file);
    fs::remove_file(&ballast).unwrap();
    assert_sound(&gateway, "with room again").await;
    assert_eq!(admin.cids().await.len(), 2);
}
