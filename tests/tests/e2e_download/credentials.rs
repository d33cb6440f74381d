//! Where a credential is, and where it is not looked for.

use cidlock_tests::client::{Answer, Client};
use reqwest::Method;
use reqwest::header::AUTHORIZATION;
use serde_json::json;

use crate::GATEWAY;

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
        Answer::to(request).await.assert_refused(401, "unauthenticated");
        // Another scheme is somebody else's, such as a proxy's on the way.
        let request = stranger.get(&file.url).header(AUTHORIZATION, value);
        assert_eq!(Answer::to(request).await.expect(200).body, b"content");
    }
    let lower = format!("bearer {}", file.link_token());
    let _ = Answer::to(stranger.get(&path).header(AUTHORIZATION, lower)).await.expect(200);
}
