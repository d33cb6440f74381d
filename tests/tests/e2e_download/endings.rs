//! Authority that ends, before a download and in the middle of it.

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::Gateway;
use cidlock_tests::wait;
use cidlock_tests::wire::Wire;
use serde_json::{Value, json};

use crate::{GATEWAY, UNKNOWN};

/// More than lies in the buffers between a gateway and a narrow reader.
const LARGE: usize = 24 << 20;

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
    // On a machine that took a second to store it there never was a link.
    if let Some(url) = file["link"]["url"].as_str() {
        let answer = Answer::to(Client::stranger(&gateway).get(url)).await;
        assert!([401, 404].contains(&answer.status), "{}", answer.status);
    }
    let cid = file["cid"].as_str().unwrap();
    assert!(!admin.cids().await.iter().any(|listed| listed == cid), "it is not listed either");
}

#[tokio::test]
async fn retention_begins_with_the_last_byte() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let link = admin.link(&file.cid, &json!({ "expires_in": 1 })).await;
    let mut wire = Wire::open(gateway.address()).await;
    wire.send(admin.upload_head("slow&expires_in=1", "Content-Length: 10")).await;
    wire.send("01234").await;
    // By then a second has passed.
    drop(until_expired(&gateway, &link.url).await);
    wire.send("56789").await;
    let head = wire.head().await;
    assert_eq!(head.status, 201, "{}", head.text);
    let body = wire.read(usize::try_from(head.content_length().unwrap()).unwrap()).await;
    let stored: Value = serde_json::from_slice(&body).unwrap();
    assert!(stored["expires_at"].as_str() > stored["created_at"].as_str(), "{stored}");
}

/// What ends the authority behind a running download.
#[derive(Debug, Clone, Copy)]
enum End {
    /// The link is taken back.
    Revocation,
    /// The link from which it descends, through another, is taken back.
    Ancestor,
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
    for end in [End::Revocation, End::Ancestor, End::Expiry, End::Session] {
        let stranger = Client::stranger(&gateway);
        let login = stranger.log_in("admin", &gateway.home().admin_secret()).await.json();
        let lifetime_s = if matches!(end, End::Expiry) { 3 } else { 60 };
        let wish = json!({ "expires_in": lifetime_s, "permissions": ["read", "share"] });
        let link = admin.link(&file.cid, &wish).await;
        let child = stranger.bearing(&link.token).link(&file.cid, &wish).await;
        let grandchild = stranger.bearing(&child.token).link(&file.cid, &wish).await;
        let token = match end {
            End::Session => login["access_token"].as_str().unwrap(),
            End::Ancestor => &grandchild.token,
            End::Revocation | End::Expiry => &link.token,
        };
        let (mut wire, length) = begin(&gateway, &file.cid, token).await;
        assert_eq!(length, LARGE as u64);
        let begun = wire.read(1000).await;
        assert!(begun == content[..1000], "{end:?}");
        match end {
            End::Revocation | End::Ancestor => admin.revoke(&link.id).await,
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
