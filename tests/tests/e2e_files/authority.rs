//! Who may change and delete a file.

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::gateway::Gateway;
use serde_json::json;

use crate::{GATEWAY, UNKNOWN, path};

const ALL: [&str; 4] = ["read", "stat", "share", "delete"];

#[tokio::test]
async fn a_link_changes_nothing_and_deletes_only_where_it_may() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let [file, other] = [admin.store("a", "a").await, admin.store("b", "b").await];
    let all = admin.link(&file.cid, &json!({ "permissions": ALL })).await;
    let some = admin.link(&file.cid, &json!({ "permissions": ["read", "stat", "share"] })).await;
    let stranger = Client::stranger(&gateway);
    let rename = json!({ "name": "b" });
    let (all, some) = (stranger.bearing(&all.token), stranger.bearing(&some.token));
    for link in [&all, &some] {
        for cid in [&file.cid, &other.cid, UNKNOWN] {
            let answer = Answer::to(link.patch(&path(cid)).json(&rename)).await;
            answer.assert_refused(403, "insufficient_scope");
        }
        for cid in [&other.cid, UNKNOWN] {
            let answer = Answer::to(link.delete(&path(cid))).await;
            answer.assert_refused(403, "insufficient_scope");
        }
    }
    Answer::to(some.delete(&path(&file.cid))).await.assert_refused(403, "insufficient_scope");
    for request in
        [stranger.delete(&path(&file.cid)), stranger.patch(&path(&file.cid)).json(&rename)]
    {
        Answer::to(request).await.assert_refused(401, "unauthenticated");
    }
    // Nowhere but where bytes are read is a token taken from the query.
    let in_query = stranger.delete(&format!("{}?token={}", path(&file.cid), all.token()));
    Answer::to(in_query).await.assert_refused(401, "unauthenticated");
    assert_eq!(admin.info(&file.cid).await["name"], "a");

    let deleted = Answer::to(all.delete(&path(&file.cid))).await.expect(200).json();
    assert_eq!((&deleted["id"], &deleted["reason"]), (&json!(file.id), &json!("asked")));
    Answer::to(all.delete(&path(&file.cid))).await.assert_refused(401, "token_revoked");
    // The record of it is its owner's.
    let record = format!("/v1/deletions/{}", file.id);
    Answer::to(all.get(&record)).await.assert_refused(401, "token_invalid");
    let _ = Answer::to(admin.get(&record)).await.expect(200);
    let _ = admin.info(&other.cid).await;
}

#[tokio::test]
async fn somebody_elses_file_and_its_deletion_look_as_if_they_were_not_there() {
    let (_, home) = Gateway::start().await.stop().await;
    home.add_user("bob").await;
    let gateway = Gateway::start_in(home).await;
    let admin = Client::admin(&gateway).await;
    let bob = Client::user(&gateway, "bob", &gateway.home().admin_secret()).await;
    let file = admin.store("a", "a").await;
    let rename = json!({ "name": "b" });
    for cid in [&file.cid, UNKNOWN] {
        let answer = Answer::to(bob.patch(&path(cid)).json(&rename)).await;
        answer.assert_refused(404, "no_such_file");
        Answer::to(bob.delete(&path(cid))).await.assert_refused(404, "no_such_file");
    }
    let record = format!("/v1/deletions/{}", file.id);
    for client in [&admin, &bob] {
        Answer::to(client.get(&record)).await.assert_refused(404, "no_such_deletion");
    }
    let _ = Answer::to(admin.delete(&path(&file.cid))).await.expect(200);
    let _ = Answer::to(admin.get(&record)).await.expect(200);
    Answer::to(bob.get(&record)).await.assert_refused(404, "no_such_deletion");
    Answer::to(Client::stranger(&gateway).get(&record))
        .await
        .assert_refused(401, "unauthenticated");
    for id in ["nothing", "0", "0193F6A0-5B6E-7C11-8F0E-0123456789AB"] {
        let answer = Answer::to(admin.get(&format!("/v1/deletions/{id}"))).await;
        answer.assert_refused(400, "malformed_id");
    }
}
