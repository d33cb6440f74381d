//! Files in pages, and the links to them.

use std::collections::BTreeSet;

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::gateway::Gateway;
use serde_json::{Value, json};

use crate::GATEWAY;

#[tokio::test]
async fn the_list_shows_each_file_once_newest_first_in_pages() {
    let gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let mut stored = Vec::new();
    for number in 0..5 {
        stored.push(admin.store(&format!("{number}"), format!("content {number}")).await.cid);
    }
    let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = Answer::to(admin.get(&format!("/v1/files?limit=2{cursor}"))).await.expect(200);
        let page = page.json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|file| file["cid"].as_str().unwrap().to_owned()));
        pages += 1;
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(pages, 3);
    let expected: BTreeSet<&String> = stored.iter().collect();
    assert_eq!(seen.iter().collect::<BTreeSet<_>>(), expected);
    assert_eq!(seen.len(), stored.len());
    assert_eq!(admin.cids().await, seen, "one large page has the same order");

    for (query, code) in [
        ("limit=0", "bad_limit"),
        ("limit=501", "bad_limit"),
        ("limit=two", "bad_query"),
        ("cursor=nowhere", "bad_cursor"),
        ("page=1", "bad_query"),
    ] {
        let answer = Answer::to(admin.get(&format!("/v1/files?{query}"))).await;
        answer.assert_refused(400, code);
    }
}

#[tokio::test]
async fn a_link_is_refused_if_it_cannot_be_and_never_outlives_its_file() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let upload = admin.post("/v1/files?expires_in=3600").body("content");
    let file = Answer::to(upload).await.expect(201).json();
    let links = format!("/v1/files/{}/links", file["cid"].as_str().unwrap());
    for (wish, code) in [
        (json!({ "expires_in": 0 }), "bad_lifetime"),
        (json!({ "expires_in": 90 * 86_400 + 1 }), "bad_lifetime"),
        (json!({ "permissions": [] }), "bad_permissions"),
        (json!({ "permissions": ["write"] }), "bad_body"),
        (json!({ "permissions": ["read", "read"] }), "bad_body"),
        (json!({ "permissions": "read" }), "bad_body"),
        (json!({ "name": "n".repeat(256) }), "bad_name"),
        (json!({ "expires_in": "1h" }), "bad_body"),
        // Not enforced yet, so not promised.
        (json!({ "max_downloads": 1 }), "bad_body"),
        (json!({ "allow_ips": ["127.0.0.0/8"] }), "bad_body"),
        (json!({ "only_user": file["owner"] }), "bad_body"),
    ] {
        let answer = Answer::to(admin.post(&links).json(&wish)).await;
        answer.assert_refused(400, code);
    }
    let answer = Answer::to(admin.post(&links).body("{}")).await;
    answer.assert_refused(415, "unsupported_media_type");
    let huge = json!({ "name": "n".repeat(70_000) });
    Answer::to(admin.post(&links).json(&huge)).await.assert_refused(413, "too_large");

    let wish = json!({ "expires_in": 86_400, "name": "for Ann ✓" });
    let link = Answer::to(admin.post(&links).json(&wish)).await.expect(201).json();
    assert_eq!(link["expires_at"], file["expires_at"]);
    assert_eq!(link["permissions"], json!(["read", "stat"]));
    let id = link["id"].as_str().unwrap();
    let shown = Answer::to(admin.get(&format!("/v1/links/{id}"))).await.expect(200).json();
    assert_eq!((&shown["name"], &shown["revoked_at"]), (&json!("for Ann ✓"), &Value::Null));
    assert_eq!((shown.get("token"), shown.get("url")), (None, None));
    let listed = Answer::to(admin.get(&links)).await.expect(200).json();
    assert_eq!(listed["items"][0], shown);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2, "one came with the file");
}
