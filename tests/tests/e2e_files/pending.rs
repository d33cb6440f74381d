//! A deletion that the engine does not follow at once: the file is gone for everybody, the receipt
//! says that it is not gone from the disk, and it is tried again until it is.

use std::fs;

use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::gateway::{Gateway, Home};
use cidlock_tests::wait;
use serde_json::{Value, json};

use crate::deletes::logged;
use crate::{path, receipt};

/// Puts a directory where the object's file was: it can be neither read nor removed as a file.
fn obstruct(home: &Home, id: &str) -> impl FnOnce() + use<> {
    let object = home.object_file(id);
    let aside = home.path().join("aside.car");
    fs::rename(&object, &aside).unwrap();
    fs::create_dir(&object).unwrap();
    fs::write(object.join("in the way"), "").unwrap();
    move || {
        fs::remove_dir_all(&object).unwrap();
        fs::rename(&aside, &object).unwrap();
    }
}

async fn delete_obstructed(gateway: &Gateway, admin: &Client) -> (Stored, impl FnOnce() + use<>) {
    let file = admin.store("a", "content").await;
    let link = admin.link(&file.cid, &json!({})).await;
    let clear = obstruct(gateway.home(), &file.id);
    let deleted = Answer::to(admin.delete(&path(&file.cid))).await.expect(200).json();
    let nodes = json!([{ "engine": "embedded", "node": "local", "status": "pending" }]);
    assert_eq!((&deleted["status"], &deleted["nodes"]), (&json!("pending"), &nodes));
    let read = receipt::read(gateway, deleted["receipt"].as_str().unwrap()).await;
    assert_eq!(read["claims"]["nodes"], nodes);
    Answer::to(admin.get(&path(&file.cid))).await.assert_refused(404, "no_such_file");
    let bearer = admin.bearing(&link.token);
    Answer::to(bearer.get(&path(&file.cid))).await.assert_refused(401, "token_revoked");
    (file, clear)
}

async fn until_done(gateway: &Gateway, admin: &Client, file: &Stored) -> Value {
    let record = format!("/v1/deletions/{}", file.id);
    let done = wait::until("the deletion to be done", async || {
        let shown = Answer::to(admin.get(&record)).await.expect(200).json();
        Some(shown).filter(|shown| shown["status"] == "done")
    })
    .await;
    assert_eq!(done["nodes"][0]["status"], "collected");
    assert_eq!(gateway.home().files_of_object(&file.id), Vec::<String>::new());
    assert!(logged(gateway.home()).iter().all(|line| line["id"] == file.id.as_str()));
    done
}

#[tokio::test]
async fn it_is_tried_again_at_the_next_start() {
    let gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let (file, clear) = delete_obstructed(&gateway, &admin).await;
    // Obstructed still, it stays pending and keeps the gateway from nothing.
    let home = gateway.stop().await.1;
    let gateway = Gateway::start_in(home).await;
    let admin = Client::stranger(&gateway).bearing(admin.token());
    let shown = Answer::to(admin.get(&format!("/v1/deletions/{}", file.id))).await.expect(200);
    assert_eq!(shown.json()["status"], "pending");
    admin.store("another", "another").await;
    let home = gateway.stop().await.1;
    clear();
    let gateway = Gateway::start_in(home).await;
    let admin = Client::stranger(&gateway).bearing(admin.token());
    until_done(&gateway, &admin, &file).await;
}

#[tokio::test]
async fn it_is_tried_again_while_the_gateway_runs() {
    let gateway = Gateway::start_with("[engine]\nretry_interval_s = 1\n").await;
    let admin = Client::admin(&gateway).await;
    let (file, clear) = delete_obstructed(&gateway, &admin).await;
    clear();
    let done = until_done(&gateway, &admin, &file).await;
    let read = receipt::read(&gateway, done["receipt"].as_str().unwrap()).await;
    assert_eq!(read["claims"]["nodes"], done["nodes"]);
}

/// A damaged object is not what an edit that fails takes away.
#[tokio::test]
async fn a_change_that_meets_damage_fails_and_removes_nothing() {
    let gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let object = gateway.home().object_file(&file.id);
    let whole = fs::read(&object).unwrap();
    let mut damaged = whole.clone();
    damaged[0] ^= 1;
    fs::write(&object, &damaged).unwrap();
    let change = json!({ "name": "b" });
    let answer = Answer::to(admin.patch(&path(&file.cid)).json(&change)).await;
    answer.assert_refused(500, "internal");
    assert_eq!(fs::read(&object).unwrap(), damaged);
    fs::write(&object, &whole).unwrap();
    assert_eq!(admin.info(&file.cid).await["name"], "a");
    assert_eq!(admin.change(&file.cid, &change).await["name"], "b");
    let read = Answer::to(admin.get(&format!("/files/{}", file.cid))).await.expect(200);
    assert_eq!(read.body, b"content");
    // And what is damaged can be deleted.
    fs::write(&object, &damaged).unwrap();
    let deleted = Answer::to(admin.delete(&path(&file.cid))).await.expect(200).json();
    assert_eq!(deleted["status"], "done");
    assert_eq!(gateway.home().files_of_object(&file.id), Vec::<String>::new());
}
