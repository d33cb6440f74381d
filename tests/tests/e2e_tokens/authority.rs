//! What a good token opens.

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::forge::Pattern;
use reqwest::Method;
use serde_json::json;

use crate::Scene;

#[tokio::test]
async fn a_share_token_opens_its_own_cid_with_its_own_permissions() {
    let scene = Scene::set().await;
    let other = scene.admin.store("b", "other").await;
    let unknown = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
    for cid in [other.cid.as_str(), unknown] {
        let token = scene.share().claiming("cid", cid).sign();
        scene.assert_refused("another CID", &token, 403, "insufficient_scope").await;
    }
    for permissions in [json!(["stat"]), json!(["share", "delete"])] {
        let token = scene.share().claiming("permissions", permissions).sign();
        scene.assert_refused("without read", &token, 403, "insufficient_scope").await;
    }
    for permissions in [json!([]), json!(["fly"]), json!(["read", "read"]), json!("read")] {
        let token = scene.share().claiming("permissions", permissions).sign();
        scene.assert_refused("malformed permissions", &token, 401, "token_invalid").await;
    }
    scene.admin.revoke(scene.file.json["link"]["id"].as_str().unwrap()).await;
    // The revocation is of the id, whatever else the token says.
    for token in [
        scene.file.link_token().to_owned(),
        scene.share().claiming("permissions", json!(["read"])).sign(),
    ] {
        scene.assert_refused("revoked", &token, 401, "token_revoked").await;
    }
}

#[tokio::test]
async fn a_restriction_that_is_not_enforced_closes_the_link() {
    let scene = Scene::set().await;
    let owner = &scene.file.json["owner"];
    for (name, value) in [
        ("allow_ips", json!(["0.0.0.0/0", "::/0"])),
        ("max_downloads", json!(1000)),
        ("only_user", owner.clone()),
    ] {
        let token = scene.share().claiming(name, value).sign();
        scene.assert_refused(name, &token, 403, "insufficient_scope").await;
        let bearer = Client::stranger(&scene.gateway).bearing(&token);
        let stat = Answer::to(bearer.get(&format!("/v1/files/{}", scene.file.cid))).await;
        let said = stat.assert_refused(403, "insufficient_scope");
        assert!(said.contains(name), "{said}");
        // Nor is it handed on, which would lose it.
        let permissions = json!(["read", "share"]);
        let token = Pattern::of(&token, scene.gateway.home()).claiming("permissions", permissions);
        let links = format!("/v1/files/{}/links", scene.file.cid);
        let bearer = Client::stranger(&scene.gateway).bearing(token.sign());
        let handed_on = Answer::to(bearer.post(&links).json(&json!({}))).await;
        handed_on.assert_refused(403, "insufficient_scope");
    }
    for (name, value) in [
        ("allow_ips", json!([])),
        ("allow_ips", json!(["10.0.0.1/8"])),
        ("max_downloads", json!(0)),
        ("max_downloads", json!("1")),
        ("only_user", json!("")),
    ] {
        let what = format!("{name} is {value}");
        let token = scene.share().claiming(name, value).sign();
        scene.assert_refused(&what, &token, 401, "token_invalid").await;
    }
}

#[tokio::test]
async fn an_access_token_does_what_its_scope_says() {
    let scene = Scene::set().await;
    let cid = &scene.file.cid;
    let calls = [
        ("files:read", Method::GET, "/v1/files".to_owned()),
        ("files:read", Method::GET, format!("/v1/files/{cid}")),
        ("files:read", Method::GET, format!("/files/{cid}")),
        ("files:write", Method::POST, "/v1/files".to_owned()),
        ("links", Method::GET, format!("/v1/files/{cid}/links")),
        ("links", Method::POST, format!("/v1/files/{cid}/links")),
    ];
    for scope in ["files:read", "files:write", "links", "", "files", "FILES:READ links:all"] {
        let bearer = Client::stranger(&scene.gateway);
        let bearer = bearer.bearing(scene.access().claiming("scope", scope).sign());
        for (needed, method, path) in &calls {
            let request = bearer.request(method.clone(), path).json(&json!({}));
            let answer = Answer::to(request).await;
            if *needed == scope {
                assert!(answer.status < 300, "{scope}: {method} {path} gives {}", answer.status);
            } else {
                let said = answer.assert_refused(403, "insufficient_scope");
                assert!(said.contains(needed), "{said}");
            }
        }
    }
}

#[tokio::test]
async fn where_a_login_is_due_a_link_is_refused() {
    let scene = Scene::set().await;
    let bearer = Client::stranger(&scene.gateway).bearing(scene.file.link_token());
    for method in [Method::GET, Method::POST] {
        let answer = Answer::to(bearer.request(method, "/v1/files")).await;
        answer.assert_refused(401, "token_invalid");
    }
    // Nor does a refresh token open anything, nor an access token refresh a session.
    let refresh = scene.login["refresh_token"].as_str().unwrap();
    let bearer = Client::stranger(&scene.gateway).bearing(refresh);
    Answer::to(bearer.get("/v1/files")).await.assert_refused(401, "token_invalid");
    let answer = Client::stranger(&scene.gateway).refresh(scene.admin.token()).await;
    assert_eq!(answer.expect(400).json()["error"], "invalid_grant");
}
