//! Requests that were answered to the end, well or not.

use std::collections::BTreeSet;

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::gateway::Gateway;
use cidlock_tests::wire::Wire;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::GATEWAY;

/// A request, and what its line must say of it: method, route, status, code, bytes in and out.
type Case<'a> = (RequestBuilder, (&'a str, Option<&'a str>, u16, Option<&'a str>, u64, u64));

#[tokio::test]
async fn each_request_has_one_line_that_says_what_it_was_and_never_which() {
    let gateway = Gateway::start_with("[log]\njson = true\n").await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("named.txt", "0123456789").await;
    let link = admin.link(&file.cid, &json!({})).await;
    let stranger = Client::stranger(&gateway);
    let (content, named) = ("/files/{cid}", "/files/{cid}/{name}");
    let (path, etag) = (format!("/files/{}", file.cid), format!("\"{}\"", file.cid));
    let refused = |request: RequestBuilder| request.body("never read");
    let no_link = "/v1/links/0193f6a0-5b6e-7c11-8f0e-0123456789ab";
    let cases: Vec<Case<'_>> = vec![
        (admin.get(&path), ("GET", Some(content), 200, None, 0, 10)),
        (stranger.get(&link.url), ("GET", Some(named), 200, None, 0, 10)),
        (admin.head(&path), ("HEAD", Some(content), 200, None, 0, 0)),
        (admin.get(&path).header("range", "bytes=2-4"), ("GET", Some(content), 206, None, 0, 3)),
        (admin.get(&path).header("if-none-match", &etag), ("GET", Some(content), 304, None, 0, 0)),
        (
            admin.delete(&format!("/v1/links/{}", link.id)),
            ("DELETE", Some("/v1/links/{id}"), 204, None, 0, 0),
        ),
        (
            admin.head(&format!("/files/{}", crate::UNKNOWN)),
            ("HEAD", Some(content), 404, Some("no_such_file"), 0, 0),
        ),
        (
            refused(stranger.post("/v1/files?name=secret")),
            ("POST", Some("/v1/files"), 401, Some("unauthenticated"), 0, u64::MAX),
        ),
        (stranger.get(&link.url), ("GET", Some(named), 401, Some("token_revoked"), 0, u64::MAX)),
        (
            admin.get(no_link),
            ("GET", Some("/v1/links/{id}"), 404, Some("no_such_link"), 0, u64::MAX),
        ),
        (admin.get("/secret?secret"), ("GET", None, 404, Some("no_such_route"), 0, u64::MAX)),
        (
            admin.request("SECRET".parse().unwrap(), "/v1/files"),
            ("other", Some("/v1/files"), 405, Some("method_not_allowed"), 0, u64::MAX),
        ),
        (
            admin.post("/v1/files?name=secret").body("12345"),
            ("POST", Some("/v1/files"), 201, None, 5, u64::MAX),
        ),
    ];
    for (number, (request, expected)) in cases.into_iter().enumerate() {
        let id = format!("case-{number}");
        let answer = Answer::to(request.header("x-request-id", &id)).await;
        let line = gateway.home().request_line(&id).await;
        let (method, route, status, code, bytes_in, bytes_out) = expected;
        let bytes_out = if bytes_out == u64::MAX { answer.body.len() as u64 } else { bytes_out };
        let duration = line["duration_ms"].clone();
        assert!(duration.is_u64(), "{line}");
        let mut whole = json!({
            "message": "request", "method": method, "status": status, "end": "complete",
            "bytes_in": bytes_in, "bytes_out": bytes_out, "request_id": id, "duration_ms": duration,
        });
        for (name, value) in [("route", route), ("code", code)] {
            if let Some(value) = value {
                whole[name] = value.into();
            }
        }
        assert_eq!(line, whole);
    }
    let (_, home) = gateway.stop().await;
    let lines = home.request_lines();
    let ids: BTreeSet<&str> =
        lines.iter().map(|line| line["request_id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), lines.len(), "one line for each");
    for secret in ["secret", "SECRET", "named.txt", "?", &file.cid] {
        let said = |line: &&Value| line.to_string().contains(secret);
        assert_eq!(lines.iter().find(said), None, "{secret}");
    }
}

#[tokio::test]
async fn a_body_that_was_refused_is_no_body_that_was_cut() {
    let gateway = GATEWAY.lease().await;
    let stranger = Client::stranger(&gateway);
    let nobody = stranger.bearing("nobody");
    let mut wire = Wire::open(gateway.address()).await;
    let framing = "Content-Length: 1000000\r\nX-Request-Id: refused-then-gone";
    wire.send(nobody.upload_head("a", framing)).await;
    wire.send("some of it").await;
    assert_eq!(wire.head().await.status, 401);
    drop(wire);
    let line = gateway.home().request_line("refused-then-gone").await;
    assert_eq!((&line["end"], &line["code"]), (&"complete".into(), &"token_invalid".into()));
}

#[tokio::test]
async fn a_line_is_written_as_text_too() {
    let gateway = Gateway::start().await;
    let request = Client::stranger(&gateway).get("/healthz").header("x-request-id", "text-1");
    let _ = Answer::to(request).await.expect(200);
    let (_, home) = gateway.stop().await;
    let log = home.log();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("text-1")).collect();
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    for part in [
        " INFO cidlock::request: request ",
        "method=\"GET\"",
        "route=\"/healthz\"",
        "status=200",
        "end=\"complete\"",
        "bytes_in=0",
        "bytes_out=3",
        "duration_ms=",
        "request_id=\"text-1\"",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
}
