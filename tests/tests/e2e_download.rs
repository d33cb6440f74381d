//! Who gets which bytes, and what comes of damage and of authority that ends, through the binary
//! and its HTTP contract.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use cidlock_crypto::chunked::CHUNK_LEN;
use cidlock_tests::client::{Answer, Client};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Gateway, Home, Shared, place_in_object_file, place_of_ciphertext};
use cidlock_tests::wait;
use cidlock_tests::wire::Wire;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, RANGE};
use serde_json::json;

static GATEWAY: Shared = Shared::new("");

/// The CID of a content that nobody has stored.
const UNKNOWN: &str = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

/// More than lies in the buffers between a gateway and a narrow reader.
const LARGE: usize = 24 << 20;

#[tokio::test]
async fn what_is_no_cid_is_refused() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let long = format!("b{}", "a".repeat(200));
    for cid in ["nothing", "0", "bafy", "Qm", "%00", "..%2f..%2fkeys.json", "bafkrei%0d%0a", &long]
    {
        for path in [
            format!("/files/{cid}"),
            format!("/files/{cid}/name.txt"),
            format!("/v1/files/{cid}"),
            format!("/v1/files/{cid}/links"),
        ] {
            Answer::to(admin.get(&path)).await.assert_refused(400, "malformed_cid");
        }
    }
    for id in ["nothing", "0", "0193F6A0-5B6E-7C11-8F0E-0123456789AB"] {
        let answer = Answer::to(admin.get(&format!("/v1/links/{id}"))).await;
        answer.assert_refused(400, "malformed_id");
    }
}

#[tokio::test]
async fn an_unknown_cid_is_not_found_by_a_user_and_forbidden_to_a_link() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let [file, other] = [admin.store("a", "a").await, admin.store("b", "b").await];
    let link = Client::stranger(&gateway).bearing(file.link_token());
    for path in [format!("/files/{UNKNOWN}"), format!("/v1/files/{UNKNOWN}")] {
        Answer::to(admin.get(&path)).await.assert_refused(404, "no_such_file");
        Answer::to(link.get(&path)).await.assert_refused(403, "insufficient_scope");
    }
    // A link learns nothing of whether another CID exists.
    let mut answers = Vec::new();
    for cid in [UNKNOWN, &other.cid] {
        let answer = Answer::to(link.get(&format!("/files/{cid}"))).await;
        answers.push(answer.assert_refused(403, "insufficient_scope"));
    }
    assert_eq!(answers[0], answers[1]);
    let unknown_link = "/v1/links/0193f6a0-5b6e-7c11-8f0e-0123456789ab";
    for method in [Method::GET, Method::DELETE] {
        let answer = Answer::to(admin.request(method, unknown_link)).await;
        answer.assert_refused(404, "no_such_link");
    }
}

#[tokio::test]
async fn somebody_elses_file_looks_like_one_that_is_not_there() {
    let (_, home) = Gateway::start().await.stop().await;
    home.add_user("bob", "bob's password").await;
    let gateway = Gateway::start_in(home).await;
    let admin = Client::admin(&gateway).await;
    let bob = Client::user(&gateway, "bob", "bob's password").await;
    let file = admin.store("private", "of admin alone").await;
    let link = admin.link(&file.cid, &json!({})).await;

    for (path, code) in [
        (format!("/files/{}", file.cid), "no_such_file"),
        (format!("/v1/files/{}", file.cid), "no_such_file"),
        (format!("/v1/files/{}/links", file.cid), "no_such_file"),
        (format!("/v1/links/{}", link.id), "no_such_link"),
    ] {
        let theirs = Answer::to(bob.get(&path)).await;
        let unknown_path = path
            .replace(&file.cid, UNKNOWN)
            .replace(&link.id, "0193f6a0-5b6e-7c11-8f0e-0123456789ab");
        let unknown = Answer::to(bob.get(&unknown_path)).await;
        assert_eq!(theirs.assert_refused(404, code), unknown.assert_refused(404, code));
        let names = |answer: &Answer| {
            answer.headers.keys().map(|name| name.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&theirs), names(&unknown), "{path}");
    }
    let links = format!("/v1/files/{}/links", file.cid);
    let share = bob.post(&links).json(&json!({ "permissions": ["read"] }));
    Answer::to(share).await.assert_refused(404, "no_such_file");
    let revoke = bob.delete(&format!("/v1/links/{}", link.id));
    Answer::to(revoke).await.assert_refused(404, "no_such_link");
    assert!(bob.cids().await.is_empty());

    // With a link it is theirs to read, and with their own login beside it still two credentials.
    let read = Answer::to(Client::stranger(&gateway).get(&link.url)).await.expect(200);
    assert_eq!(read.body, b"of admin alone");
    Answer::to(bob.get(&link.url)).await.assert_refused(400, "two_credentials");
}

#[tokio::test]
async fn a_range_that_cannot_be_served_is_refused_with_the_size() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("ten", "0123456789").await;
    let empty = admin.store("empty", "").await;
    let reader = Client::stranger(&gateway);
    for (file, size, range, code) in [
        (&file, 10, "bytes=10-", "range_not_satisfiable"),
        (&file, 10, "bytes=10-10", "range_not_satisfiable"),
        (&file, 10, "bytes=-0", "range_not_satisfiable"),
        (&file, 10, "bytes=18446744073709551615-", "range_not_satisfiable"),
        (&file, 10, "bytes=99999999999999999999-", "range_not_satisfiable"),
        (&empty, 0, "bytes=0-", "range_not_satisfiable"),
        (&empty, 0, "bytes=0-0", "range_not_satisfiable"),
        (&empty, 0, "bytes=-1", "range_not_satisfiable"),
        (&file, 10, "bytes", "range_malformed"),
        (&file, 10, "bytes=", "range_malformed"),
        (&file, 10, "bytes=-", "range_malformed"),
        (&file, 10, "bytes=5-4", "range_malformed"),
        (&file, 10, "bytes=a-b", "range_malformed"),
        (&file, 10, "bytes=0x1-2", "range_malformed"),
        (&file, 10, "bytes=--1", "range_malformed"),
        (&file, 10, "bytes=1-2-3", "range_malformed"),
        (&file, 10, "bytes=+1-2", "range_malformed"),
    ] {
        let answer = Answer::to(reader.get(&file.url).header(RANGE, range)).await;
        answer.assert_refused(416, code);
        let shown = format!("bytes */{size}");
        assert_eq!(answer.header("content-range"), Some(shown.as_str()), "{range}");
    }
    // RFC 9110, section 14.2: several ranges and other units may be ignored.
    for range in ["bytes=0-1,3-4", "bytes=0-0, -1", "lines=1-2"] {
        let answer = Answer::to(reader.get(&file.url).header(RANGE, range)).await.expect(200);
        assert_eq!(answer.body, b"0123456789", "{range}");
    }
}

#[tokio::test]
async fn without_a_credential_there_is_a_challenge() {
    let gateway = GATEWAY.lease().await;
    let file = Client::admin(&gateway).await.store("a", "a").await;
    let stranger = Client::stranger(&gateway);
    let link = "/v1/links/0193f6a0-5b6e-7c11-8f0e-0123456789ab".to_owned();
    for (method, path) in [
        (Method::GET, format!("/files/{}", file.cid)),
        (Method::GET, format!("/files/{}/a", file.cid)),
        (Method::GET, format!("/v1/files/{}", file.cid)),
        (Method::GET, "/v1/files".to_owned()),
        (Method::POST, "/v1/files".to_owned()),
        (Method::POST, format!("/v1/files/{}/links", file.cid)),
        (Method::GET, format!("/v1/files/{}/links", file.cid)),
        (Method::GET, link.clone()),
        (Method::DELETE, link),
    ] {
        let answer = Answer::to(stranger.request(method, &path)).await;
        answer.assert_refused(401, "unauthenticated");
    }
    let head = Answer::to(stranger.head(&format!("/files/{}", file.cid))).await.expect(401);
    assert!(head.body.is_empty() && head.header("www-authenticate").is_some());
}

#[tokio::test]
async fn a_token_in_the_query_opens_content_and_nothing_else() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let stranger = Client::stranger(&gateway);
    let link = admin.link(&file.cid, &json!({ "permissions": ["read", "stat"] })).await;
    for token in [admin.token(), &link.token] {
        for path in [format!("/files/{}", file.cid), format!("/files/{}/any%20name", file.cid)] {
            let path = format!("{path}?token={token}");
            let _ = Answer::to(stranger.head(&path)).await.expect(200);
            assert_eq!(Answer::to(stranger.get(&path)).await.expect(200).body, b"content");
        }
        for (method, path) in [
            (Method::GET, format!("/v1/files/{}", file.cid)),
            (Method::GET, "/v1/files".to_owned()),
            (Method::POST, "/v1/files".to_owned()),
            (Method::POST, format!("/v1/files/{}/links", file.cid)),
            (Method::GET, format!("/v1/files/{}/links", file.cid)),
            (Method::GET, format!("/v1/links/{}", link.id)),
            (Method::DELETE, format!("/v1/links/{}", link.id)),
        ] {
            let request = stranger.request(method, &format!("{path}?token={token}"));
            Answer::to(request).await.assert_refused(401, "unauthenticated");
        }
    }
}

#[tokio::test]
async fn a_request_has_one_credential() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let stranger = Client::stranger(&gateway);
    Answer::to(admin.get(&file.url)).await.assert_refused(400, "two_credentials");
    let link = stranger.bearing(file.link_token());
    let _ = Answer::to(link.get(&file.url)).await.expect(200);

    let path = format!("/files/{}", file.cid);
    let bearer = |token: &str| format!("Bearer {token}");
    let twice = stranger.get(&path).header(AUTHORIZATION, bearer(admin.token()));
    let twice = twice.header(AUTHORIZATION, bearer(file.link_token()));
    Answer::to(twice).await.assert_refused(400, "two_credentials");
    let twice = stranger.get(&format!("{}&token={}", file.url, admin.token()));
    Answer::to(twice).await.assert_refused(400, "bad_query");

    for value in ["Basic YWRtaW46YWRtaW4=", "Bearer", admin.token(), "Token x"] {
        let request = stranger.get(&path).header(AUTHORIZATION, value);
        Answer::to(request).await.assert_refused(400, "bad_authorization");
    }
    let lower = format!("bearer {}", file.link_token());
    let _ = Answer::to(stranger.get(&path).header(AUTHORIZATION, lower)).await.expect(200);
}

#[tokio::test]
async fn a_link_opens_its_own_file_with_its_own_permissions() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let other = admin.store("b", "other").await;
    for (permissions, reads, sees) in [
        (json!(["read"]), true, false),
        (json!(["stat"]), false, true),
        (json!(["read", "stat"]), true, true),
        (json!(["share", "delete"]), false, false),
    ] {
        let link = admin.link(&file.cid, &json!({ "permissions": permissions })).await;
        let bearer = Client::stranger(&gateway).bearing(&link.token);
        for (path, allowed) in [
            (format!("/files/{}", file.cid), reads),
            (format!("/v1/files/{}", file.cid), sees),
            (format!("/files/{}", other.cid), false),
            (format!("/v1/files/{}", other.cid), false),
        ] {
            let answer = Answer::to(bearer.get(&path)).await;
            if allowed {
                let _ = answer.expect(200);
            } else {
                answer.assert_refused(403, "insufficient_scope");
            }
        }
        // A link is no login: it stores, lists and shares nothing.
        let refused = [bearer.get("/v1/files"), bearer.post("/v1/files").body("x")];
        for request in refused {
            Answer::to(request).await.assert_refused(401, "token_invalid");
        }
        let share = bearer.post(&format!("/v1/files/{}/links", file.cid)).json(&json!({}));
        assert!([400, 403].contains(&Answer::to(share).await.status));
    }
}

#[tokio::test]
async fn every_spelling_of_a_cid_is_the_same_file() {
    let gateway = GATEWAY.lease().await;
    let file = Client::admin(&gateway).await.store("a", "content").await;
    let bearer = Client::stranger(&gateway).bearing(file.link_token());
    let cid: cid::Cid = file.cid.parse().unwrap();
    let base58 = cid.to_string_of_base(cid::multibase::Base::Base58Btc).unwrap();
    for spelling in [base58, format!("B{}", file.cid[1..].to_ascii_uppercase())] {
        let answer = Answer::to(bearer.get(&format!("/files/{spelling}"))).await.expect(200);
        assert_eq!(answer.header("etag"), Some(format!("\"{}\"", file.cid).as_str()));
    }
}

#[tokio::test]
async fn a_revoked_link_says_so_and_the_others_go_on() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let reader = Client::stranger(&gateway);
    let [link, other] =
        [admin.link(&file.cid, &json!({})).await, admin.link(&file.cid, &json!({})).await];
    let _ = Answer::to(reader.get(&link.url)).await.expect(200);
    // Doing it again changes nothing.
    admin.revoke(&link.id).await;
    let revoked_at = revoked_at(&admin, &link.id).await;
    assert!(revoked_at.is_string(), "{revoked_at}");
    admin.revoke(&link.id).await;
    assert_eq!(self::revoked_at(&admin, &link.id).await, revoked_at);

    let answer = Answer::to(reader.get(&link.url)).await;
    assert_eq!(answer.assert_refused(401, "token_revoked"), "The token was revoked.");
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.contains(r#"error_description="The token was revoked.""#), "{challenge}");
    let bearer = reader.bearing(&link.token);
    for path in [format!("/v1/files/{}", file.cid), format!("/files/{UNKNOWN}")] {
        Answer::to(bearer.get(&path)).await.assert_refused(401, "token_revoked");
    }
    for url in [&other.url, &file.url] {
        assert_eq!(Answer::to(reader.get(url)).await.expect(200).body, b"content");
    }
}

async fn revoked_at(client: &Client, link: &str) -> serde_json::Value {
    let shown = Answer::to(client.get(&format!("/v1/links/{link}"))).await.expect(200).json();
    shown["revoked_at"].clone()
}

#[tokio::test]
async fn an_expired_link_says_so() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let link = admin.link(&file.cid, &json!({ "expires_in": 1 })).await;
    let answer = until_expired(&gateway, &link.url).await;
    answer.assert_refused(401, "token_expired");
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.contains("expired"), "{challenge}");
}

async fn until_expired(gateway: &Gateway, url: &str) -> Answer {
    let reader = Client::stranger(gateway);
    wait::until("a link to expire", async || {
        Some(Answer::to(reader.get(url)).await).filter(|answer| answer.status != 200)
    })
    .await
}

#[tokio::test]
async fn a_file_past_its_retention_is_gone_for_everybody() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let upload = admin.post("/v1/files?expires_in=1").body("short-lived");
    let file = Answer::to(upload).await.expect(201).json();
    let path = format!("/files/{}", file["cid"].as_str().unwrap());
    let answer = wait::until("a file's retention to end", async || {
        Some(Answer::to(admin.get(&path)).await).filter(|answer| answer.status != 200)
    })
    .await;
    answer.assert_refused(404, "no_such_file");
    let url = file["link"]["url"].as_str().unwrap();
    let answer = Answer::to(Client::stranger(&gateway).get(url)).await;
    assert!([401, 404].contains(&answer.status), "{}", answer.status);
}

/// What ends the authority behind a running download.
#[derive(Debug, Clone, Copy)]
enum End {
    /// The link is taken back.
    Revocation,
    /// The link expires.
    Expiry,
    /// The session of the owner who reads is over, because a refresh token was used twice.
    Session,
}

#[tokio::test]
async fn a_running_download_is_cut_when_its_authority_ends() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let content = bytes(1, LARGE);
    let file = admin.store("large", content.clone()).await;
    for end in [End::Revocation, End::Expiry, End::Session] {
        let lifetime_s = if matches!(end, End::Expiry) { 2 } else { 60 };
        let link = admin.link(&file.cid, &json!({ "expires_in": lifetime_s })).await;
        let stranger = Client::stranger(&gateway);
        let login = stranger.log_in("admin", &gateway.home().admin_secret()).await.json();
        let token = match end {
            End::Session => login["access_token"].as_str().unwrap(),
            End::Revocation | End::Expiry => &link.token,
        };
        let (mut wire, length) = begin(&gateway, &file.cid, token).await;
        assert_eq!(length, LARGE as u64);
        let begun = wire.read(1000).await;
        assert!(begun == content[..1000], "{end:?}");
        match end {
            End::Revocation => admin.revoke(&link.id).await,
            End::Expiry => drop(until_expired(&gateway, &link.url).await),
            End::Session => {
                let refresh = login["refresh_token"].as_str().unwrap();
                let _ = stranger.refresh(refresh).await.expect(200);
                let _ = stranger.refresh(refresh).await.expect(400);
            }
        }
        let rest = wire.read_to_end().await;
        let came = begun.len() + rest.len();
        assert!(came < LARGE, "{end:?}: all of it came");
        assert!(rest == content[1000..came], "{end:?}: what came before the cut is right");
    }
}

#[tokio::test]
async fn a_running_download_does_not_end_with_another_link() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let content = bytes(2, LARGE);
    let file = admin.store("large", content.clone()).await;
    let [link, other] =
        [admin.link(&file.cid, &json!({})).await, admin.link(&file.cid, &json!({})).await];
    let (mut wire, _) = begin(&gateway, &file.cid, &link.token).await;
    admin.revoke(&other.id).await;
    assert!(wire.read(LARGE).await == content);
}

/// Begins to read a file through a narrow connection.
async fn begin(gateway: &Gateway, cid: &str, token: &str) -> (Wire, u64) {
    let mut wire = Wire::narrow(gateway.address()).await;
    let request = format!("GET /files/{cid}?token={token} HTTP/1.1\r\nHost: a\r\n\r\n");
    wire.send(request).await;
    let head = wire.head().await;
    assert_eq!(head.status, 200, "{}", head.text);
    let length = head.content_length().expect("a download says how long it is");
    (wire, length)
}

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

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let gateway = GATEWAY.lease().await;
    let stranger = Client::stranger(&gateway);
    for path in ["/", "/files", "/files/", "/v1", "/v1/nothing", "/ipfs/x", "/files/a/b/c"] {
        Answer::to(stranger.get(path)).await.assert_refused(404, "no_such_route");
    }
    for (method, path, allowed) in [
        (Method::PUT, "/v1/files", "POST"),
        (Method::DELETE, "/files/x", "GET"),
        (Method::POST, "/files/x", "GET"),
        (Method::GET, "/v1/login", "POST"),
    ] {
        let answer = Answer::to(stranger.request(method, path)).await;
        answer.assert_refused(405, "method_not_allowed");
        assert!(answer.header("allow").is_some_and(|allow| allow.contains(allowed)), "{path}");
    }
    for (path, body) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let answer = Answer::to(stranger.get(path)).await.expect(200);
        assert_eq!(answer.body, body.as_bytes());
    }
    let answer = Answer::to(stranger.get("/nothing").header("x-request-id", "my-trace.1")).await;
    answer.assert_refused(404, "no_such_route");
    assert_eq!(answer.header("x-request-id"), Some("my-trace.1"));
}
