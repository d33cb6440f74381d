//! How large, how many, for how long.

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::Shared;
use cidlock_tests::wire::Wire;

use crate::chunk;

/// The largest file that [`SMALL`] takes, in bytes.
const MAX_FILE_LEN: usize = 100_000;

/// One that takes small files only.
static SMALL: Shared = Shared::new(
    "[limits]\n\
     max_file_bytes = 100000\n\
     max_name_bytes = 20\n\
     max_retention_s = 3600\n",
);

/// One with room for one file of 1 MiB.
static CROWDED: Shared = Shared::new("[limits]\nmax_staging_bytes = 1100000\n");

#[tokio::test]
async fn limits_are_those_of_the_configuration() {
    let gateway = SMALL.lease().await;
    let admin = Client::admin(&gateway).await;
    let upload = |query: &str| admin.post(&format!("/v1/files?{query}")).body("content");
    let name = "n".repeat(20);
    let _ = Answer::to(upload(&format!("name={name}"))).await.expect(201);
    Answer::to(upload(&format!("name={name}n"))).await.assert_refused(400, "bad_name");
    let _ = Answer::to(upload("expires_in=3600")).await.expect(201);
    Answer::to(upload("expires_in=3601")).await.assert_refused(400, "bad_retention");
    let fitting = admin.store("fits", bytes(1, MAX_FILE_LEN)).await;
    assert_eq!(fitting.json["size"], MAX_FILE_LEN);
}

#[tokio::test]
async fn a_body_that_is_declared_too_large_is_refused_unread() {
    let gateway = SMALL.lease().await;
    let admin = Client::admin(&gateway).await;
    let mut wire = Wire::open(gateway.address()).await;
    let length = format!("Content-Length: {}\r\nExpect: 100-continue", MAX_FILE_LEN + 1);
    wire.send(admin.upload_head("a", &length)).await;
    let head = wire.head().await;
    assert_eq!(head.status, 413, "and no 100 before: {}", head.text);
}

#[tokio::test]
async fn a_body_that_was_not_declared_is_refused_when_it_becomes_too_large() {
    let gateway = SMALL.lease().await;
    let admin = Client::admin(&gateway).await;
    let mut wire = Wire::open(gateway.address()).await;
    wire.send(admin.upload_head("a", "Transfer-Encoding: chunked")).await;
    wire.send(chunk(&bytes(2, MAX_FILE_LEN))).await;
    wire.send(chunk(b"x")).await;
    // The body never ends; the answer comes all the same.
    assert_eq!(wire.head().await.status, 413);
}

/// A connection that is closed under a client that still sends takes the answer with it.
#[tokio::test]
async fn what_follows_a_refused_body_is_taken_so_that_the_answer_is_seen() {
    let gateway = SMALL.lease().await;
    let admin = Client::admin(&gateway).await;
    let more = chunk(&bytes(3, 8 << 20));
    let undeclared = admin.upload_head("a", "Transfer-Encoding: chunked");
    let declared = admin.upload_head("a", "Content-Length: 9000000");
    let by_nobody = admin.bearing("nobody").upload_head("a", "Content-Length: 9000000");
    for (head, status) in [(undeclared, 413), (declared, 413), (by_nobody, 401)] {
        let mut wire = Wire::open(gateway.address()).await;
        wire.send(head).await;
        wire.send(chunk(&bytes(2, MAX_FILE_LEN + 1))).await;
        assert_eq!(wire.head().await.status, status);
        wire.send(&more).await;
    }
}

#[tokio::test]
async fn a_body_for_which_there_is_no_room_is_refused_and_its_room_given_back() {
    let gateway = CROWDED.lease().await;
    let admin = Client::admin(&gateway).await;
    for round in 0..2 {
        // Sent by hand: the answer comes before all of it is taken.
        let mut wire = Wire::open(gateway.address()).await;
        wire.send(admin.upload_head("a", "Content-Length: 3000000")).await;
        for piece in bytes(4, 3_000_000).chunks(64 << 10) {
            if wire.try_send(piece).await.is_err() {
                break;
            }
        }
        assert_eq!(wire.head().await.status, 507, "round {round}");
        let content = bytes(5, 1_000_000);
        let file = admin.store("fits", content.clone()).await;
        let read = Answer::to(admin.get(&format!("/files/{}", file.cid))).await.expect(200);
        assert!(read.body == content, "round {round}");
    }
}
