//! Changes that are refused, each with what it is about, and that leave all as it was.

use cidlock_tests::client::{Answer, Client};
use serde_json::{Map, Value, json};

use crate::{GATEWAY, path};

#[tokio::test]
async fn what_cannot_be_said_of_a_file_is_refused_and_nothing_changes() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    admin.change(&file.cid, &json!({ "meta": { "kept": "yes" } })).await;
    let before = admin.info(&file.cid).await;
    for (change, code) in [
        (json!({ "nme": "b" }), "bad_body"),
        (json!({ "size": 7 }), "bad_body"),
        (json!({ "name": null }), "bad_body"),
        (json!({ "name": 7 }), "bad_body"),
        (json!({ "type": null }), "bad_body"),
        (json!({ "type": ["text/plain"] }), "bad_body"),
        (json!({ "expires_at": 1_900_000_000 }), "bad_body"),
        (json!({ "meta": null }), "bad_body"),
        (json!({ "meta": [] }), "bad_body"),
        (json!({ "meta": { "a": 7 } }), "bad_body"),
        (json!("name"), "bad_body"),
        (json!(null), "bad_body"),
        (json!({ "name": "" }), "bad_name"),
        (json!({ "name": "a/b" }), "bad_name"),
        (json!({ "name": "a\nb" }), "bad_name"),
        (json!({ "name": "x".repeat(256) }), "bad_name"),
        (json!({ "type": "text" }), "bad_media_type"),
        (json!({ "type": "text/plain\r\nX: y" }), "bad_media_type"),
        (json!({ "expires_at": "tomorrow" }), "bad_retention"),
        (json!({ "expires_at": "" }), "bad_retention"),
        (json!({ "expires_at": "2001-01-01T00:00:00Z" }), "bad_retention"),
        (json!({ "expires_at": "9999-01-01T00:00:00Z" }), "bad_retention"),
        (json!({ "meta": { "": "a" } }), "bad_meta"),
        (json!({ "meta": keys(64) }), "bad_meta"),
        (json!({ "meta": { "a": "x".repeat(8192 - 7) } }), "bad_meta"),
        // Short as it is, a statement has no room for it: each takes six bytes in JSON.
        (json!({ "meta": { "a": "\u{1}".repeat(8000) } }), "bad_meta"),
        (json!({ "name": "b", "meta": { "": "a" } }), "bad_meta"),
    ] {
        let answer = Answer::to(admin.patch(&path(&file.cid)).json(&change)).await;
        let said = answer.assert_refused(400, code);
        assert!(said.len() < 200, "{said}");
    }
    let twice = admin.patch(&path(&file.cid)).header("content-type", "application/json");
    let twice = twice.body(r#"{"name":"b","name":"c"}"#);
    Answer::to(twice).await.assert_refused(400, "bad_body");
    let form = admin.patch(&path(&file.cid)).body(r#"{"name":"b"}"#);
    Answer::to(form).await.assert_refused(415, "unsupported_media_type");
    let large = json!({ "name": "x".repeat(64 << 10) });
    let large = Answer::to(admin.patch(&path(&file.cid)).json(&large)).await;
    large.assert_refused(413, "too_large");
    assert_eq!(admin.info(&file.cid).await, before);
}

#[tokio::test]
async fn remarks_may_fill_their_limits_exactly() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let full = admin.change(&file.cid, &json!({ "meta": keys(64) })).await;
    assert_eq!(full["meta"], keys(64));
    let one_more = admin.patch(&path(&file.cid)).json(&json!({ "meta": { "one": "more" } }));
    Answer::to(one_more).await.assert_refused(400, "bad_meta");
    // One goes, another comes.
    let exchanged = json!({ "meta": { "key 0": null, "one": "more" } });
    let exchanged = admin.change(&file.cid, &exchanged).await;
    assert_eq!(exchanged["meta"].as_object().unwrap().len(), 64);

    let other = admin.store("b", "content").await;
    let long = json!({ "meta": { "ä": "x".repeat(8192 - 2) } });
    assert_eq!(admin.change(&other.cid, &long).await["meta"], long["meta"]);
}

fn keys(count: usize) -> Value {
    let keys = (0..count).map(|n| (format!("key {n}"), json!("value")));
    Value::Object(keys.collect::<Map<_, _>>())
}
