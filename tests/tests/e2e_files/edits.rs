//! A file described anew.

use std::fs;

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::Gateway;
use serde_json::{Value, json};

use crate::{GATEWAY, path};

#[tokio::test]
async fn a_change_shows_in_all_that_is_said_of_a_file_and_nothing_else_changes() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let content = bytes(1, 1_500_000);
    let file = admin.store("a.bin", content.clone()).await;
    let link = admin.link(&file.cid, &json!({})).await;
    let on_disk = fs::read(gateway.home().object_file(&file.id)).unwrap();
    let (soon, later) = (moment(&admin, 3600).await, moment(&admin, 7200).await);
    let mut expected = admin.info(&file.cid).await;
    let mut roots = vec![expected["root"].clone()];
    for (change, shows) in [
        (json!({ "name": "b.txt" }), json!({ "name": "b.txt" })),
        (json!({ "type": "text/plain" }), json!({ "type": "text/plain" })),
        (json!({ "expires_at": soon }), json!({ "expires_at": soon })),
        (json!({ "expires_at": later }), json!({ "expires_at": later })),
        (json!({ "expires_at": null }), json!({ "expires_at": null })),
        (json!({ "meta": { "a": "1", "b": "" } }), json!({ "meta": { "a": "1", "b": "" } })),
        (
            json!({ "meta": { "a": null, "c": "\u{1f512}" } }),
            json!({ "meta": { "b": "", "c": "\u{1f512}" } }),
        ),
        (json!({ "name": "c", "meta": { "b": null, "c": null } }), json!({ "name": "c" })),
        (
            json!({ "name": "Ä.png", "type": "image/png", "expires_at": soon, "meta": { "d": "e" } }),
            json!({ "name": "Ä.png", "type": "image/png", "expires_at": soon, "meta": { "d": "e" } }),
        ),
    ] {
        let request = admin.patch(&path(&file.cid)).json(&change);
        let answer = Answer::to(request).await.expect(200);
        let changed = answer.json();
        expected.as_object_mut().unwrap().remove("meta");
        for (member, value) in shows.as_object().unwrap() {
            expected[member] = value.clone();
        }
        assert!(!roots.contains(&changed["root"]), "{change}: each description has its own root");
        roots.push(changed["root"].clone());
        expected["root"] = changed["root"].clone();
        assert_eq!(changed, expected, "{change}");
        let etag = format!("\"{}\"", changed["root"].as_str().unwrap());
        assert_eq!(answer.header("etag"), Some(etag.as_str()));

        let shown = Answer::to(admin.get(&path(&file.cid))).await.expect(200);
        assert_eq!((shown.json(), shown.header("etag")), (expected.clone(), Some(etag.as_str())));
        let read = Answer::to(Client::stranger(&gateway).get(&link.url)).await.expect(200);
        assert!(read.body == content, "{change}");
        assert_eq!(read.header("etag"), Some(format!("\"{}\"", file.cid).as_str()));
        assert_eq!(read.header("content-type"), expected["type"].as_str());
        assert_eq!(fs::read(gateway.home().object_file(&file.id)).unwrap(), on_disk, "{change}");
        let names = [format!("{}.car", file.id), format!("{}.rev.car", file.id)];
        assert_eq!(gateway.home().files_of_object(&file.id), names, "{change}");
    }
    let read = Answer::to(admin.head(&format!("/files/{}", file.cid))).await.expect(200);
    let disposition = "inline; filename=\"_.png\"; filename*=UTF-8''%C3%84.png";
    assert_eq!(read.header("content-disposition"), Some(disposition));
}

/// A time so many seconds from now, as the gateway writes it.
async fn moment(admin: &Client, seconds: u64) -> String {
    let upload = admin.post(&format!("/v1/files?expires_in={seconds}")).body("x");
    let file = Answer::to(upload).await.expect(201).json();
    file["expires_at"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_change_that_changes_nothing_makes_no_revision() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let before = admin.info(&file.cid).await;
    for change in [
        json!({}),
        json!({ "name": "a" }),
        json!({ "name": "a", "type": before["type"], "expires_at": null, "meta": {} }),
        json!({ "meta": { "never": null, "": null } }),
    ] {
        let answer = Answer::to(admin.patch(&path(&file.cid)).json(&change)).await.expect(200);
        assert_eq!(answer.json(), before, "{change}");
        let etag = format!("\"{}\"", before["root"].as_str().unwrap());
        assert_eq!(answer.header("etag"), Some(etag.as_str()));
    }
    assert_eq!(gateway.home().files_of_object(&file.id), [format!("{}.car", file.id)]);
}

#[tokio::test]
async fn a_change_is_made_to_the_version_that_it_names() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let first = format!("\"{}\"", file.json["root"].as_str().unwrap());
    let patch = async |name: &str, condition: &str| {
        let request = admin.patch(&path(&file.cid)).header("if-match", condition);
        Answer::to(request.json(&json!({ "name": name }))).await
    };
    let answer = patch("b", &first).await.expect(200);
    let second = answer.header("etag").unwrap().to_owned();
    for stale in [&first, &format!("W/{second}"), "\"x\""] {
        patch("c", stale).await.assert_refused(412, "precondition_failed");
    }
    assert_eq!(admin.info(&file.cid).await["name"], "b");
    let _ = patch("d", &format!("{first}, {second}")).await.expect(200);
    let _ = patch("e", "*").await.expect(200);
    assert_eq!(admin.info(&file.cid).await["name"], "e");
}

#[tokio::test]
async fn revisions_outlive_the_process() {
    let mut gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let link = admin.link(&file.cid, &json!({})).await;
    let mut last = Value::Null;
    for round in 0..3 {
        for step in 0..3 {
            let change = json!({ "name": format!("{round}-{step}"), "meta": { "round": "x" } });
            let client = Client::stranger(&gateway).bearing(admin.token());
            last = client.change(&file.cid, &change).await;
        }
        let home = if round % 2 == 0 { gateway.kill() } else { gateway.stop().await.1 };
        gateway = Gateway::start_in(home).await;
        let stranger = Client::stranger(&gateway);
        assert_eq!(stranger.bearing(admin.token()).info(&file.cid).await, last);
        let content = stranger.bearing(&link.token).get(&format!("/files/{}", file.cid));
        assert_eq!(Answer::to(content).await.expect(200).body, b"content");
    }
    assert_eq!(last["name"], "2-2");
}
