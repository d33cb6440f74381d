//! What the engine has is not what was sealed.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use cidlock_crypto::chunked::CHUNK_LEN;
use cidlock_tests::client::{Answer, Client};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Home, place_in_object_file, place_of_ciphertext};
use reqwest::header::RANGE;

use crate::GATEWAY;

#[tokio::test]
async fn damage_at_the_beginning_is_an_error_and_no_byte_leaves() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    for size in [1, 1000, 3 * CHUNK_LEN as u64, 2_500_000] {
        for at in [
            // The salt, the commitment, the first chunk, its last byte but the tag's.
            place_of_ciphertext(size, 0),
            place_of_ciphertext(size, 55),
            place_in_object_file(size, 0),
            place_in_object_file(size, (CHUNK_LEN as u64 - 1).min(size - 1)),
        ] {
            let file = admin.store("a", bytes(3, usize::try_from(size).unwrap())).await;
            flip(&gateway.home().object_file(&file.id), at);
            let answer = Answer::to(Client::stranger(&gateway).get(&file.url)).await;
            let said = answer.assert_refused(500, "internal");
            assert!(!said.contains("tag") && !said.contains(&file.id), "{said}");
            // What needs no byte is still answered.
            let head = Answer::to(Client::stranger(&gateway).head(&file.url)).await.expect(200);
            assert_eq!(head.header("content-length"), Some(size.to_string().as_str()));
        }
    }
}

#[tokio::test]
async fn damage_further_on_is_a_cut_and_what_came_before_is_right() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let size = 4_000_000;
    let content = bytes(4, size);
    let reader = Client::stranger(&gateway);
    let chunk = CHUNK_LEN as u64;
    for damaged in [chunk, 100 * chunk + 5, 1_500_000, size as u64 - 1] {
        let file = admin.store("a", content.clone()).await;
        let path = gateway.home().object_file(&file.id);
        flip(&path, place_in_object_file(size as u64, damaged));
        let answer = Answer::to(reader.get(&file.url)).await;
        if answer.status == 500 {
            answer.assert_refused(500, "internal");
            assert!(damaged < 20 * chunk, "only what is in the first batch is an error");
        } else {
            assert_eq!(answer.status, 200);
            assert!(!answer.is_whole, "a clean end although byte {damaged} is damaged");
            assert!(answer.body.len() as u64 <= damaged / chunk * chunk, "{damaged}");
            assert!(content.starts_with(&answer.body), "a wrong byte left, {damaged}");
        }
        // A range beside the damaged chunk is served; one that touches it is not.
        let start = damaged / chunk * chunk;
        let before = format!("bytes={}-{}", start - 100, start - 1);
        let answer = Answer::to(reader.get(&file.url).header(RANGE, before)).await.expect(206);
        let (from, to) = (usize::try_from(start).unwrap() - 100, usize::try_from(start).unwrap());
        assert!(answer.body == content[from..to], "{damaged}");
        let touching = format!("bytes={start}-{start}");
        let answer = Answer::to(reader.get(&file.url).header(RANGE, touching)).await;
        answer.assert_refused(500, "internal");
    }
}

#[tokio::test]
async fn a_file_that_lost_its_end_or_all_of_itself_is_never_taken_for_whole() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let size = 2_500_000_u64;
    let content = bytes(5, usize::try_from(size).unwrap());
    let reader = Client::stranger(&gateway);
    for cut_at in
        [place_in_object_file(size, size - 1), place_in_object_file(size, 1_500_000), 59, 0]
    {
        let file = admin.store("a", content.clone()).await;
        let path = gateway.home().object_file(&file.id);
        OpenOptions::new().write(true).open(path).unwrap().set_len(cut_at).unwrap();
        let answer = Answer::to(reader.get(&file.url)).await;
        if answer.status == 500 {
            answer.assert_refused(500, "internal");
        } else {
            assert!(answer.status == 200 && !answer.is_whole, "cut at {cut_at}");
            assert!(content.starts_with(&answer.body), "cut at {cut_at}");
        }
    }
    let file = admin.store("a", content.clone()).await;
    std::fs::remove_file(gateway.home().object_file(&file.id)).unwrap();
    Answer::to(reader.get(&file.url)).await.assert_refused(500, "internal");
    // Another object in its place.
    let [file, other] =
        [admin.store("a", content.clone()).await, admin.store("b", content.clone()).await];
    let home: &Home = gateway.home();
    std::fs::copy(home.object_file(&other.id), home.object_file(&file.id)).unwrap();
    Answer::to(reader.get(&file.url)).await.assert_refused(500, "internal");
    let read = Answer::to(reader.get(&other.url)).await.expect(200);
    assert!(read.body == content);
}

/// Changes one bit of the byte at `offset`.
fn flip(path: &Path, offset: u64) {
    let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, offset).unwrap();
    byte[0] ^= 1;
    file.write_all_at(&byte, offset).unwrap();
}
