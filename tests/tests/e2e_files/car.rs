//! `/ipfs/{cid}`: an object's blocks, checked to the last one, by us and by Kubo.

use std::collections::BTreeSet;

use cid::Cid;
use cidlock_crypto::chunked::Layout;
use cidlock_ipfs_client::car::{Checked, Whole};
use cidlock_ipfs_client::dag::DagParams;
use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::content::bytes;
use cidlock_tests::kubo::Repo;
use cidlock_tests::wire::Wire;
use serde_json::{Value, json};

use crate::{GATEWAY, UNKNOWN, path};

const CAR: &str = "application/vnd.ipld.car";

fn target(cid: &str) -> String {
    format!("/ipfs/{cid}?format=car")
}

/// Reads a CAR of the object to its last block, each of which is what it should be.
pub(crate) async fn check(cid: &str, size: u64, car: &[u8]) -> Checked {
    let whole = Whole {
        params: DagParams::UNIXFS_V1_2025,
        content: cid.parse().unwrap(),
        content_len: Layout::from_plaintext_len(size).unwrap().ciphertext_len(),
    };
    let checked = whole.check(car).await.unwrap();
    assert_eq!(checked.len, car.len() as u64);
    checked
}

fn root(file: &Value) -> Cid {
    file["root"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_car_is_the_whole_object_before_and_after_a_change() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    for size in [0, 1, 16_384, 1_048_000, 3_200_000] {
        let file = admin.store("a", bytes(size, size as usize)).await;
        let mut now = file.json.clone();
        for name in ["a secret name", "another secret name"] {
            let car = Answer::to(admin.get(&target(&file.cid))).await.expect(200);
            let checked = check(&file.cid, size, &car.body).await;
            assert_eq!(checked.root, root(&now), "{size}");
            let [(member, statement)] = &checked.members[..] else { panic!("one member") };
            assert_eq!(member, "object.jwt");
            assert!(!String::from_utf8_lossy(statement).contains(name));
            now = admin.change(&file.cid, &json!({ "name": name })).await;
        }
    }
}

#[tokio::test]
async fn a_car_has_the_heads_that_it_should_have() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", bytes(1, 100_000)).await;
    let plain = format!("/ipfs/{}", file.cid);
    let whole = Answer::to(admin.get(&target(&file.cid))).await.expect(200);
    let etag = format!("\"{}.car\"", file.json["root"].as_str().unwrap());
    for (name, value) in [
        ("content-type", format!("{CAR}; version=1; order=unk; dups=y")),
        ("content-length", whole.body.len().to_string()),
        ("content-disposition", format!("attachment; filename=\"{}.car\"", file.cid)),
        ("etag", etag.clone()),
        ("cache-control", "private".to_owned()),
        ("referrer-policy", "no-referrer".to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
        ("accept-ranges", "none".to_owned()),
        ("vary", "Accept".to_owned()),
    ] {
        assert_eq!(whole.header(name), Some(value.as_str()), "{name}");
    }
    let head = Answer::to(admin.head(&target(&file.cid))).await.expect(200);
    assert_eq!(head.header("content-length"), whole.header("content-length"));
    assert!(head.body.is_empty());

    for accept in
        [CAR, "text/html, application/vnd.ipld.car;version=1;q=0.5", "Application/Vnd.IPLD.car"]
    {
        let request = admin.get(&plain).header("accept", accept);
        assert_eq!(Answer::to(request).await.expect(200).body, whole.body, "{accept}");
    }
    for request in [
        admin.get(&plain),
        admin.get(&plain).header("accept", "*/*"),
        admin.get(&plain).header("accept", "application/vnd.ipld.raw"),
        admin.get(&format!("{plain}?format=raw")).header("accept", CAR),
        admin.get(&format!("{plain}?format=")),
    ] {
        Answer::to(request).await.assert_refused(406, "not_acceptable");
    }
    // A range is not served here, and no error either.
    let ranged = admin.get(&target(&file.cid)).header("range", "bytes=0-9");
    assert_eq!(Answer::to(ranged).await.expect(200).body, whole.body);
}

#[tokio::test]
async fn a_car_is_another_one_after_a_change() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let etag = |file: &Value| format!("\"{}.car\"", file["root"].as_str().unwrap());
    let conditional = async |name: &str, tag: String| {
        Answer::to(admin.get(&target(&file.cid)).header(name, tag)).await
    };
    let first = etag(&file.json);
    let same = conditional("if-none-match", first.clone()).await.expect(304);
    assert_eq!((same.header("etag"), same.body.len()), (Some(first.as_str()), 0));
    let _ = conditional("if-match", first.clone()).await.expect(200);
    let changed = admin.change(&file.cid, &json!({ "name": "b" })).await;
    let _ = conditional("if-none-match", first.clone()).await.expect(200);
    conditional("if-match", first).await.assert_refused(412, "precondition_failed");
    let _ = conditional("if-match", etag(&changed)).await.expect(200);
}

#[tokio::test]
async fn a_car_is_for_those_who_may_read() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let stranger = Client::stranger(&gateway);
    let reads = admin.link(&file.cid, &json!({ "permissions": ["read"] })).await;
    let other = json!({ "permissions": ["stat", "share", "delete"] });
    let other = admin.link(&file.cid, &other).await;
    let url = format!("{}&token={}", target(&file.cid), reads.token);
    let car = Answer::to(stranger.get(&url)).await.expect(200);
    check(&file.cid, 7, &car.body).await;
    let _ = Answer::to(stranger.bearing(&reads.token).get(&target(&file.cid))).await.expect(200);
    for (bearer, cid) in [(&other, &*file.cid), (&reads, UNKNOWN)] {
        let answer = Answer::to(stranger.bearing(&bearer.token).get(&target(cid))).await;
        answer.assert_refused(403, "insufficient_scope");
    }
    Answer::to(stranger.get(&target(&file.cid))).await.assert_refused(401, "unauthenticated");
    Answer::to(admin.get(&target(UNKNOWN))).await.assert_refused(404, "no_such_file");
    Answer::to(admin.get("/ipfs/nothing?format=car")).await.assert_refused(400, "malformed_cid");
    admin.revoke(&reads.id).await;
    Answer::to(stranger.get(&url)).await.assert_refused(401, "token_revoked");
}

#[tokio::test]
async fn a_car_on_its_way_is_cut_when_its_link_is_taken_back() {
    const LARGE: usize = 24 << 20;
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("large", bytes(5, LARGE)).await;
    let link = admin.link(&file.cid, &json!({})).await;
    let mut wire = Wire::narrow(gateway.address()).await;
    let request =
        format!("GET {}&token={} HTTP/1.1\r\nHost: a\r\n\r\n", target(&file.cid), link.token);
    wire.send(request).await;
    let length = wire.head().await.content_length().unwrap();
    assert!(length > LARGE as u64);
    admin.revoke(&link.id).await;
    assert!((wire.read_to_end().await.len() as u64) < length);
}

/// What Kubo makes of the CARs: the same root, and under it the same content.
#[tokio::test]
async fn kubo_takes_a_car_before_and_after_a_change_under_the_same_cids() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let size = 2_500_000;
    let file = admin.store("a", bytes(6, size as usize)).await;
    let before = imported(&admin, &file, size, root(&file.json)).await;
    let changed = admin.change(&file.cid, &json!({ "name": "b" })).await;
    let after = imported(&admin, &file, size, root(&changed)).await;
    assert!(before == after, "the content is the same");
}

/// Imports the object as it is now into an empty repository; gives back its ciphertext.
async fn imported(admin: &Client, file: &Stored, size: u64, root: Cid) -> Vec<u8> {
    let repo = Repo::new();
    let directory = tempfile::tempdir().unwrap();
    let answer = Answer::to(admin.get(&target(&file.cid))).await.expect(200);
    let checked = check(&file.cid, size, &answer.body).await;
    let car = directory.path().join("object.car");
    std::fs::write(&car, &answer.body).unwrap();
    assert_eq!(repo.import(&[car]), BTreeSet::from([root]));
    let (content, member) = (directory.path().join("content"), directory.path().join("member"));
    repo.get(&format!("{root}/object.jwt"), &member);
    assert_eq!(std::fs::read(&member).unwrap(), checked.members[0].1);
    repo.get(&format!("{root}/content"), &content);
    let ciphertext = std::fs::read(&content).unwrap();
    assert_eq!(repo.hash_files(&[], &[content])["content"].to_string(), file.cid);
    assert_eq!(ciphertext.len() as u64, Layout::from_plaintext_len(size).unwrap().ciphertext_len());
    ciphertext
}

/// As docs/object-format.md says, with the files as they lie on the disk.
#[tokio::test]
async fn the_two_files_of_a_revised_object_are_all_that_kubo_needs() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", bytes(8, 1_500_000)).await;
    admin.change(&file.cid, &json!({ "name": "b" })).await;
    let changed = admin.change(&file.cid, &json!({ "name": "c" })).await;
    let object = gateway.home().object_file(&file.id);
    let revision = object.with_file_name(format!("{}.rev.car", file.id));
    let repo = Repo::new();
    let (first, now) = (root(&file.json), root(&changed));
    assert_eq!(repo.import(std::slice::from_ref(&object)), BTreeSet::from([first]));
    assert_eq!(repo.import(&[revision]), BTreeSet::from([now]));
    repo.run(["pin", "rm", &first.to_string()]);
    repo.run(["repo", "gc", "--quiet"]);
    let directory = tempfile::tempdir().unwrap();
    let (content, member) = (directory.path().join("content"), directory.path().join("member"));
    repo.get(&format!("{now}/content"), &content);
    assert_eq!(repo.hash_files(&[], &[content])["content"].to_string(), file.cid);
    repo.get(&format!("{now}/object.jwt"), &member);
    let car = Answer::to(admin.get(&target(&file.cid))).await.expect(200);
    let checked = check(&file.cid, 1_500_000, &car.body).await;
    assert_eq!(std::fs::read(&member).unwrap(), checked.members[0].1);
}

#[tokio::test]
async fn cars_come_whole_while_the_file_is_described_anew() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", bytes(7, 300_000)).await;
    let changing = async {
        for name in 0..30 {
            admin.change(&file.cid, &json!({ "name": format!("{name}") })).await;
        }
    };
    let reading = async {
        for _ in 0..60 {
            let answer = Answer::to(admin.get(&target(&file.cid))).await;
            if answer.status == 200 {
                check(&file.cid, 300_000, &answer.body).await;
            } else {
                answer.assert_refused(409, "revised_meanwhile");
            }
        }
    };
    futures::future::join(changing, reading).await;
    let _ = Answer::to(admin.get(&path(&file.cid))).await.expect(200);
}
