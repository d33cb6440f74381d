//! A catalog that was lost, restored by `cidlock rebuild`.

use std::fs;
use std::path::Path;

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::command;
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Gateway, Home};
use http::Method;
use serde_json::{Value, json};

use crate::serve;

/// Forgets the catalog, as a lost disk would.
pub(super) fn lose_catalog(home: &Home) {
    let mut lost = 0;
    for entry in fs::read_dir(home.data()).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("catalog.db") {
            fs::remove_file(path).unwrap();
            lost += 1;
        }
    }
    assert!(lost > 0, "there was a catalog");
}

async fn rebuild(home: &Home, more: &[&str], exit: i32) -> Value {
    let said = command::run(home.cidlock(&[&["rebuild", "--json"], more].concat())).await;
    said.expect(exit).json().into_iter().next().expect("a result")
}

/// What a file's owner sees of it, without what may differ.
async fn description(client: &Client, cid: &str) -> Value {
    Answer::to(client.get(&format!("/v1/files/{cid}"))).await.expect(200).json()
}

async fn content(client: &Client, cid: &str) -> Vec<u8> {
    Answer::to(client.get(&format!("/files/{cid}"))).await.expect(200).body
}

#[tokio::test]
async fn every_file_comes_back_as_it_was_and_what_led_to_it_before_is_dead() {
    let gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let mut before = Vec::new();
    for (n, len) in [0, 1, 16_384, 3_000_001].into_iter().enumerate() {
        let stored = admin.store(&format!("ünïque {n}.bin"), bytes(n as u64, len)).await;
        before.push((stored.cid.clone(), bytes(n as u64, len)));
    }
    let renamed = &before[1].0;
    for name in ["second.txt", "third.txt"] {
        let patch = json!({"name": name, "type": "text/plain", "meta": {"project": name}});
        let request = admin.request(Method::PATCH, &format!("/v1/files/{renamed}"));
        let _ = Answer::to(request.json(&patch)).await.expect(200);
    }
    let link = admin.link(renamed, &json!({"expires_in": 3600})).await;
    let mut described = Vec::new();
    for (cid, _) in &before {
        described.push(description(&admin, cid).await);
    }
    let old_token = admin.token().to_owned();

    let (_, home) = gateway.stop().await;
    lose_catalog(&home);
    let said = rebuild(&home, &[], 0).await;
    assert_eq!((&said["restored"], &said["damaged"]), (&json!(4), &json!([])), "{said}");
    let again = rebuild(&home, &[], 0).await;
    assert_eq!((&again["restored"], &again["known"]), (&json!(0), &json!(4)), "{again}");

    let gateway = Gateway::start_in(home).await;
    let stranger = Client::stranger(&gateway);
    let _ = Answer::to(stranger.get(path_of(&link.url))).await.expect(401);
    let _ = Answer::to(stranger.bearing(old_token.as_str()).get("/v1/files")).await.expect(401);
    let admin = Client::admin(&gateway).await;
    for ((cid, bytes), seen) in before.iter().zip(&described) {
        assert_eq!(&description(&admin, cid).await, seen);
        assert!(content(&admin, cid).await == *bytes, "{cid}");
    }
    let fresh = admin.link(renamed, &json!({"expires_in": 3600})).await;
    let _ = Answer::to(stranger.get(path_of(&fresh.url))).await.expect(200);
}

/// The path and query of a link, whatever address it was made at.
fn path_of(url: &str) -> &str {
    &url[url.find("/files/").expect("a link leads to a file")..]
}

#[tokio::test]
async fn what_was_deleted_stays_deleted_even_if_its_blocks_are_back() {
    let gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let gone = admin.store("gone", "to be deleted").await;
    let kept = admin.store("kept", "to be kept").await;
    let file = gateway.home().object_file(&gone.id);
    let blocks = fs::read(&file).unwrap();
    let _ = Answer::to(admin.delete(&format!("/v1/files/{}", gone.cid))).await.expect(200);
    let (_, home) = gateway.stop().await;
    fs::write(&file, blocks).unwrap();
    lose_catalog(&home);
    let said = rebuild(&home, &[], 0).await;
    assert_eq!((&said["restored"], &said["deleted"]), (&json!(1), &json!(1)), "{said}");
    assert!(!file.exists(), "its blocks are gone again");
    let gateway = Gateway::start_in(home).await;
    assert_eq!(Client::admin(&gateway).await.cids().await, [kept.cid]);
}

#[tokio::test]
async fn damaged_objects_are_named_and_the_others_come_back() {
    let gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let whole = admin.store("whole", "as it was").await;
    let mut damaged = Vec::new();
    let mut paths = Vec::new();
    for name in ["cut", "emptied", "flipped", "swapped", "other"] {
        let stored = admin.store(name, name.repeat(100)).await;
        paths.push(gateway.home().object_file(&stored.id));
        damaged.push(stored.id);
    }
    let (_, home) = gateway.stop().await;
    let read = |path: &Path| fs::read(path).unwrap();
    let cut = read(&paths[0]);
    fs::write(&paths[0], &cut[..cut.len() - 1]).unwrap();
    fs::write(&paths[1], "").unwrap();
    let mut flipped = read(&paths[2]);
    let in_statement = flipped.len() - 400;
    flipped[in_statement] ^= 1;
    fs::write(&paths[2], flipped).unwrap();
    let (one, other) = (read(&paths[3]), read(&paths[4]));
    fs::write(&paths[3], other).unwrap();
    fs::write(&paths[4], one).unwrap();
    lose_catalog(&home);

    let said = rebuild(&home, &[], 1).await;
    assert_eq!(said["restored"], json!(1), "{said}");
    let named: Vec<&str> =
        said["damaged"].as_array().unwrap().iter().filter_map(|it| it["object"].as_str()).collect();
    assert_eq!(named.len(), 5, "{said}");
    for id in damaged.iter().filter(|id| **id != damaged[1]) {
        assert!(named.contains(&id.as_str()), "{id} is named in {said}");
    }
    let gateway = Gateway::start_in(home).await;
    assert_eq!(Client::admin(&gateway).await.cids().await, [whole.cid]);
}

#[tokio::test]
async fn files_of_several_come_back_to_owners_of_whom_one_may_be_made_the_admin() {
    let gateway = Gateway::start().await;
    let (_, home) = gateway.stop().await;
    home.add_user("ada").await;
    let gateway = Gateway::start_in(home).await;
    let password = gateway.home().admin_secret();
    let admins = Client::admin(&gateway).await.store("admin's", "of admin").await;
    let ada = Client::user(&gateway, "ada", &password).await;
    let adas = ada.store("ada's", "of ada").await;
    let owner = description(&ada, &adas.cid).await["owner"].as_str().unwrap().to_owned();
    let (_, home) = gateway.stop().await;

    lose_catalog(&home);
    let said = rebuild(&home, &[], 0).await;
    assert_eq!((&said["restored"], &said["admin"]), (&json!(2), &Value::Null), "{said}");
    assert_eq!(said["unknown_users"].as_array().unwrap().len(), 2, "{said}");

    // Once the catalog knows its users there is nothing to choose, with an admin or without.
    let said = command::run(home.cidlock(&["rebuild", "--admin", &owner])).await.expect(1);
    assert!(said.stderr.contains("knows its users already"), "{}", said.stderr);
    let gateway = Gateway::start_in(home).await;
    let (_, home) = gateway.stop().await;
    let said = command::run(home.cidlock(&["rebuild", "--admin", &owner])).await.expect(1);
    assert!(said.stderr.contains("knows its users already"), "{}", said.stderr);

    lose_catalog(&home);
    let said = rebuild(&home, &["--admin", &owner], 0).await;
    assert_eq!((&said["restored"], &said["admin"]), (&json!(2), &json!(owner)), "{said}");
    let gateway = Gateway::start_in(home).await;
    let admin = Client::admin(&gateway).await;
    assert_eq!(admin.cids().await, [adas.cid]);
    let _ = Answer::to(admin.get(&format!("/v1/files/{}", admins.cid))).await.expect(404);
}

#[tokio::test]
async fn it_is_refused_beside_a_gateway_and_without_the_keys_or_for_nobody() {
    let gateway = Gateway::start().await;
    let said = command::run(gateway.home().cidlock(&["rebuild"])).await.expect(1);
    assert!(said.stderr.contains("in use by another cidlock"), "{}", said.stderr);
    let (_, home) = gateway.stop().await;
    let nobody = "01a210f6-9ef9-74f5-8396-91478db8d583";
    let said = command::run(home.cidlock(&["rebuild", "--admin", nobody])).await.expect(1);
    assert!(said.stderr.contains(nobody), "{}", said.stderr);
    fs::remove_file(home.data().join("keys.json")).unwrap();
    let said = command::run(home.cidlock(&["rebuild"])).await.expect(1);
    assert!(said.stderr.contains("backup"), "{}", said.stderr);
    assert!(!home.data().join("keys.json").exists());
}

#[tokio::test]
async fn a_gateway_does_not_begin_anew_where_something_was_stored() {
    let gateway = Gateway::start().await;
    let stored = Client::admin(&gateway).await.store("kept", "still here").await;
    let (_, home) = gateway.stop().await;
    let (keys, aside) = (home.data().join("keys.json"), home.path().join("keys.json"));
    lose_catalog(&home);
    let secret = home.admin_secret();
    let refused = async |home: &Home| {
        let said = serve(home).await;
        assert_eq!((said.code, said.text().as_str()), (Some(1), ""), "{}", said.stderr);
        assert!(said.stderr.contains("cidlock rebuild --data-dir"), "{}", said.stderr);
        assert!(!home.data().join("catalog.db").exists());
        assert_eq!(home.admin_secret(), secret);
    };
    refused(&home).await;
    fs::rename(&keys, &aside).unwrap();
    refused(&home).await;
    assert!(!keys.exists(), "no new keys beside old objects");
    fs::rename(&aside, &keys).unwrap();
    let objects = home.data().join("objects");
    fs::rename(&objects, home.path().join("objects")).unwrap();
    refused(&home).await;

    fs::remove_dir_all(&objects).unwrap();
    fs::rename(home.path().join("objects"), &objects).unwrap();
    // A rebuild that brings nothing back leaves nothing that could be taken for a catalog.
    let object = home.object_file(&stored.id);
    let whole = fs::read(&object).unwrap();
    fs::write(&object, "").unwrap();
    let said = rebuild(&home, &[], 1).await;
    assert_eq!((&said["restored"], &said["admin"]), (&json!(0), &Value::Null), "{said}");
    refused(&home).await;
    let said = command::run(home.cidlock(&["rebuild", "--admin", &stored.id])).await.expect(1);
    assert!(said.stderr.contains("no file belongs to"), "{}", said.stderr);
    refused(&home).await;
    let said = command::run(home.cidlock(&["migrate", "--to", "kubo"])).await.expect(1);
    assert!(said.stderr.contains("cidlock rebuild --data-dir"), "{}", said.stderr);
    refused(&home).await;
    let drafts = fs::read_dir(home.data()).unwrap().filter(|entry| {
        entry.as_ref().unwrap().file_name().into_string().unwrap().starts_with("catalog")
    });
    assert_eq!(drafts.count(), 0);
    fs::write(&object, whole).unwrap();
    let said = rebuild(&home, &[], 0).await;
    assert_eq!(said["restored"], json!(1), "{said}");
    let gateway = Gateway::start_in(home).await;
    let admin = Client::admin(&gateway).await;
    assert_eq!(content(&admin, &stored.cid).await, b"still here");
}

#[tokio::test]
async fn what_was_deleted_after_a_catalog_was_copied_is_deleted_again() {
    let gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let mut stored = Vec::new();
    for name in ["early", "one", "other", "kept"] {
        stored.push(admin.store(name, name.to_owned()).await);
    }
    let delete = async |client: &Client, cid: &str| {
        let _ = Answer::to(client.delete(&format!("/v1/files/{cid}"))).await.expect(200);
    };
    delete(&admin, &stored[0].cid).await;
    let (_, home) = gateway.stop().await;
    let catalog = home.data().join("catalog.db");
    let copy = fs::read(&catalog).unwrap();

    let gateway = Gateway::start_in(home).await;
    let admin = Client::admin(&gateway).await;
    delete(&admin, &stored[1].cid).await;
    delete(&admin, &stored[2].cid).await;
    let (_, home) = gateway.stop().await;
    lose_catalog(&home);
    fs::write(&catalog, copy).unwrap();

    let said = command::run(home.cidlock(&["doctor"])).await.expect(0).text();
    assert!(said.contains("2 files that the log of deletions has"), "{said}");
    let gateway = Gateway::start_in(home).await;
    let (admin, stranger) = (Client::admin(&gateway).await, Client::stranger(&gateway));
    assert_eq!(admin.cids().await, [stored[3].cid.clone()]);
    let _ = Answer::to(stranger.get(path_of(&stored[1].url))).await.expect(401);
    let (_, home) = gateway.stop().await;
    let said = command::run(home.cidlock(&["doctor"])).await.expect(0).text();
    assert!(!said.contains("the log of deletions has"), "{said}");
}
