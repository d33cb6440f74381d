//! What went in comes back: parts of files, and what the client has already.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cidlock_crypto::chunked::Layout;
use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::content::{around, bytes};
use reqwest::Method;
use reqwest::header::{IF_MATCH, IF_NONE_MATCH, IF_RANGE, RANGE};
use sha2::{Digest as _, Sha256};

use crate::{CHUNK, GATEWAY};

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
async fn what_is_meant_for_another_version_is_refused_before_all_else_is_asked() {
    let gateway = GATEWAY.lease().await;
    let file = Client::admin(&gateway).await.store("a", "0123456789").await;
    let reader = Client::stranger(&gateway);
    let etag = format!("\"{}\"", file.cid);
    for (tag, holds) in [
        (etag.clone(), true),
        ("*".to_owned(), true),
        (format!("\"other\", {etag}"), true),
        (format!("W/{etag}"), false),
        ("\"other\"".to_owned(), false),
        (file.cid.clone(), false),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let request = || reader.request(method.clone(), &file.url).header(IF_MATCH, &tag);
            let answers = [
                (Answer::to(request()).await, 200),
                (Answer::to(request().header(IF_NONE_MATCH, &etag)).await, 304),
                (Answer::to(request().header(RANGE, "bytes=10-")).await, 416),
            ];
            for (answer, status) in answers {
                let status = match (holds, status, &method) {
                    (false, ..) => 412,
                    // RFC 9110, section 14.2: a range is of GET alone.
                    (true, 416, &Method::HEAD) => 200,
                    _ => status,
                };
                assert_eq!(answer.status, status, "{method} if {tag}");
                if status == 412 && method == Method::GET {
                    answer.assert_refused(412, "precondition_failed");
                }
            }
        }
    }
    // Whoever may not read is told nothing else.
    let unknown = reader.get(&format!("/files/{}", file.cid)).header(IF_MATCH, "\"other\"");
    Answer::to(unknown).await.assert_refused(401, "unauthenticated");
}

#[tokio::test]
async fn what_is_known_of_a_file_has_its_root_for_an_entity_tag() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let path = format!("/v1/files/{}", file.cid);
    let etag = format!("\"{}\"", file.json["root"].as_str().unwrap());
    let shown = Answer::to(admin.get(&path)).await.expect(200);
    assert_eq!(shown.header("etag"), Some(etag.as_str()));
    let (same, other) = (etag.clone(), format!("\"{}\"", file.cid));
    for (name, tag, status) in [
        (IF_NONE_MATCH, &same, 304),
        (IF_NONE_MATCH, &other, 200),
        (IF_MATCH, &same, 200),
        (IF_MATCH, &other, 412),
    ] {
        let answer = Answer::to(admin.get(&path).header(&name, tag)).await;
        assert_eq!(answer.status, status, "{name}: {tag}");
        if status != 412 {
            assert_eq!(answer.header("etag"), Some(etag.as_str()), "{name}: {tag}");
        }
        assert!(status != 304 || answer.body.is_empty());
    }
}
