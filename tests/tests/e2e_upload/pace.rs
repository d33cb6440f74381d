//! Clients that are slow: each is waited for, and none for ever.

use cidlock_tests::client::Client;
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Gateway, Shared};
use cidlock_tests::wait;
use cidlock_tests::wire::Wire;

use crate::chunk;

/// One that waits a second for anything.
static IMPATIENT: Shared = Shared::new("[http]\nupload_idle_timeout_s = 1\nheader_timeout_s = 1\n");

#[tokio::test]
async fn a_body_that_stalls_is_refused() {
    let gateway = IMPATIENT.lease().await;
    let admin = Client::admin(&gateway).await;
    for (framing, begun) in [
        ("Content-Length: 100", bytes(3, 50)),
        ("Content-Length: 100", Vec::new()),
        ("Transfer-Encoding: chunked", chunk(b"begun")),
    ] {
        let mut wire = Wire::open(gateway.address()).await;
        wire.send(admin.upload_head("a", framing)).await;
        wire.send(begun).await;
        assert_eq!(wire.head().await.status, 408, "{framing}");
    }
}

#[tokio::test]
async fn a_body_that_drips_is_refused() {
    let gateway = IMPATIENT.lease().await;
    let admin = Client::admin(&gateway).await;
    let mut wire = Wire::open(gateway.address()).await;
    wire.send(admin.upload_head("a", "Content-Length: 90000")).await;
    // Never silent for a second, and never 4096 bytes in one.
    wait::until("an upload that drips to be refused", async || {
        wire.send("x").await;
        wire.has_more().then_some(())
    })
    .await;
    assert_eq!(wire.head().await.status, 408);
}

#[tokio::test]
async fn a_head_that_stalls_ends_its_connection() {
    let gateway = IMPATIENT.lease().await;
    for begun in ["", "GET /healthz", "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: "] {
        let mut wire = Wire::open(gateway.address()).await;
        wire.send(begun).await;
        let came = wire.read_to_end().await;
        assert!(!came.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&came));
    }
}

#[tokio::test]
async fn a_small_body_that_stalls_is_refused() {
    let gateway = IMPATIENT.lease().await;
    let json = "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ng";
    for (path, rest) in [("/v1/login", json), ("/oauth/token", form)] {
        let mut wire = Wire::open(gateway.address()).await;
        wire.send(format!("POST {path} HTTP/1.1\r\nHost: a\r\n{rest}")).await;
        assert_eq!(wire.head().await.status, 408, "{path}");
    }
}

#[tokio::test]
async fn a_reader_that_takes_nothing_is_cut() {
    const LARGE: usize = 24 << 20;
    let toml = "[http]\ndownload_idle_timeout_s = 1\n[log]\nfilter = 'debug'\n";
    let gateway = Gateway::start_with(toml).await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("large", bytes(1, LARGE)).await;
    let mut wire = Wire::narrow(gateway.address()).await;
    let path = format!("/files/{}?token={}", file.cid, file.link_token());
    wire.send(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
    wait::until("the connection to be ended", async || {
        gateway.home().log().contains("ended early").then_some(())
    })
    .await;
    let head = wire.head().await;
    assert_eq!((head.status, head.content_length()), (200, Some(LARGE as u64)));
    assert!(wire.read_to_end().await.len() < LARGE, "all of it came");
}
