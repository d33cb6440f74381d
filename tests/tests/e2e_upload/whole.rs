//! What went in comes back: whole files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cidlock_crypto::chunked::Layout;
use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::content::{around, bytes};
use cidlock_tests::wire::Wire;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{CHUNK, GATEWAY, hex};

#[tokio::test]
async fn a_file_of_any_size_comes_back_as_it_went_in() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let stranger = Client::stranger(&gateway);
    for (seed, size) in sizes().into_iter().enumerate() {
        let content = bytes(seed as u64, usize::try_from(size).unwrap());
        let file = admin.store("a file.bin", content.clone()).await;
        assert_eq!(file.json["size"], size);
        assert_eq!(file.json["sha256"], hex(&content), "{size} bytes");

        let answer = Answer::to(stranger.get(&file.url)).await.expect(200);
        assert!(answer.body == content, "{size} bytes came back otherwise");
        assert_describes(&answer, &file, &content);
        let head = Answer::to(stranger.head(&file.url)).await.expect(200);
        assert!(head.body.is_empty());
        assert_describes(&head, &file, &content);
        let own = Answer::to(admin.get(&format!("/files/{}", file.cid))).await.expect(200);
        assert!(own.body == content, "the owner needs no link");
    }
}

/// Sizes of plaintext around the edges of chunks, and around those of leaves of ciphertext.
fn sizes() -> Vec<u64> {
    let leaf = 1 << 20;
    let leaves = around([leaf, 2 * leaf])
        .into_iter()
        .filter_map(|len| Layout::from_ciphertext_len(len).ok())
        .map(Layout::plaintext_len);
    let chunks = around([0, CHUNK, 2 * CHUNK]);
    let mut sizes: Vec<u64> = chunks.into_iter().chain(leaves).chain([5_000_000]).collect();
    assert!(sizes.len() >= 14, "every edge is the length of some file");
    sizes.dedup();
    sizes
}

#[track_caller]
fn assert_describes(answer: &Answer, file: &Stored, content: &[u8]) {
    let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(content)));
    for (name, value) in [
        ("content-length", content.len().to_string()),
        ("content-disposition", "attachment; filename=\"a file.bin\"".to_owned()),
        ("content-type", "application/octet-stream".to_owned()),
        ("etag", format!("\"{}\"", file.cid)),
        ("repr-digest", digest),
        ("accept-ranges", "bytes".to_owned()),
        ("cache-control", "private".to_owned()),
        ("referrer-policy", "no-referrer".to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
    ] {
        assert_eq!(answer.header(name), Some(value.as_str()), "{name}");
    }
    assert!(answer.header("content-security-policy").is_some_and(|csp| csp.contains("sandbox")));
    assert!(answer.header("x-request-id").is_some());
}

#[tokio::test]
async fn an_upload_is_answered_with_the_file_and_where_it_is() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let upload = admin.post("/v1/files?name=n.txt&expires_in=3600").body("what a person keeps");
    let answer = Answer::to(upload.header(CONTENT_TYPE, "text/plain; charset=utf-8")).await;
    let answer = answer.expect(201);
    let file = Stored::from(answer.json());
    let location = answer.header("location").unwrap().to_owned();
    assert_eq!(location, gateway.url(&format!("/v1/files/{}", file.cid)));

    let mut shown = Answer::to(admin.get(&location)).await.expect(200).json();
    assert_eq!(shown.get("link"), None, "a link is shown once");
    shown["link"] = file.json["link"].clone();
    assert_eq!(shown, file.json);

    assert_eq!(file.json["name"], "n.txt");
    assert_eq!(file.json["type"], "text/plain; charset=utf-8");
    assert_eq!(file.json["replicas"][0]["status"], "pinned");
    assert!(file.url.starts_with(&gateway.url(&format!("/files/{}/n.txt?token=", file.cid))));
    let read = Answer::to(Client::stranger(&gateway).get(&file.url)).await.expect(200);
    assert_eq!(read.header("content-type"), Some("text/plain; charset=utf-8"));
    let [expiry, link_expiry] = [&file.json["expires_at"], &file.json["link"]["expires_at"]];
    assert_eq!(expiry, link_expiry, "the link ends with the file, which goes before a day is over");
}

#[tokio::test]
async fn the_same_content_twice_is_two_files_without_anything_in_common() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let [one, other] = [admin.store("a", "the same").await, admin.store("a", "the same").await];
    for member in ["id", "cid", "root"] {
        assert_ne!(one.json[member], other.json[member], "{member}");
    }
    assert_eq!(one.json["sha256"], other.json["sha256"]);
}

#[tokio::test]
async fn two_uploads_at_once_do_not_mix() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let contents = [8, 9].map(|seed| bytes(seed, 1_200_000));
    let mut wires = Vec::new();
    for content in &contents {
        let mut wire = Wire::open(gateway.address()).await;
        let length = format!("Content-Length: {}", content.len());
        wire.send(admin.upload_head("at-once", &length)).await;
        wires.push(wire);
    }
    // A piece of the one, then a piece of the other.
    for start in (0..contents[0].len()).step_by(100_000) {
        for (wire, content) in wires.iter_mut().zip(&contents) {
            wire.send(&content[start..start + 100_000]).await;
        }
    }
    for (mut wire, content) in wires.into_iter().zip(&contents) {
        let head = wire.head().await;
        assert_eq!(head.status, 201, "{}", head.text);
        let body = wire.read(usize::try_from(head.content_length().unwrap()).unwrap()).await;
        let file = Stored::from(serde_json::from_slice::<Value>(&body).unwrap());
        assert_eq!(file.json["sha256"], hex(content));
        let read = Answer::to(Client::stranger(&gateway).get(&file.url)).await.expect(200);
        assert!(read.body == *content);
    }
}
