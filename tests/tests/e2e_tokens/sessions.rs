//! Logins, and the refresh tokens that they go on by.

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::Gateway;
use cidlock_tests::wait;
use cidlock_tests::wire::Wire;
use serde_json::json;

use crate::{GATEWAY, Scene};

#[tokio::test]
async fn a_login_that_fails_does_not_say_why() {
    let gateway = GATEWAY.lease().await;
    let stranger = Client::stranger(&gateway);
    let secret = gateway.home().admin_secret();
    let long = "x".repeat(5000);
    let mut details = Vec::new();
    for (name, password) in [
        ("admin", "wrong"),
        ("nobody", "wrong"),
        ("nobody", secret.as_str()),
        ("Admin", secret.as_str()),
        ("admin", ""),
        ("", ""),
        ("admin\0", secret.as_str()),
        ("admin", long.as_str()),
        ("admin' OR '1'='1", "x"),
    ] {
        let answer = stranger.log_in(name, password).await;
        details.push(answer.assert_refused(401, "bad_credentials"));
        let names: Vec<_> = answer.headers.keys().map(|name| name.as_str().to_owned()).collect();
        details.push(format!("{names:?}"));
    }
    assert!(details.chunks(2).all(|pair| pair == &details[..2]), "{details:?}");
    for body in [
        json!({}),
        json!({ "username": "admin" }),
        json!({ "username": "admin", "password": 1 }),
        json!({ "username": "admin", "password": secret, "remember": true }),
        json!([]),
    ] {
        let answer = Answer::to(stranger.post("/v1/login").json(&body)).await;
        let said = answer.assert_refused(400, "bad_body");
        assert!(!said.contains(&secret), "{said}");
    }
}

#[tokio::test]
async fn a_refresh_token_gives_the_next_ones_once() {
    let scene = Scene::set().await;
    let stranger = Client::stranger(&scene.gateway);
    let first = scene.login["refresh_token"].as_str().unwrap();
    let answer = stranger.refresh(first).await.expect(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let next = answer.json();
    for member in ["access_token", "refresh_token"] {
        assert_ne!(next[member], scene.login[member]);
    }
    assert_eq!((&next["token_type"], &next["expires_in"]), (&json!("Bearer"), &json!(600)));
    let renewed = stranger.bearing(next["access_token"].as_str().unwrap());
    for client in [&renewed, &scene.admin] {
        let _ = Answer::to(client.get("/v1/files")).await.expect(200);
    }

    // Two hold it: the session ends, and with it what either got from it.
    let reused = stranger.refresh(first).await.expect(400).json();
    assert_eq!(reused["error"], "invalid_grant");
    let after = stranger.refresh(next["refresh_token"].as_str().unwrap()).await.expect(400);
    assert_eq!(after.json()["error"], "invalid_grant");
    for client in [&renewed, &scene.admin] {
        for path in ["/v1/files", &format!("/files/{}", scene.file.cid)] {
            Answer::to(client.get(path)).await.assert_refused(401, "token_revoked");
        }
        let upload = client.post("/v1/files").body("late");
        Answer::to(upload).await.assert_refused(401, "token_revoked");
    }
    // Another session of the same user goes on, and so do links that were made in this one.
    let other = Client::admin(&scene.gateway).await;
    let _ = Answer::to(other.get("/v1/files")).await.expect(200);
    let _ = Answer::to(stranger.get(&scene.file.url)).await.expect(200);
}

#[tokio::test]
async fn of_two_that_refresh_at_once_one_gets_tokens_and_both_lose_the_session() {
    let scene = Scene::set().await;
    let stranger = Client::stranger(&scene.gateway);
    let refresh = scene.login["refresh_token"].as_str().unwrap();
    let (one, other) = tokio::join!(stranger.refresh(refresh), stranger.refresh(refresh));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    let answer = Answer::to(scene.admin.get("/v1/files")).await;
    answer.assert_refused(401, "token_revoked");
}

#[tokio::test]
async fn a_refresh_that_fails_says_so_as_oauth_does() {
    let gateway = GATEWAY.lease().await;
    let stranger = Client::stranger(&gateway);
    let form = "application/x-www-form-urlencoded";
    for (body, error) in [
        ("grant_type=refresh_token&refresh_token=unknown", "invalid_grant"),
        ("grant_type=refresh_token&refresh_token=", "invalid_grant"),
        ("grant_type=refresh_token", "invalid_request"),
        ("grant_type=password&username=admin&password=x", "unsupported_grant_type"),
        ("grant_type=client_credentials", "unsupported_grant_type"),
    ] {
        let request = stranger.post("/oauth/token").header("content-type", form).body(body);
        let answer = Answer::to(request).await.expect(400);
        assert_eq!(answer.json()["error"], error, "{body}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let request = stranger.post("/oauth/token").json(&json!({ "grant_type": "refresh_token" }));
    Answer::to(request).await.assert_refused(415, "unsupported_media_type");
}

#[tokio::test]
async fn a_session_that_ends_ends_its_uploads() {
    let gateway = Gateway::start().await;
    let stranger = Client::stranger(&gateway);
    let login = stranger.log_in("admin", &gateway.home().admin_secret()).await.json();
    let admin = stranger.bearing(login["access_token"].as_str().unwrap());
    let mut wire = Wire::open(gateway.address()).await;
    wire.send(admin.upload_head("late", "Content-Length: 500000")).await;
    wire.send(bytes(1, 400_000)).await;
    wait::until("the upload to begin", async || {
        (!gateway.home().staging_files().is_empty()).then_some(())
    })
    .await;
    let refresh = login["refresh_token"].as_str().unwrap();
    let _ = stranger.refresh(refresh).await.expect(200);
    let _ = stranger.refresh(refresh).await.expect(400);
    wire.send(bytes(1, 100_000)).await;
    assert_eq!(wire.head().await.status, 401);
    wait::until("nothing to be left of the upload", async || {
        gateway.home().staging_files().is_empty().then_some(())
    })
    .await;
    assert!(gateway.home().object_files().is_empty());
    assert!(Client::admin(&gateway).await.cids().await.is_empty());
}
