//! What went in comes back: parts of files, and what the client has already.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cidlock_crypto::chunked::Layout;
use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::content::{around, bytes};
use reqwest::Method;
use reqwest::header::{IF_NONE_MATCH, IF_RANGE, RANGE};
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
