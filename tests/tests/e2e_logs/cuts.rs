//! Requests that did not come to their end, and who did not let them.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Gateway, place_in_object_file};
use cidlock_tests::wait;
use cidlock_tests::wire::Wire;
use serde_json::{Value, json};

use crate::GATEWAY;

/// More than lies in the buffers between a gateway and a narrow reader.
const LARGE: usize = 24 << 20;

/// Begins to read `target` through a narrow connection, under a request id.
async fn begin(gateway: &Gateway, target: &str, id: &str) -> Wire {
    let mut wire = Wire::narrow(gateway.address()).await;
    wire.send(format!("GET {target} HTTP/1.1\r\nHost: a\r\nX-Request-Id: {id}\r\n\r\n")).await;
    let head = wire.head().await;
    assert_eq!((head.status, head.content_length()), (200, Some(LARGE as u64)), "{}", head.text);
    wire
}

/// A link as the target of a request.
fn target(url: &str) -> &str {
    &url[url.find("/files/").unwrap()..]
}

/// The line says that the gateway cut a download that had begun, and why.
fn assert_cut(line: &Value, reason: &str) {
    assert_eq!((&line["end"], &line["reason"]), (&"cut".into(), &reason.into()), "{line}");
    assert_eq!(line["status"], 200, "{line}");
    assert!(line["bytes_out"].as_u64().unwrap() < LARGE as u64, "{line}");
}

#[tokio::test]
async fn a_client_that_leaves_its_own_upload_cuts_it() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let some = bytes(1, 300_000);
    for (id, framing, half_closed) in [
        ("up-1", "Content-Length: 1000000", false),
        ("up-2", "Content-Length: 1000000", true),
        ("up-3", "Transfer-Encoding: chunked", true),
    ] {
        let mut wire = Wire::open(gateway.address()).await;
        wire.send(admin.upload_head("a", &format!("{framing}\r\nX-Request-Id: {id}"))).await;
        let chunk = if id == "up-3" { "493e0\r\n" } else { "" };
        wire.send([chunk.as_bytes(), &some].concat()).await;
        if half_closed {
            wire.end_sending().await;
            let _ = wire.read_to_end().await;
        } else {
            drop(wire);
        }
        let line = gateway.home().request_line(id).await;
        assert_eq!((&line["end"], &line["reason"]), (&"client_cut".into(), &Value::Null), "{line}");
        assert_eq!(line["route"], "/v1/files");
        // It may be gone before it is answered.
        let refused = line["status"] == 400 && line["code"] == "body_cut";
        assert!(refused || line["status"] == Value::Null, "{line}");
        assert!(line["bytes_in"].as_u64().unwrap() <= some.len() as u64, "{line}");
    }
}

#[tokio::test]
async fn a_client_that_leaves_a_download_cuts_it() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("large", bytes(2, LARGE)).await;
    let mut wire = begin(&gateway, target(&file.url), "down-1").await;
    let _ = wire.read(1000).await;
    drop(wire);
    let line = gateway.home().request_line("down-1").await;
    assert_eq!((&line["end"], &line["status"]), (&"client_cut".into(), &200.into()), "{line}");
    assert_eq!((&line["route"], &line["reason"]), (&"/files/{cid}/{name}".into(), &Value::Null));
    let out = line["bytes_out"].as_u64().unwrap();
    assert!((1000..LARGE as u64).contains(&out), "{line}");
}

/// What of an answer lies in the gateway's own buffers has not been sent.
#[tokio::test]
async fn an_answer_that_was_not_taken_to_its_end_is_not_complete() {
    let toml = "[http]\ndownload_idle_timeout_s = 1\n[log]\njson = true\n";
    let gateway = Gateway::start_with(toml).await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("large", bytes(9, LARGE)).await;
    let wire = begin(&gateway, target(&file.url), "taken").await;
    // What went into all the buffers on the way to a client that reads nothing.
    let taken = gateway.home().request_line("taken").await["bytes_out"].as_u64().unwrap();
    drop(wire);
    let mut all_given_and_not_taken = 0;
    for (number, less) in [0, 32 << 10, 64 << 10].into_iter().enumerate() {
        let len = taken - less;
        let mut wire = Wire::narrow(gateway.address()).await;
        let range = format!("Range: bytes=0-{}\r\nX-Request-Id: tail-{number}", len - 1);
        let request = format!("GET {} HTTP/1.1\r\nHost: a\r\n{range}\r\n\r\n", target(&file.url));
        wire.send(request).await;
        assert_eq!(wire.head().await.content_length(), Some(len));
        let line = gateway.home().request_line(&format!("tail-{number}")).await;
        if line["end"] == "complete" {
            let _ = wire.read(usize::try_from(len).unwrap()).await;
        } else {
            assert_eq!(line["reason"], "idle_timeout", "{line}");
            assert!((wire.read_to_end().await.len() as u64) < len, "{line}");
            all_given_and_not_taken += usize::from(line["bytes_out"] == len);
        }
    }
    assert!(all_given_and_not_taken > 0, "the last bytes lie in a buffer of the gateway");
}

#[tokio::test]
async fn a_download_whose_authority_ends_says_which_end_it_was() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("large", bytes(3, LARGE)).await;
    let link = admin.link(&file.cid, &json!({})).await;
    let wire = begin(&gateway, target(&link.url), "revoked-1").await;
    admin.revoke(&link.id).await;
    assert!(wire.read_to_end().await.len() < LARGE);
    assert_cut(&gateway.home().request_line("revoked-1").await, "revoked");

    let link = admin.link(&file.cid, &json!({ "expires_in": 2 })).await;
    let wire = begin(&gateway, target(&link.url), "expired-1").await;
    wait::until("a link to expire", async || {
        let answer = Answer::to(Client::stranger(&gateway).head(&link.url)).await;
        (answer.status == 401).then_some(())
    })
    .await;
    assert!(wire.read_to_end().await.len() < LARGE);
    assert_cut(&gateway.home().request_line("expired-1").await, "expired");
}

#[tokio::test]
async fn a_download_that_meets_damage_says_so() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("large", bytes(4, LARGE)).await;
    let object = gateway.home().object_file(&file.id);
    let object = OpenOptions::new().write(true).open(object).unwrap();
    let place = place_in_object_file(LARGE as u64, LARGE as u64 / 2);
    object.write_all_at(&[0; 32], place).unwrap();
    let wire = begin(&gateway, target(&file.url), "damaged-1").await;
    assert!(wire.read_to_end().await.len() < LARGE);
    assert_cut(&gateway.home().request_line("damaged-1").await, "corrupt");
}

#[tokio::test]
async fn clients_that_do_nothing_are_told_from_clients_that_leave() {
    let toml = "[http]\ndownload_idle_timeout_s = 1\nupload_idle_timeout_s = 1\n\
                [log]\njson = true\n";
    let gateway = Gateway::start_with(toml).await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("large", bytes(5, LARGE)).await;
    let wire = begin(&gateway, target(&file.url), "idle-1").await;
    assert_cut(&gateway.home().request_line("idle-1").await, "idle_timeout");
    assert!(wire.read_to_end().await.len() < LARGE);
    // A body that stalls is answered, and the answer is complete.
    let mut wire = Wire::open(gateway.address()).await;
    wire.send(admin.upload_head("a", "Content-Length: 100\r\nX-Request-Id: stalled-1")).await;
    wire.send("begun").await;
    assert_eq!(wire.head().await.status, 408);
    let line = gateway.home().request_line("stalled-1").await;
    assert_eq!((&line["end"], &line["code"]), (&"complete".into(), &"body_stalled".into()));
    assert_eq!(line["bytes_in"], 5);
}

#[tokio::test]
async fn what_a_second_signal_cuts_was_cut_by_the_gateway() {
    let mut gateway =
        Gateway::start_with("[http]\ndrain_timeout_s = 3600\n[log]\njson = true\n").await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("large", bytes(6, LARGE)).await;
    let download = begin(&gateway, target(&file.url), "shut-1").await;
    let mut upload = Wire::open(gateway.address()).await;
    upload.send(admin.upload_head("a", "Content-Length: 100\r\nX-Request-Id: shut-2")).await;
    upload.send("begun").await;
    wait::until("an upload to begin", async || {
        (!gateway.home().staging_files().is_empty()).then_some(())
    })
    .await;
    gateway.ask_to_stop();
    let address = gateway.address();
    wait::until("new connections to be refused", async || {
        tokio::net::TcpStream::connect(address).await.is_err().then_some(())
    })
    .await;
    let (_, home) = gateway.stop().await;
    drop((download, upload));
    let lines = home.request_lines();
    let line = |id: &str| lines.iter().find(|line| line["request_id"] == id).unwrap();
    assert_cut(line("shut-1"), "shutdown");
    let upload = line("shut-2");
    assert_eq!((&upload["end"], &upload["reason"]), (&"cut".into(), &"shutdown".into()));
    assert_eq!(upload["status"], Value::Null, "it was not answered");
}

/// A handler that is dropped because nobody waits for it has a line all the same.
#[tokio::test]
async fn a_client_that_leaves_before_the_answer_has_a_line_too() {
    let toml = "[limits]\nmax_password_checks = 1\n[log]\njson = true\n";
    let gateway = Gateway::start_with(toml).await;
    let body = r#"{"username": "admin", "password": "wrong"}"#;
    let mut wires = Vec::new();
    for number in 0..8 {
        let mut wire = Wire::open(gateway.address()).await;
        let headers = format!("X-Request-Id: login-{number}\r\nContent-Type: application/json");
        let length = body.len();
        let framing = format!("Content-Length: {length}\r\nExpect: 100-continue");
        let head = format!("POST /v1/login HTTP/1.1\r\nHost: a\r\n{headers}\r\n{framing}\r\n\r\n");
        wire.send(head).await;
        assert_eq!(wire.head().await.status, 100, "its handler runs");
        wire.send(body).await;
        wires.push(wire);
    }
    drop(wires);
    let mut unanswered = 0;
    for number in 0..8 {
        let line = gateway.home().request_line(&format!("login-{number}")).await;
        let is_unanswered = line["status"] == Value::Null;
        assert!(!is_unanswered || line["end"] == "client_cut", "{line}");
        unanswered += usize::from(is_unanswered);
    }
    assert!(unanswered > 0, "checks of passwords come one after the other");
    let (_, home) = gateway.stop().await;
    assert_eq!(
        home.request_lines().iter().filter(|line| line["route"] == "/v1/login").count(),
        8,
        "one line for each"
    );
}
