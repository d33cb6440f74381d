//! What outlives the process, and what does not. (Kills at every moment are in `e2e_kill`.)

use std::fs;
use std::path::{Path, PathBuf};

use cidlock::store::{Intent, PageLimit, Store as _};
use cidlock_crypto::{ObjectId, UnixTime};
use cidlock_tests::client::{Answer, Client};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Gateway, Home};
use cidlock_tests::wait;
use cidlock_tests::wire::Wire;
use serde_json::json;

#[tokio::test]
async fn a_restart_keeps_files_links_and_revocations() {
    let gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let content = bytes(1, 1_200_000);
    let file = admin.store("kept", content.clone()).await;
    let [link, revoked] =
        [admin.link(&file.cid, &json!({})).await, admin.link(&file.cid, &json!({})).await];
    admin.revoke(&revoked.id).await;
    let stranger = Client::stranger(&gateway);
    let ended = stranger.log_in("admin", &gateway.home().admin_secret()).await.json();
    let refresh = ended["refresh_token"].as_str().unwrap();
    let _ = stranger.refresh(refresh).await.expect(200);
    let _ = stranger.refresh(refresh).await.expect(400);
    let shown = Answer::to(admin.get(&format!("/v1/files/{}", file.cid))).await.json();
    let links = Answer::to(admin.get(&format!("/v1/files/{}/links", file.cid))).await.json();

    let (status, home) = gateway.stop().await;
    assert_eq!(status.code(), Some(0));
    assert!(!home.data().join("serve.address").exists());
    for again in ["stopped", "killed"] {
        let home = if again == "killed" {
            Gateway::start_in(clone_of(&home)).await.kill()
        } else {
            clone_of(&home)
        };
        let gateway = Gateway::start_in(home).await;
        let stranger = Client::stranger(&gateway);
        // The port is another one; what was handed out is as good as before.
        let admin = stranger.bearing(admin.token());
        let now = Answer::to(admin.get(&format!("/v1/files/{}", file.cid))).await.expect(200);
        assert_eq!(now.json(), shown);
        let now = Answer::to(admin.get(&format!("/v1/files/{}/links", file.cid))).await;
        assert_eq!(now.expect(200).json(), links);
        let path = format!("/files/{}", file.cid);
        let read = Answer::to(stranger.bearing(&link.token).get(&path)).await.expect(200);
        assert!(read.body == content);
        let refused = Answer::to(stranger.bearing(&revoked.token).get(&path)).await;
        refused.assert_refused(401, "token_revoked");
        let ended = stranger.bearing(ended["access_token"].as_str().unwrap());
        Answer::to(ended.get(&path)).await.assert_refused(401, "token_revoked");
        Client::admin(&gateway).await.store("more", "more").await;
    }
}

/// The same data directory in a home of its own.
fn clone_of(home: &Home) -> Home {
    let copy = Home::new();
    copy_tree(&home.data(), &copy.data());
    copy
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn a_gateway_that_is_killed_in_mid_upload_forgets_the_upload_and_nothing_else() {
    let gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let content = bytes(2, 1_200_000);
    let kept = admin.store("kept", content.clone()).await;
    let objects = gateway.home().object_files();
    let mut wires = Vec::new();
    for sent in [100, 500_000, 2_500_000] {
        let mut wire = Wire::open(gateway.address()).await;
        wire.send(admin.upload_head("a", "Content-Length: 3000000")).await;
        wire.send(bytes(3, sent)).await;
        wires.push(wire);
    }
    wait::until("uploads to be on their way", async || {
        let staged = gateway.home().staging_files();
        let lens = staged.iter().map(|path| fs::metadata(path).map_or(0, |file| file.len()));
        (staged.len() == 3 && lens.max() > Some(1 << 20)).then_some(())
    })
    .await;
    let home = gateway.kill();
    assert_eq!(home.staging_files().len(), 3, "the kill came before the end");
    drop(wires);

    let gateway = Gateway::start_in(home).await;
    assert_eq!(gateway.home().staging_files(), Vec::<PathBuf>::new());
    assert_eq!(gateway.home().object_files(), objects);
    let admin = Client::admin(&gateway).await;
    assert_eq!(admin.cids().await, [kept.cid.as_str()]);
    let read = Answer::to(admin.get(&format!("/files/{}", kept.cid))).await.expect(200);
    assert!(read.body == content);
    admin.store("after", "the kill").await;
}

/// A crash between the engine's commit and the catalog's row: the object is there, the record that
/// it was begun too, and nobody was told of it.
#[tokio::test]
async fn what_was_pinned_and_never_acknowledged_is_gone_after_the_next_start() {
    let gateway = Gateway::start().await;
    let kept = Client::admin(&gateway).await.store("kept", "content").await;
    let (_, home) = gateway.stop().await;
    let id = ObjectId::generate(1).unwrap();
    let kept_file = home.object_file(&kept.id);
    let name = id.to_string();
    let left =
        home.data().join("objects").join(&name[name.len() - 2..]).join(format!("{name}.car"));
    fs::create_dir_all(left.parent().unwrap()).unwrap();
    fs::copy(&kept_file, &left).unwrap();
    let catalog = home.catalog().await;
    let intent = Intent {
        id,
        cid: "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku".parse().unwrap(),
        root: kept.json["root"].as_str().unwrap().parse().unwrap(),
        owner: kept.json["owner"].as_str().unwrap().parse().unwrap(),
        begun_at: UnixTime(1),
    };
    catalog.begin_upload(intent).await.unwrap();
    catalog.close().await;
    drop(catalog);

    let gateway = Gateway::start_in(home).await;
    assert_eq!(gateway.home().object_files(), [kept_file]);
    let admin = Client::admin(&gateway).await;
    assert_eq!(admin.cids().await, [kept.cid.as_str()]);
    let _ = Answer::to(admin.get(&format!("/files/{}", kept.cid))).await.expect(200);
    let (_, home) = gateway.stop().await;
    let catalog = home.catalog().await;
    assert!(catalog.intents(None, PageLimit::MAX).await.unwrap().is_empty());
    catalog.close().await;
}
