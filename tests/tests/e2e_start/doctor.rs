//! `cidlock doctor`: each thing that can be wrong is found, with what mends it, and nothing is made.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use cidlock::store::Store as _;
use cidlock_crypto::UnixTime;
use cidlock_tests::client::{Answer, Client};
use cidlock_tests::command;
use cidlock_tests::gateway::{Gateway, Home};
use serde_json::Value;

use crate::rebuild::lose_catalog;

async fn doctor(home: &Home, exit: i32) -> Vec<Value> {
    command::run(home.cidlock(&["doctor", "--json"])).await.expect(exit).json()
}

/// The one finding about `what`.
#[track_caller]
fn about<'a>(findings: &'a [Value], what: &str, state: &str) -> &'a Value {
    let found: Vec<_> =
        findings.iter().filter(|it| it["what"] == what && it["state"] == state).collect();
    let [one] = found[..] else { panic!("no one {state} {what} in {findings:#?}") };
    assert_eq!(one["mend"].is_string(), state != "well", "{one}");
    one
}

fn others_may_read(path: &Path) {
    fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
}

/// A home in which a gateway ran, stored a file, and was stopped.
async fn used() -> (Home, String) {
    let gateway = Gateway::start().await;
    let stored = Client::admin(&gateway).await.store("file", "content").await;
    let (_, home) = gateway.stop().await;
    (home, stored.id)
}

#[tokio::test]
async fn where_nothing_is_yet_nothing_is_wrong_and_nothing_is_made() {
    let home = Home::new();
    let findings = doctor(&home, 0).await;
    about(&findings, "data directory", "warning");
    assert!(!home.data().exists());

    fs::create_dir(home.data()).unwrap();
    fs::set_permissions(home.data(), Permissions::from_mode(0o700)).unwrap();
    let findings = doctor(&home, 0).await;
    about(&findings, "data directory", "well");
    about(&findings, "catalog", "well");
    assert_eq!(fs::read_dir(home.data()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_gateway_that_is_well_is_so_while_it_runs_and_after() {
    let gateway = Gateway::start().await;
    let _ = Client::admin(&gateway).await.store("file", "content").await;
    let findings = doctor(gateway.home(), 0).await;
    about(&findings, "gateway", "well");
    about(&findings, "key set", "well");
    let (_, home) = gateway.stop().await;
    let findings = doctor(&home, 0).await;
    for what in ["data directory", "key set", "clock", "deletions", "files", "address"] {
        about(&findings, what, "well");
    }
    let text = command::run(home.cidlock(&["doctor"])).await.expect(0).text();
    assert!(text.contains("ok       files: 1, each with its object"), "{text}");
}

#[tokio::test]
async fn what_others_can_read_is_wrong() {
    let (home, _) = used().await;
    others_may_read(&home.data().join("keys.json"));
    others_may_read(&home.data().join("admin.secret"));
    fs::set_permissions(home.data(), Permissions::from_mode(0o755)).unwrap();
    let findings = doctor(&home, 1).await;
    about(&findings, "data directory", "warning");
    let keys = about(&findings, "key set", "wrong");
    assert!(keys["mend"].as_str().unwrap().contains("chmod 600"), "{keys}");
    about(&findings, "admin's password", "wrong");
}

#[tokio::test]
async fn keys_that_are_missing_or_malformed_are_wrong_with_a_catalog_and_with_objects_alone() {
    let (home, _) = used().await;
    let keys = home.data().join("keys.json");
    fs::write(&keys, "{}").unwrap();
    about(&doctor(&home, 1).await, "key set", "wrong");
    fs::remove_file(&keys).unwrap();
    about(&doctor(&home, 1).await, "key set", "wrong");
    fs::remove_file(home.data().join("catalog.db")).unwrap();
    about(&doctor(&home, 1).await, "key set", "wrong");
}

#[tokio::test]
async fn a_catalog_that_is_missing_or_damaged_is_wrong_and_a_later_one_is_not_thrown_away() {
    let (home, _) = used().await;
    let catalog = home.data().join("catalog.db");
    let whole = fs::read(&catalog).unwrap();
    fs::write(&catalog, "a letter to a friend, and long enough to be taken for a header").unwrap();
    let findings = doctor(&home, 1).await;
    let found = about(&findings, "catalog", "wrong");
    assert!(found["mend"].as_str().unwrap().contains("rebuild"), "{found}");

    fs::remove_file(&catalog).unwrap();
    let findings = doctor(&home, 1).await;
    let found = about(&findings, "catalog", "wrong");
    assert!(
        found["mend"].as_str().unwrap().contains("`cidlock rebuild`; `serve` does not start"),
        "{found}"
    );
    assert!(!catalog.exists());

    fs::write(&catalog, whole).unwrap();
    home.spoil_catalog("UPDATE _sqlx_migrations SET version = version + 9999").await;
    let findings = doctor(&home, 1).await;
    let found = about(&findings, "catalog", "wrong");
    let mend = found["mend"].as_str().unwrap();
    assert!(mend.contains("version") && !mend.contains("move"), "{found}");
}

#[tokio::test]
async fn objects_that_are_missing_damaged_or_unknown_are_found() {
    let (home, id) = used().await;
    let file = home.object_file(&id);
    let whole = fs::read(&file).unwrap();

    // Another name for the same object: nothing in the catalog is about it.
    let other = id.replace(&id[..8], "00000000");
    let shard = file.parent().unwrap();
    fs::write(shard.join(format!("{other}.car")), &whole).unwrap();
    let findings = doctor(&home, 0).await;
    let unknown = about(&findings, "objects", "warning");
    assert!(unknown["detail"].as_str().unwrap().contains(&other), "{unknown}");
    fs::remove_file(shard.join(format!("{other}.car"))).unwrap();

    for damage in [Some(&whole[..100]), Some(&[][..]), None] {
        match damage {
            Some(content) => fs::write(&file, content).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        let findings = doctor(&home, 1).await;
        let lost = about(&findings, "file", "wrong");
        assert!(lost["mend"].as_str().unwrap().contains(&id), "{lost}");
        about(&findings, "files", "wrong");
    }
    fs::remove_dir_all(home.data().join("objects")).unwrap();
    about(&doctor(&home, 1).await, "objects", "wrong");
    assert!(!home.data().join("objects").exists());
}

#[tokio::test]
async fn a_record_that_is_not_what_its_object_states_is_wrong_and_a_rebuild_puts_it_right() {
    let gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let _whole = admin.store("whole", "content").await;
    let spoilt = admin.store("spoilt", "other content").await;
    let (_, home) = gateway.stop().await;
    home.spoil_catalog("UPDATE files SET statement = 'damaged' WHERE size = 13").await;
    let findings = doctor(&home, 1).await;
    let found = about(&findings, "catalog", "wrong");
    assert!(found["detail"].as_str().unwrap().starts_with("1 of 2"), "{found}");
    assert!(found["mend"].as_str().unwrap().contains("cidlock rebuild"), "{found}");

    // What the doctor says to do.
    lose_catalog(&home);
    let _ = command::run(home.cidlock(&["rebuild"])).await.expect(0);
    about(&doctor(&home, 0).await, "files", "well");
    let gateway = Gateway::start_in(home).await;
    let admin = Client::admin(&gateway).await;
    let _ = Answer::to(admin.get(&format!("/v1/files/{}", spoilt.cid))).await.expect(200);
}

#[tokio::test]
async fn a_deletion_that_is_not_done_and_a_log_that_is_not_ours_are_found() {
    let gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let stored = admin.store("file", "content").await;
    // What is no file is not removed like one.
    let file = gateway.home().object_file(&stored.id);
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    fs::write(file.join("something"), "").unwrap();
    let deleted = Answer::to(admin.delete(&format!("/v1/files/{}", stored.cid))).await.expect(200);
    assert_eq!(deleted.json()["status"], "pending");
    let (_, home) = gateway.stop().await;
    about(&doctor(&home, 0).await, "unfinished", "warning");

    let log = home.data().join("deletions.log");
    fs::write(&log, "not one of ours\n").unwrap();
    let findings = doctor(&home, 1).await;
    let found = about(&findings, "deletions", "wrong");
    assert!(found["detail"].as_str().unwrap().contains("line 1"), "{found}");
    fs::remove_file(&log).unwrap();
    about(&doctor(&home, 0).await, "deletions", "well");
    assert!(!log.exists(), "looking makes no log");
}

#[tokio::test]
async fn a_clock_that_is_behind_and_an_address_in_the_open_are_worth_a_warning() {
    let (home, _) = used().await;
    let catalog = home.catalog().await;
    catalog.see_clock(UnixTime(4_000_000_000)).await.unwrap();
    catalog.close().await;
    let configuration = home.data().join("cidlock.toml");
    fs::write(&configuration, "[http]\nlisten = '0.0.0.0:0'\n").unwrap();
    let findings = doctor(&home, 0).await;
    about(&findings, "clock", "warning");
    about(&findings, "address", "warning");
    let behind_a_proxy = "[http]\nlisten = '0.0.0.0:0'\npublic_url = 'https://files.example.org'\n";
    fs::write(&configuration, behind_a_proxy).unwrap();
    about(&doctor(&home, 0).await, "address", "well");
}
