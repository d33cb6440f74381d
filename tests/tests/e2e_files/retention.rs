//! Files past their retention and the grace after it.

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::gateway::Gateway;
use cidlock_tests::wait;
use serde_json::{Value, json};

use crate::deletes::logged;
use crate::{path, receipt};

#[tokio::test]
async fn a_file_past_its_time_is_deleted_and_the_receipt_says_why() {
    let gateway = Gateway::start_with("[retention]\ngrace_s = 0\ncheck_interval_s = 1\n").await;
    let admin = Client::admin(&gateway).await;
    let kept = admin.store("kept", "for ever").await;
    // Whatever time this takes, it is longer than a minute that the two have before it is moved.
    let moved = upload(&admin, 60).await;
    admin.change(moved["cid"].as_str().unwrap(), &json!({ "expires_at": null })).await;
    let over = upload(&admin, 1).await;
    let record = format!("/v1/deletions/{}", over["id"].as_str().unwrap());
    let deleted = wait::until("the file to be deleted", async || {
        let answer = Answer::to(admin.get(&record)).await;
        (answer.status == 200).then(|| answer.json()).filter(|shown| shown["status"] == "done")
    })
    .await;
    assert_eq!((&deleted["reason"], &deleted["cid"]), (&json!("retention"), &over["cid"]));
    assert!(deleted["deleted_at"].as_str() > over["expires_at"].as_str(), "{deleted}");
    let read = receipt::read(&gateway, deleted["receipt"].as_str().unwrap()).await;
    assert_eq!(read["claims"]["reason"], "retention");
    let cid = over["cid"].as_str().unwrap();
    Answer::to(admin.get(&path(cid))).await.assert_refused(404, "no_such_file");
    Answer::to(admin.delete(&path(cid))).await.assert_refused(404, "no_such_file");
    assert!(gateway.home().files_of_object(over["id"].as_str().unwrap()).is_empty());
    let [line] = &logged(gateway.home())[..] else { panic!("one line") };
    assert_eq!((&line["id"], &line["reason"]), (&over["id"], &json!("retention")));
    let mut left = admin.cids().await;
    left.sort();
    let mut expected = [kept.cid.as_str(), moved["cid"].as_str().unwrap()];
    expected.sort_unstable();
    assert_eq!(left, expected);
}

async fn upload(admin: &Client, expires_in: u64) -> Value {
    let upload = admin.post(&format!("/v1/files?expires_in={expires_in}")).body("short-lived");
    Answer::to(upload).await.expect(201).json()
}
