//! Requests that are not understood.

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::wire::Wire;
use reqwest::Method;
use reqwest::header::RANGE;

use crate::{GATEWAY, UNKNOWN};

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
async fn what_is_not_there_is_a_problem_too() {
    let gateway = GATEWAY.lease().await;
    let stranger = Client::stranger(&gateway);
    for path in ["/", "/files", "/files/", "/v1", "/v1/nothing", "/ipfs", "/files/a/b/c"] {
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

#[tokio::test]
async fn a_head_without_bounds_is_refused() {
    let gateway = GATEWAY.lease().await;
    let long = format!("X-Long: {}\r\n", "x".repeat(40_000));
    let many: String = (0..100).map(|number| format!("X-Many-{number}: x\r\n")).collect();
    let target = format!("/healthz?{}", "x".repeat(40_000));
    for (target, headers) in [("/healthz", long), ("/healthz", many), (&target, String::new())] {
        let mut wire = Wire::open(gateway.address()).await;
        // It may be refused before all of it was sent.
        let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\n{headers}\r\n");
        drop(wire.try_send(request).await);
        let status = wire.head().await.status;
        assert!([400, 414, 431].contains(&status), "{status}");
    }
    // A token of the greatest length fits.
    let token = "x".repeat(8 << 10);
    let path = format!("/files/{UNKNOWN}?token={token}");
    let answer = Answer::to(Client::stranger(&gateway).get(&path)).await;
    answer.assert_refused(401, "token_invalid");
}
