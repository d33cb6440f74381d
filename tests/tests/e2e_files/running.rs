//! Changes and deletions beside other requests for the same file.

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::Gateway;
use cidlock_tests::wire::Wire;
use futures::future::join;
use serde_json::json;

use crate::{GATEWAY, path};

/// More than lies in the buffers between a gateway and a narrow reader.
const LARGE: usize = 24 << 20;

#[tokio::test]
async fn a_download_does_not_notice_that_the_file_is_described_anew() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let content = bytes(3, LARGE);
    let file = admin.store("large", content.clone()).await;
    for (target, token) in [
        (format!("/files/{}", file.cid), file.link_token()),
        (format!("/files/{}", file.cid), admin.token()),
    ] {
        let mut wire = begin(&gateway, &target, token).await;
        for name in ["b", "c"] {
            admin.change(&file.cid, &json!({ "name": name, "type": "text/plain" })).await;
        }
        assert!(wire.read(LARGE).await == content);
        admin.change(&file.cid, &json!({ "name": "again" })).await;
    }
}

#[tokio::test]
async fn a_deletion_cuts_what_is_under_way() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let content = bytes(4, LARGE);
    for form in ["/files/", "/ipfs/"] {
        let file = admin.store("large", content.clone()).await;
        let target = format!("{form}{}", file.cid);
        let target = if form == "/ipfs/" { format!("{target}?format=car") } else { target };
        let mut by_owner = begin(&gateway, &target, admin.token()).await;
        let mut by_link = begin(&gateway, &target, file.link_token()).await;
        let (one, other) = (by_owner.read(1000).await, by_link.read(1000).await);
        assert_eq!(one, other);
        let deleted = Answer::to(admin.delete(&path(&file.cid))).await.expect(200).json();
        assert_eq!(deleted["status"], "done");
        for wire in [by_owner, by_link] {
            let came = 1000 + wire.read_to_end().await.len();
            assert!(came < LARGE, "{form}: all of it came");
        }
    }
}

#[tokio::test]
async fn of_two_changes_at_once_one_or_both_are_made_and_never_a_mixture() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    for round in 0..20 {
        let change =
            |n: u32| json!({ "name": format!("{round}-{n}"), "type": format!("x/{round}-{n}") });
        let patch = |n| Answer::to(admin.patch(&path(&file.cid)).json(&change(n)));
        let (one, other) = join(patch(1), patch(2)).await;
        let mut made = Vec::new();
        for (n, answer) in [(1, one), (2, other)] {
            if answer.status == 200 {
                let json = answer.json();
                assert_eq!(
                    (&json["name"], &json["type"]),
                    (&change(n)["name"], &change(n)["type"])
                );
                made.push(json);
            } else {
                answer.assert_refused(409, "revised_meanwhile");
            }
        }
        let now = admin.info(&file.cid).await;
        assert!(made.contains(&now), "round {round}: {now}");
    }
    let names = [format!("{}.car", file.id), format!("{}.rev.car", file.id)];
    assert_eq!(gateway.home().files_of_object(&file.id), names);
}

#[tokio::test]
async fn a_change_and_a_deletion_at_once_leave_nothing_of_the_file() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    for round in 0..20 {
        let file = admin.store("a", format!("content {round}")).await;
        let change = admin.patch(&path(&file.cid)).json(&json!({ "name": "b" }));
        let deletion = admin.delete(&path(&file.cid));
        let (change, deletion) = join(Answer::to(change), Answer::to(deletion)).await;
        if change.status != 200 {
            change.assert_refused(404, "no_such_file");
        }
        assert_eq!(deletion.expect(200).json()["status"], "done");
        Answer::to(admin.get(&path(&file.cid))).await.assert_refused(404, "no_such_file");
        assert!(gateway.home().files_of_object(&file.id).is_empty(), "round {round}");
    }
}

#[tokio::test]
async fn of_two_deletions_at_once_one_is_made() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    for round in 0..10 {
        let file = admin.store("a", format!("content {round}")).await;
        let delete = || Answer::to(admin.delete(&path(&file.cid)));
        let (one, other) = join(delete(), delete()).await;
        let (done, refused) = if one.status == 200 { (one, other) } else { (other, one) };
        assert_eq!(done.expect(200).json()["id"], file.id.as_str());
        refused.assert_refused(404, "no_such_file");
    }
}

/// Begins to read through a narrow connection.
async fn begin(gateway: &Gateway, target: &str, token: &str) -> Wire {
    let mut wire = Wire::narrow(gateway.address()).await;
    let head = format!("GET {target} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\r\n");
    wire.send(head).await;
    let head = wire.head().await;
    assert_eq!(head.status, 200, "{}", head.text);
    assert!(head.content_length().is_some_and(|length| length >= LARGE as u64), "{}", head.text);
    wire
}
