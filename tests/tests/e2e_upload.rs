//! Uploads and what becomes of them, through the binary and its HTTP contract.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cidlock_crypto::chunked::{CHUNK_LEN, Layout};
use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::content::{around, bytes};
use cidlock_tests::gateway::{Gateway, Shared};
use cidlock_tests::wait;
use cidlock_tests::wire::Wire;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, IF_NONE_MATCH, IF_RANGE, RANGE};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// As it comes.
static GATEWAY: Shared = Shared::new("");

/// The largest file that [`SMALL`] takes, in bytes.
const MAX_FILE_LEN: usize = 100_000;

/// One that takes small files only and waits for nobody.
static SMALL: Shared = Shared::new(
    "[limits]\n\
     max_file_bytes = 100000\n\
     max_name_bytes = 20\n\
     max_retention_s = 3600\n\
     [http]\n\
     upload_idle_timeout_s = 1\n",
);

/// One with room for one file of 1 MiB.
static CROWDED: Shared = Shared::new("[limits]\nmax_staging_bytes = 1100000\n");

const CHUNK: u64 = CHUNK_LEN as u64;

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
async fn every_range_gives_exactly_its_bytes() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let stranger = Client::stranger(&gateway);
    let size = 3 * CHUNK + 500;
    check_ranges(&admin, &stranger, size, &around([0, CHUNK, 2 * CHUNK, 3 * CHUNK, size - 2]))
        .await;
    // Where leaves of ciphertext meet.
    let size = 2_300_000;
    let edges = [1 << 20, 2 << 20].map(|len| Layout::from_ciphertext_len(len).unwrap());
    check_ranges(&admin, &stranger, size, &around(edges.map(Layout::plaintext_len))).await;
}

async fn check_ranges(admin: &Client, stranger: &Client, size: u64, edges: &[u64]) {
    let content = bytes(size, usize::try_from(size).unwrap());
    let file = admin.store("ranges", content.clone()).await;
    for &start in edges {
        let ends = [start, start + 1, start + CHUNK, size - 1].into_iter();
        let closed = ends.filter(|end| *end < size).map(|end| (format!("{start}-{end}"), end));
        let open = [(format!("{start}-"), size - 1), (format!("{start}-{size}"), size - 1)];
        for (range, last) in closed.chain(open) {
            check_range(stranger, &file, &content, &range, start, last).await;
        }
        let suffix = size - start;
        check_range(stranger, &file, &content, &format!("-{suffix}"), start, size - 1).await;
    }
    check_range(stranger, &file, &content, &format!("-{}", size + 1), 0, size - 1).await;
}

async fn check_range(
    reader: &Client,
    file: &Stored,
    content: &[u8],
    range: &str,
    first: u64,
    last: u64,
) {
    let request = reader.get(&file.url).header(RANGE, format!("bytes={range}"));
    let answer = Answer::to(request).await.expect(206);
    let size = content.len();
    let shown = format!("bytes {first}-{last}/{size}");
    assert_eq!(answer.header("content-range"), Some(shown.as_str()), "{range}");
    let expected = &content[usize::try_from(first).unwrap()..=usize::try_from(last).unwrap()];
    assert!(answer.body == expected, "{range} of {size}");
    let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(content)));
    assert_eq!(answer.header("repr-digest"), Some(digest.as_str()), "it is that of the whole file");
}

#[tokio::test]
async fn conditions_on_the_entity_tag_are_honoured() {
    let gateway = GATEWAY.lease().await;
    let file = Client::admin(&gateway).await.store("a", "0123456789").await;
    let reader = Client::stranger(&gateway);
    let etag = format!("\"{}\"", file.cid);
    for (tag, status) in [
        (etag.clone(), 304),
        (format!("W/{etag}"), 304),
        (format!("\"other\", {etag}"), 304),
        ("*".to_owned(), 304),
        ("\"other\"".to_owned(), 200),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let request = reader.request(method, &file.url).header(IF_NONE_MATCH, &tag);
            let answer = Answer::to(request).await.expect(status);
            assert_eq!(answer.header("etag"), Some(etag.as_str()));
            assert!(status == 200 || answer.body.is_empty());
        }
    }
    for (condition, status) in
        [(etag.as_str(), 206), ("\"other\"", 200), ("Wed, 25 Nov 2026 00:00:00 GMT", 200)]
    {
        let request = reader.get(&file.url).header(RANGE, "bytes=2-3").header(IF_RANGE, condition);
        let answer = Answer::to(request).await.expect(status);
        assert_eq!(answer.body, if status == 206 { &b"23"[..] } else { b"0123456789" });
    }
}

#[tokio::test]
async fn a_name_is_kept_as_it_is_whatever_its_script() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let longest = "n".repeat(255);
    for name in [
        "a.txt",
        "two  spaces.txt",
        "\"quoted\" and 'not'.txt",
        "50%; filename=\"other\".exe",
        "Übersicht 写真 👍.pdf",
        "right\u{202e}fdp.exe",
        "\u{200f}عنوان\u{200e}.txt",
        "-rf",
        "...",
        &longest,
    ] {
        let file = admin.store(name, "content").await;
        assert_eq!(file.json["name"], name);
        let answer = Answer::to(Client::stranger(&gateway).get(&file.url)).await.expect(200);
        assert_eq!(answer.body, b"content");
        let disposition = answer.header("content-disposition").unwrap().to_owned();
        assert_eq!(named_in(&disposition), name, "{disposition}");
    }
    let unnamed = Answer::to(admin.post("/v1/files").body("content")).await.expect(201).json();
    assert_eq!(unnamed["name"], "file");
}

/// The file name in a `Content-Disposition`, as a browser reads it.
fn named_in(disposition: &str) -> String {
    assert!(disposition.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{disposition:?}");
    if let Some((_, encoded)) = disposition.split_once("filename*=UTF-8''") {
        let mut bytes = encoded.bytes();
        let mut name = Vec::new();
        while let Some(byte) = bytes.next() {
            name.push(if byte == b'%' {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            } else {
                byte
            });
        }
        return String::from_utf8(name).unwrap();
    }
    let quoted = disposition.strip_prefix("attachment; filename=\"").unwrap();
    quoted.strip_suffix('"').unwrap().to_owned()
}

#[tokio::test]
async fn what_is_said_of_a_file_is_refused_if_it_cannot_be() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let too_long = "n".repeat(256);
    for name in ["", ".", "..", "a/b", "a\\b", "a\r\nX-Evil: 1", "a\0b", "\u{85}", &too_long] {
        let request = admin.post("/v1/files").query(&[("name", name)]).body("content");
        Answer::to(request).await.assert_refused(400, "bad_name");
    }
    for query in [
        "name=a&name=b",
        "nome=a",
        "expires_in=soon",
        "expires_in=-1",
        "expires_in=1.5",
        "expires_in=99999999999999999999",
    ] {
        let request = admin.post(&format!("/v1/files?{query}")).body("content");
        Answer::to(request).await.assert_refused(400, "bad_query");
    }
    for expires_in in ["0", "315360001", "18446744073709551615"] {
        let request = admin.post(&format!("/v1/files?expires_in={expires_in}")).body("content");
        Answer::to(request).await.assert_refused(400, "bad_retention");
    }
    let long_type = format!("text/{}", "x".repeat(255));
    for media_type in ["text", "text/", "/plain", "te xt/plain", "text/plain\tx", &long_type] {
        let request = admin.post("/v1/files").header(CONTENT_TYPE, media_type).body("content");
        Answer::to(request).await.assert_refused(400, "bad_media_type");
    }
    assert_eq!(named(&admin, "content").await, 0);
}

#[tokio::test]
async fn a_form_is_no_file_unless_nobody_said_that_it_is_one() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let multipart = "--b\r\nContent-Disposition: form-data; name=file\r\n\r\nx\r\n--b--\r\n";
    let request = admin.post("/v1/files").body(multipart);
    let request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=b");
    Answer::to(request).await.assert_refused(415, "unsupported_media_type");
    // What `curl -d` sends where nobody names a type.
    let request = admin.post("/v1/files").body("plain");
    let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let file = Answer::to(request).await.expect(201).json();
    assert_eq!(file["type"], "application/octet-stream");
}

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
    wire.send(upload_head(&admin, "a", &length)).await;
    let head = wire.head().await;
    assert_eq!(head.status, 413, "and no 100 before: {}", head.text);
}

#[tokio::test]
async fn a_body_that_was_not_declared_is_refused_when_it_becomes_too_large() {
    let gateway = SMALL.lease().await;
    let admin = Client::admin(&gateway).await;
    let mut wire = Wire::open(gateway.address()).await;
    wire.send(upload_head(&admin, "a", "Transfer-Encoding: chunked")).await;
    wire.send(chunk(&bytes(2, MAX_FILE_LEN))).await;
    wire.send(chunk(b"x")).await;
    // The body never ends; the answer comes all the same.
    assert_eq!(wire.head().await.status, 413);
}

#[tokio::test]
async fn a_body_that_stalls_is_refused() {
    let gateway = SMALL.lease().await;
    let admin = Client::admin(&gateway).await;
    for (framing, begun) in [
        ("Content-Length: 100", bytes(3, 50)),
        ("Content-Length: 100", Vec::new()),
        ("Transfer-Encoding: chunked", chunk(b"begun")),
    ] {
        let mut wire = Wire::open(gateway.address()).await;
        wire.send(upload_head(&admin, "a", framing)).await;
        wire.send(begun).await;
        assert_eq!(wire.head().await.status, 408, "{framing}");
    }
}

#[tokio::test]
async fn a_body_for_which_there_is_no_room_is_refused_and_its_room_given_back() {
    let gateway = CROWDED.lease().await;
    let admin = Client::admin(&gateway).await;
    for round in 0..2 {
        // Sent by hand: the answer comes before all of it is taken.
        let mut wire = Wire::open(gateway.address()).await;
        wire.send(upload_head(&admin, "a", "Content-Length: 3000000")).await;
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

/// Uploads that end before their end. Each leaves nothing: no staging file, no object, no row.
#[tokio::test]
async fn an_upload_that_does_not_end_leaves_nothing() {
    let gateway = Gateway::start_with("[http]\nupload_idle_timeout_s = 1\n").await;
    let admin = Client::admin(&gateway).await;
    let kept = admin.store("kept", bytes(6, 100_000)).await;
    let objects = gateway.home().object_files();
    assert_eq!(objects.len(), 1);

    let some = bytes(7, 1_500_000);
    let whole_chunk = chunk(&some);
    let torn_chunk = &whole_chunk[..whole_chunk.len() / 2];
    let malformed = [chunk(b"begun"), b"no length\r\n".to_vec()].concat();
    let cases: [(&str, &str, &[u8]); 6] = [
        ("nothing after the head", "Content-Length: 3000000", b""),
        ("half of what was declared", "Content-Length: 3000000", &some),
        ("all but the last byte", "Content-Length: 1500001", &some),
        ("chunks without an end", "Transfer-Encoding: chunked", &whole_chunk),
        ("half a chunk", "Transfer-Encoding: chunked", torn_chunk),
        ("a malformed chunk", "Transfer-Encoding: chunked", &malformed),
    ];
    for (case, framing, sent) in cases {
        for way in [Way::Gone, Way::Silent, Way::HalfClosed] {
            let mut wire = Wire::open(gateway.address()).await;
            wire.send(upload_head(&admin, "lost", framing)).await;
            wire.send(sent).await;
            wait::until(format!("an upload to begin ({case})"), async || {
                (!gateway.home().staging_files().is_empty() || case == "a malformed chunk")
                    .then_some(())
            })
            .await;
            match way {
                Way::Gone => drop(wire),
                Way::Silent => {
                    let status = wire.head().await.status;
                    assert!([400, 408].contains(&status), "{case}: {status}");
                }
                Way::HalfClosed => {
                    wire.end_sending().await;
                    let rest = wire.read_to_end().await;
                    let status = rest.get(..12).map(String::from_utf8_lossy);
                    let refused = status.is_none_or(|status| status == "HTTP/1.1 400");
                    assert!(refused, "{case}: {}", String::from_utf8_lossy(&rest));
                }
            }
            wait::until(format!("nothing to be left of an upload ({case}, {way:?})"), async || {
                gateway.home().staging_files().is_empty().then_some(())
            })
            .await;
            assert_eq!(gateway.home().object_files(), objects, "{case}, {way:?}");
            assert_eq!(admin.cids().await, [kept.cid.as_str()], "{case}, {way:?}");
        }
    }
}

/// What a client does that does not go on.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// It closes the connection.
    Gone,
    /// It waits for an answer.
    Silent,
    /// It closes its side and waits for an answer.
    HalfClosed,
}

#[tokio::test]
async fn an_upload_by_nobody_is_refused_unread_and_leaves_nothing() {
    let gateway = GATEWAY.lease().await;
    let head = "POST /v1/files HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n";
    let mut wire = Wire::open(gateway.address()).await;
    wire.send(head).await;
    assert_eq!(wire.head().await.status, 401);
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
        wire.send(upload_head(&admin, "at once", &length)).await;
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

#[tokio::test]
async fn the_list_shows_each_file_once_newest_first_in_pages() {
    let gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let mut stored = Vec::new();
    for number in 0..5 {
        stored.push(admin.store(&format!("{number}"), format!("content {number}")).await.cid);
    }
    let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = Answer::to(admin.get(&format!("/v1/files?limit=2{cursor}"))).await.expect(200);
        let page = page.json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|file| file["cid"].as_str().unwrap().to_owned()));
        pages += 1;
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(pages, 3);
    let expected: BTreeSet<&String> = stored.iter().collect();
    assert_eq!(seen.iter().collect::<BTreeSet<_>>(), expected);
    assert_eq!(seen.len(), stored.len());
    assert_eq!(admin.cids().await, seen, "one large page has the same order");

    for (query, code) in [
        ("limit=0", "bad_limit"),
        ("limit=501", "bad_limit"),
        ("limit=two", "bad_query"),
        ("cursor=nowhere", "bad_cursor"),
        ("page=1", "bad_query"),
    ] {
        let answer = Answer::to(admin.get(&format!("/v1/files?{query}"))).await;
        answer.assert_refused(400, code);
    }
}

#[tokio::test]
async fn a_link_is_refused_if_it_cannot_be_and_never_outlives_its_file() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let upload = admin.post("/v1/files?expires_in=3600").body("content");
    let file = Answer::to(upload).await.expect(201).json();
    let links = format!("/v1/files/{}/links", file["cid"].as_str().unwrap());
    for (wish, code) in [
        (json!({ "expires_in": 0 }), "bad_lifetime"),
        (json!({ "expires_in": 90 * 86_400 + 1 }), "bad_lifetime"),
        (json!({ "permissions": [] }), "bad_permissions"),
        (json!({ "permissions": ["write"] }), "bad_body"),
        (json!({ "permissions": ["read", "read"] }), "bad_body"),
        (json!({ "permissions": "read" }), "bad_body"),
        (json!({ "name": "n".repeat(256) }), "bad_name"),
        (json!({ "expires_in": "1h" }), "bad_body"),
        // Not enforced yet, so not promised.
        (json!({ "max_downloads": 1 }), "bad_body"),
        (json!({ "allow_ips": ["127.0.0.0/8"] }), "bad_body"),
        (json!({ "only_user": file["owner"] }), "bad_body"),
    ] {
        let answer = Answer::to(admin.post(&links).json(&wish)).await;
        answer.assert_refused(400, code);
    }
    let answer = Answer::to(admin.post(&links).body("{}")).await;
    answer.assert_refused(415, "unsupported_media_type");
    let huge = json!({ "name": "n".repeat(70_000) });
    Answer::to(admin.post(&links).json(&huge)).await.assert_refused(413, "too_large");

    let wish = json!({ "expires_in": 86_400, "name": "for Ann ✓" });
    let link = Answer::to(admin.post(&links).json(&wish)).await.expect(201).json();
    assert_eq!(link["expires_at"], file["expires_at"]);
    assert_eq!(link["permissions"], json!(["read", "stat"]));
    let id = link["id"].as_str().unwrap();
    let shown = Answer::to(admin.get(&format!("/v1/links/{id}"))).await.expect(200).json();
    assert_eq!((&shown["name"], &shown["revoked_at"]), (&json!("for Ann ✓"), &Value::Null));
    assert_eq!((shown.get("token"), shown.get("url")), (None, None));
    let listed = Answer::to(admin.get(&links)).await.expect(200).json();
    assert_eq!(listed["items"][0], shown);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2, "one came with the file");
}

/// How many of the first files of the list have this name.
async fn named(client: &Client, name: &str) -> usize {
    let list = Answer::to(client.get("/v1/files?limit=500")).await.expect(200).json();
    list["items"].as_array().unwrap().iter().filter(|file| file["name"] == name).count()
}

fn upload_head(client: &Client, name: &str, framing: &str) -> String {
    let name = name.replace(' ', "%20");
    format!(
        "POST /v1/files?name={name} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n{framing}\r\n\r\n",
        client.token()
    )
}

/// One chunk of a chunked body.
fn chunk(data: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", data.len()).as_bytes(), data, b"\r\n"].concat()
}

fn hex(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}
