//! Stops that let what runs come to its end.

use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::Gateway;
use cidlock_tests::wait;
use cidlock_tests::wire::Wire;
use serde_json::Value;

/// More than lies in the buffers between a gateway and a narrow reader.
const LARGE: usize = 24 << 20;

#[tokio::test]
async fn a_gateway_that_is_asked_to_stop_lets_what_runs_come_to_its_end() {
    let mut gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let content = bytes(4, LARGE);
    let file = admin.store("large", content.clone()).await;
    let mut download = Wire::narrow(gateway.address()).await;
    let request = format!(
        "GET /files/{} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\r\n",
        file.cid,
        admin.token()
    );
    download.send(request).await;
    assert_eq!(download.head().await.content_length(), Some(LARGE as u64));
    let mut upload = Wire::open(gateway.address()).await;
    let new = bytes(5, 1_000_000);
    upload.send(admin.upload_head("a", "Content-Length: 1000000")).await;
    upload.send(&new[..400_000]).await;
    let mut idle = Wire::open(gateway.address()).await;
    idle.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let head = idle.head().await;
    let _ = idle.read(usize::try_from(head.content_length().unwrap()).unwrap()).await;

    gateway.ask_to_stop();
    let address = gateway.address();
    wait::until("new connections to be refused", async || {
        tokio::net::TcpStream::connect(address).await.is_err().then_some(())
    })
    .await;
    assert!(idle.read_to_end().await.is_empty(), "an idle connection is closed");
    assert!(download.read(LARGE).await == content, "the download comes to its end");
    upload.send(&new[400_000..]).await;
    let head = upload.head().await;
    assert_eq!(head.status, 201, "{}", head.text);
    let body = upload.read(usize::try_from(head.content_length().unwrap()).unwrap()).await;
    let stored = Stored::from(serde_json::from_slice::<Value>(&body).unwrap());
    drop((download, upload));
    let (status, home) = gateway.ended().await;
    assert_eq!(status.code(), Some(0));
    assert!(!home.data().join("serve.address").exists());

    let gateway = Gateway::start_in(home).await;
    let admin = Client::stranger(&gateway).bearing(admin.token());
    let read = Answer::to(admin.get(&format!("/files/{}", stored.cid))).await.expect(200);
    assert!(read.body == new, "what was acknowledged is kept");
}

#[tokio::test]
async fn a_gateway_that_is_asked_to_stop_does_not_wait_for_ever() {
    let mut gateway = Gateway::start_with("[http]\ndrain_timeout_s = 1\n").await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("large", bytes(6, LARGE)).await;
    let mut download = Wire::narrow(gateway.address()).await;
    let request =
        format!("GET /files/{}?token={} HTTP/1.1\r\nHost: a\r\n\r\n", file.cid, file.link_token());
    download.send(request).await;
    assert_eq!(download.head().await.status, 200);
    let mut upload = Wire::open(gateway.address()).await;
    upload.send(admin.upload_head("a", "Content-Length: 1000000")).await;
    upload.send(b"begun").await;
    gateway.ask_to_stop();
    let (status, home) = gateway.ended().await;
    assert_eq!(status.code(), Some(0));
    assert!(download.read_to_end().await.len() < LARGE, "the download was cut");
    let gateway = Gateway::start_in(home).await;
    assert!(gateway.home().staging_files().is_empty());
    assert_eq!(Client::admin(&gateway).await.cids().await, [file.cid.as_str()]);
}

#[tokio::test]
async fn a_gateway_that_is_asked_twice_to_stop_waits_for_nobody() {
    let mut gateway = Gateway::start_with("[http]\ndrain_timeout_s = 3600\n").await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("large", bytes(7, LARGE)).await;
    let mut download = Wire::narrow(gateway.address()).await;
    let path = format!("/files/{}?token={}", file.cid, file.link_token());
    download.send(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
    assert_eq!(download.head().await.status, 200);
    gateway.ask_to_stop();
    let address = gateway.address();
    wait::until("new connections to be refused", async || {
        tokio::net::TcpStream::connect(address).await.is_err().then_some(())
    })
    .await;
    let (status, _home) = gateway.stop().await;
    assert_eq!(status.code(), Some(0));
    assert!(download.read_to_end().await.len() < LARGE, "the download was cut");
}
