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
async fn files_are_found_by_a_part_of_their_name_in_pages() {
    let (_, home) = Gateway::start().await.stop().await;
    home.add_user("bob").await;
    let gateway = Gateway::start_in(home).await;
    let admin = Client::admin(&gateway).await;
    let bob = Client::user(&gateway, "bob", &gateway.home().admin_secret()).await;
    let names = ["Report 1.pdf", "notes.txt", "REPORT 2.pdf", "Bericht über.txt", "report", "x"];
    for name in names {
        admin.store(name, name).await;
    }
    bob.store("report of bob", "x").await;
    for (query, expected) in [
        ("report", &["report", "REPORT 2.pdf", "Report 1.pdf"][..]),
        ("REPORT ", &["REPORT 2.pdf", "Report 1.pdf"]),
        ("ÜBER", &["Bericht über.txt"]),
        (".TXT", &["Bericht über.txt", "notes.txt"]),
        ("nothing", &[]),
        ("%", &[]),
    ] {
        for limit in [1, 2, 3, 500] {
            let found = search(&admin, query, limit).await;
            assert_eq!(found, expected, "{query} in pages of {limit}");
        }
    }
    assert_eq!(search(&bob, "report", 1).await, ["report of bob"]);
    // What is refused is refused whether or not anything would be found.
    for (query, code) in [
        ("q=".to_owned(), "bad_query"),
        (format!("q={}", "x".repeat(256)), "bad_query"),
        (format!("q={}", "%C3%BC".repeat(128)), "bad_query"),
        ("q=a&q=b".to_owned(), "bad_query"),
        ("q=a&limit=0".to_owned(), "bad_limit"),
        ("q=a&cursor=nowhere".to_owned(), "bad_cursor"),
        ("query=a".to_owned(), "bad_query"),
    ] {
        let answer = Answer::to(admin.get(&format!("/v1/files?{query}"))).await;
        answer.assert_refused(400, code);
    }
    let longest = format!("/v1/files?q={}", "x".repeat(255));
    let answer = Answer::to(admin.get(&longest)).await.expect(200);
    assert_eq!(answer.json(), json!({ "items": [], "next": null }));
}

/// The names of all that is found.
async fn search(client: &Client, query: &str, limit: usize) -> Vec<String> {
    let (mut names, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let mut asked = vec![("q", query.to_owned()), ("limit", limit.to_string())];
        asked.extend(cursor.take().map(|cursor| ("cursor", cursor)));
        let page = Answer::to(client.get("/v1/files").query(&asked)).await.expect(200).json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        names.extend(items.iter().map(|file| file["name"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return names,
        }
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
