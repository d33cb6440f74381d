//! A file deleted: gone for everybody, from the disk, and on record.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Gateway, Home};
use serde_json::{Value, json};

use crate::{GATEWAY, path};

/// The lines of the log of deletions.
pub(crate) fn logged(home: &Home) -> Vec<Value> {
    let text = fs::read_to_string(home.data().join("deletions.log")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_deleted_file_is_gone_for_everybody_from_the_disk_and_after_a_restart() {
    let gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let (file, kept) = (admin.store("a", bytes(1, 1_200_000)).await, admin.store("b", "b").await);
    let link = admin.link(&file.cid, &json!({})).await;
    admin.change(&file.cid, &json!({ "name": "revised" })).await;
    assert_eq!(gateway.home().files_of_object(&file.id).len(), 2);
    let deleted = Answer::to(admin.delete(&path(&file.cid))).await.expect(200).json();
    assert_eq!(deleted["status"], "done");
    is_gone(&gateway, &admin, [&file.cid, &file.id], &[&link.token, file.link_token()]).await;

    let log = gateway.home().data().join("deletions.log");
    assert_eq!(fs::metadata(log).unwrap().permissions().mode() & 0o777, 0o600);
    let [line] = &logged(gateway.home())[..] else { panic!("one line") };
    assert_eq!((&line["id"], &line["cid"]), (&json!(file.id), &json!(file.cid)));
    assert_eq!((&line["reason"], line.as_object().unwrap().len()), (&json!("asked"), 4));

    let mut home = gateway.kill();
    for _ in 0..2 {
        let gateway = Gateway::start_in(home).await;
        let admin = Client::stranger(&gateway).bearing(admin.token());
        is_gone(&gateway, &admin, [&file.cid, &file.id], &[&link.token, file.link_token()]).await;
        assert_eq!(admin.cids().await, [kept.cid.as_str()]);
        assert_eq!(logged(gateway.home()).len(), 1);
        let record = Answer::to(admin.get(&format!("/v1/deletions/{}", file.id))).await;
        assert_eq!(record.expect(200).json()["deleted_at"], deleted["deleted_at"]);
        home = gateway.stop().await.1;
    }
}

async fn is_gone(gateway: &Gateway, owner: &Client, [cid, id]: [&str; 2], tokens: &[&str]) {
    for target in [path(cid), format!("/files/{cid}"), format!("/ipfs/{cid}?format=car")] {
        Answer::to(owner.get(&target)).await.assert_refused(404, "no_such_file");
        for token in tokens {
            let link = Client::stranger(gateway).bearing(*token);
            Answer::to(link.get(&target)).await.assert_refused(401, "token_revoked");
        }
    }
    let links = format!("{}/links", path(cid));
    for request in [
        owner.get(&links),
        owner.post(&links).json(&json!({})),
        owner.patch(&path(cid)).json(&json!({ "name": "b" })),
        owner.delete(&path(cid)),
    ] {
        Answer::to(request).await.assert_refused(404, "no_such_file");
    }
    assert!(!owner.cids().await.iter().any(|listed| listed == cid));
    assert_eq!(gateway.home().files_of_object(id), Vec::<String>::new());
}

#[tokio::test]
async fn a_deletion_is_of_the_version_that_it_names() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    for (condition, deletes) in [("former", false), ("current", true), ("*", true)] {
        let file = admin.store("a", "content").await;
        let former = format!("\"{}\"", file.json["root"].as_str().unwrap());
        let changed = admin.change(&file.cid, &json!({ "name": "b" })).await;
        let current = format!("\"{}\"", changed["root"].as_str().unwrap());
        let condition = match condition {
            "former" => former,
            "current" => current,
            any => any.to_owned(),
        };
        let request = admin.delete(&path(&file.cid)).header("if-match", condition);
        let answer = Answer::to(request).await;
        if deletes {
            let _ = answer.expect(200);
            Answer::to(admin.get(&path(&file.cid))).await.assert_refused(404, "no_such_file");
        } else {
            answer.assert_refused(412, "precondition_failed");
            assert_eq!(admin.info(&file.cid).await, changed);
        }
    }
}

#[tokio::test]
async fn a_content_that_was_deleted_can_be_stored_again_as_another_file() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "the same content").await;
    let _ = Answer::to(admin.delete(&path(&file.cid))).await.expect(200);
    let again = admin.store("a", "the same content").await;
    assert_ne!((&again.cid, &again.id), (&file.cid, &file.id));
    let read = Answer::to(admin.get(&format!("/files/{}", again.cid))).await.expect(200);
    assert_eq!(read.body, b"the same content");
}
