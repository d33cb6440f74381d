//! All objects moved from the embedded engine to Kubo, and back.

use std::path::Path;
use std::process::Command;

use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::command::{self, Running, Said};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Gateway, Home};
use cidlock_tests::kubo::Swarm;
use cidlock_tests::wait;
use rustix::process::Signal;
use serde_json::json;

use super::{LEN, list, pins};

/// A configuration under which `kind` keeps the objects.
fn of_kind(kind: &str, nodes: &Swarm) -> String {
    format!("[engine]\nkind = '{kind}'\n[kubo]\nnodes = '{}'\nmin_replicas = 1\n", list(nodes))
}

/// Files around the edges, one of them described anew.
async fn store(admin: &Client, lens: &[usize]) -> Vec<(Stored, Vec<u8>)> {
    let mut files = Vec::new();
    for (seed, len) in lens.iter().enumerate() {
        let content = bytes(seed as u64, *len);
        files.push((admin.store(&format!("{seed}.bin"), content.clone()).await, content));
    }
    admin.change(&files[0].0.cid, &json!({"name": "renamed.bin"})).await;
    files
}

async fn assert_readable(admin: &Client, files: &[(Stored, Vec<u8>)]) {
    for (file, content) in files {
        let read = Answer::to(admin.get(&format!("/files/{}", file.cid))).await.expect(200);
        assert!(read.body == *content, "{}", file.cid);
    }
    assert_eq!(admin.info(&files[0].0.cid).await["name"], json!("renamed.bin"));
}

fn migration(home: &Home, arguments: &[&str]) -> Command {
    let mut command = home.cidlock(&[&["migrate"], arguments].concat());
    command.env("CIDLOCK_CONFIG", home.configuration());
    command
}

async fn migrate(home: &Home, arguments: &[&str]) -> Said {
    command::run(migration(home, arguments)).await
}

/// How many objects the embedded engine has.
fn objects(home: &Home) -> usize {
    fn count(dir: &Path) -> usize {
        let entries = std::fs::read_dir(dir)
            .into_iter()
            .flatten()
            .map(|entry| entry.expect("an entry").path());
        entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
    }
    count(&home.data().join("objects"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_object_moves_to_kubo_and_back_with_its_cid_and_a_killed_run_is_gone_on_with() {
    let nodes = Swarm::of_strangers(2).await;
    let home = Home::configured(&of_kind("embedded", &nodes));
    let gateway = Gateway::start_in(home).await;
    let admin = Client::admin(&gateway).await;
    let lens = [1, 0, 1 << 20, (1 << 20) + 1, LEN, LEN, LEN, LEN, LEN, LEN];
    let files = store(&admin, &lens).await;
    let gone = admin.store("gone.bin", "x").await;
    let _gone = Answer::to(admin.delete(&format!("/v1/files/{}", gone.cid))).await.expect(200);
    let (_, home) = gateway.stop().await;

    let running = Running::start(migration(&home, &["--to", "kubo"]));
    wait::until("the first objects to be moved", async || {
        (pins(&nodes[0]).lines().filter(|line| line.contains('-')).count() >= 2).then_some(())
    })
    .await;
    running.signal(Signal::KILL);
    let _killed = running.ended().await;
    let said = migrate(&home, &["--to", "kubo", "--json"]).await.expect(0).json();
    let number = |name: &str| said[0][name].as_u64().expect("a number");
    assert_eq!((number("moved") + number("before"), number("failed")), (10, 0), "{said:?}");
    let again = migrate(&home, &["--to", "kubo"]).await.expect(0);
    assert_eq!(again.text(), "moved 0, moved before 10, not moved 0\n");
    assert!(again.stderr.contains("engine.kind"), "{}", again.stderr);
    assert_eq!(objects(&home), 11, "ten objects, and the other description of one");

    home.configure(&of_kind("kubo", &nodes));
    let gateway = Gateway::start_in(home).await;
    let admin = Client::admin(&gateway).await;
    assert_readable(&admin, &files).await;
    let (_, home) = gateway.stop().await;
    let dropped = migrate(&home, &["--to", "kubo", "--drop-source"]).await.expect(0);
    assert!(dropped.stderr.contains("keeps nothing"), "{}", dropped.stderr);
    assert_eq!(objects(&home), 0);

    let back = migrate(&home, &["--to", "embedded", "--drop-source"]).await.expect(0);
    assert_eq!(back.text(), "moved 10, moved before 0, not moved 0\n");
    for node in nodes.iter() {
        for (file, _) in &files {
            assert!(!pins(node).contains(&file.id), "{} is let go of", file.cid);
        }
    }
    home.configure(&of_kind("embedded", &nodes));
    let gateway = Gateway::start_in(home).await;
    assert_readable(&Client::admin(&gateway).await, &files).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_damaged_is_not_moved_and_nothing_is_dropped() {
    let mut nodes = Swarm::of_strangers(2).await;
    let home = Home::configured(&of_kind("embedded", &nodes));
    let gateway = Gateway::start_in(home).await;
    let admin = Client::admin(&gateway).await;
    let files = store(&admin, &[LEN, LEN, LEN]).await;
    let (_, home) = gateway.stop().await;
    let id = &files[1].0.id;
    let path = home.data().join(format!("objects/{}/{id}.car", &id[id.len() - 2..]));
    let mut car = std::fs::read(&path).expect("the object's file");
    let middle = car.len() / 2;
    car[middle] ^= 1;
    std::fs::write(&path, car).expect("it can be written");

    let said = migrate(&home, &["--to", "kubo", "--drop-source"]).await.expect(1);
    assert!(said.text().contains(&format!("not moved  {}", files[1].0.cid)), "{}", said.text());
    assert!(said.text().contains("moved 2, moved before 0, not moved 1"), "{}", said.text());
    assert_eq!(objects(&home), 4, "nothing is dropped");
    assert!(!pins(&nodes[0]).contains(id), "half a copy is not kept");

    nodes[1].kill();
    let refused = migrate(&home, &["--to", "kubo"]).await.expect(1);
    assert!(refused.stderr.contains("the node n1 is not well"), "{}", refused.stderr);
    let gateway = Gateway::start_in(home).await;
    let refused = migrate(gateway.home(), &["--to", "kubo"]).await.expect(1);
    assert!(refused.stderr.contains("in use by another cidlock"), "{}", refused.stderr);
}
