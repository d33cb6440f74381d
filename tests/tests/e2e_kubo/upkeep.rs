//! What the gateway does about copies when nobody asks for it, and what it says of them.

use std::collections::BTreeSet;

use cid::Cid;
use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::command;
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Gateway, Home};
use cidlock_tests::kubo::{Node, Swarm};
use cidlock_tests::wait;
use serde_json::{Value, json};

use super::{
    LEN, both, configured, configured_with, pins, statuses, store_everywhere, until_replicas,
};

/// The leaves of a content.
fn leaves(node: &Node, cid: &str) -> Vec<Cid> {
    let leaves = node.repo().run(["refs", cid]);
    leaves.lines().map(|cid| cid.parse().expect("a CID")).collect()
}

/// Everything below a root is on the node's disk.
pub(super) fn assert_whole_on(node: &Node, root: &str) {
    let below = node.repo().run(["refs", "--recursive", "--unique", "--offline", root]);
    let blocks: BTreeSet<Cid> = below.lines().map(|cid| cid.parse().expect("a CID")).collect();
    assert!(blocks.len() >= 2, "content and statement: {blocks:?}");
    for cid in blocks {
        assert!(node.repo().has_block(&cid), "{cid} is missing");
    }
}

async fn delete(admin: &Client, file: &Stored) -> Value {
    Answer::to(admin.delete(&format!("/v1/files/{}", file.cid))).await.expect(200).json()
}

/// Waits until the record of the file's deletion says of the nodes what is expected.
async fn until_deleted(admin: &Client, file: &Stored, expected: &[(String, String)]) {
    let path = format!("/v1/deletions/{}", file.id);
    wait::until(format!("the nodes to be {expected:?}"), async || {
        let record = Answer::to(admin.get(&path)).await.expect(200).json();
        (statuses(&record["nodes"]) == expected).then_some(())
    })
    .await;
}

/// Waits for the end of the newest pass.
pub(super) async fn scrubbed(admin: &Client) -> Value {
    wait::until("the end of a pass", async || {
        let state = Answer::to(admin.get("/v1/admin/scrub")).await.expect(200).json();
        (!state["ended_at"].is_null()).then_some(state)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_comes_back_gets_what_it_missed_and_lets_go_of_what_was_replaced() {
    let mut nodes = Swarm::of_strangers(2).await;
    let gateway = Gateway::start_in(configured(&nodes)).await;
    let admin = Client::admin(&gateway).await;
    let renamed = store_everywhere(&admin, &nodes, "before.bin", 1).await;
    let former = admin.info(&renamed.cid).await["root"].as_str().expect("a root").to_owned();

    nodes[0].kill();
    let missed = admin.store("missed.bin", bytes(2, LEN)).await;
    let now = admin.change(&renamed.cid, &json!({"name": "after.bin"})).await;
    let deleted = admin.store("deleted.bin", bytes(3, LEN)).await;
    delete(&admin, &deleted).await;
    let copies = statuses(&admin.info(&missed.cid).await["replicas"]);
    assert_ne!(copies, both("pinned", "pinned"), "one of them is away");

    nodes[0].restart().await;
    until_replicas(&admin, &missed.cid, &both("pinned", "pinned")).await;
    until_replicas(&admin, &renamed.cid, &both("pinned", "pinned")).await;
    let root = now["root"].as_str().expect("a root");
    for node in nodes.iter() {
        wait::until("the former root to be let go of", async || {
            (!pins(node).contains(&former)).then_some(())
        })
        .await;
        let pins = pins(node);
        assert!(pins.contains(root) && pins.contains(&missed.id), "{pins}");
        assert!(!pins.contains(&deleted.id), "{pins}");
        assert_whole_on(node, root);
    }
    let root = admin.info(&missed.cid).await["root"].as_str().expect("a root").to_owned();
    assert_whole_on(&nodes[0], &root);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_new_gets_every_file() {
    let nodes = Swarm::of_strangers(2).await;
    let one = format!(
        "[engine]\nkind = 'kubo'\nrepair_interval_s = 1\n[kubo]\nnodes = 'n1={}'\n",
        nodes[1].rpc()
    );
    let gateway = Gateway::start_in(Home::configured(&one)).await;
    let admin = Client::admin(&gateway).await;
    let stored = admin.store("early.bin", bytes(1, LEN)).await;
    let only = [("n1".to_owned(), "pinned".to_owned())];
    until_replicas(&admin, &stored.cid, &only).await;
    let (_, home) = gateway.stop().await;

    let two = configured(&nodes);
    let toml = std::fs::read_to_string(two.configuration()).expect("it was written");
    home.configure(&toml);
    let gateway = Gateway::start_in(home).await;
    let admin = Client::admin(&gateway).await;
    until_replicas(&admin, &stored.cid, &both("pinned", "pinned")).await;
    assert!(pins(&nodes[0]).contains(&stored.id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_read_back_mended_and_what_cannot_be_is_named() {
    let nodes = Swarm::of_strangers(2).await;
    let gateway = Gateway::start_in(configured(&nodes)).await;
    let admin = Client::admin(&gateway).await;
    Answer::to(Client::stranger(&gateway).post("/v1/admin/scrub"))
        .await
        .assert_refused(401, "unauthenticated");

    let whole = store_everywhere(&admin, &nodes, "whole.bin", 1).await;
    let healed = store_everywhere(&admin, &nodes, "healed.bin", 2).await;
    let lost = store_everywhere(&admin, &nodes, "lost.bin", 3).await;
    let unpinned = store_everywhere(&admin, &nodes, "unpinned.bin", 4).await;
    for file in [&whole, &healed, &lost, &unpinned] {
        until_replicas(&admin, &file.cid, &both("pinned", "pinned")).await;
    }
    nodes[0].repo().flip_block(&leaves(&nodes[0], &healed.cid)[1]);
    nodes[1].repo().remove_block(&leaves(&nodes[1], &healed.cid)[2]);
    let third = leaves(&nodes[0], &lost.cid)[3];
    nodes[0].repo().flip_block(&third);
    nodes[1].repo().empty_block(&third);
    let root = admin.info(&unpinned.cid).await["root"].as_str().expect("a root").to_owned();
    nodes[0].repo().run(["pin", "rm", &root]);

    let mut verify = gateway.home().cidlock(&["login", "--server", &gateway.url("")]);
    verify.env("CIDLOCK_PASSWORD", gateway.home().admin_secret());
    let _ = command::run(verify).await.expect(0);
    let said = command::run(gateway.home().cidlock(&["verify", "--all"])).await.expect(6);
    assert!(said.text().contains(&lost.cid), "{}", said.text());
    assert!(!said.text().contains(&whole.cid) && !said.text().contains(&healed.cid));
    let summary = "4 files read back on every node; copies: 2 mended, 2 damaged, 1 missing, 0 not";
    assert!(said.stderr.contains(summary), "{}", said.stderr);
    let state = scrubbed(&admin).await;
    assert_eq!((&state["files"], &state["read"]), (&json!(4), &json!(4)), "{state}");

    until_replicas(&admin, &unpinned.cid, &both("pinned", "pinned")).await;
    until_replicas(&admin, &healed.cid, &both("pinned", "pinned")).await;
    until_replicas(&admin, &lost.cid, &both("damaged", "damaged")).await;
    for node in nodes.iter() {
        node.repo().run(["dag", "stat", "--offline", &healed.cid]);
        assert!(node.repo().has_block(&leaves(node, &healed.cid)[2]));
    }
    let read = Answer::to(admin.get(&format!("/files/{}", healed.cid))).await.expect(200);
    assert!(read.body == bytes(2, LEN));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_an_admin_has_everything_read_back() {
    let (_, home) = Gateway::start().await.stop().await;
    home.add_user("bob").await;
    let secret = home.admin_secret();
    let gateway = Gateway::start_in(home).await;
    let bob = Client::user(&gateway, "bob", &secret).await;
    let admin = Client::admin(&gateway).await;
    for client in [&bob, &bob.bearing("eyJ")] {
        for request in [client.post("/v1/admin/scrub"), client.get("/v1/admin/scrub")] {
            let status = Answer::to(request).await.status;
            assert!([401, 403].contains(&status), "{status}");
        }
    }
    Answer::to(bob.get("/v1/admin/scrub")).await.assert_refused(403, "insufficient_scope");
    let _begun = Answer::to(admin.post("/v1/admin/scrub")).await.expect(202);
    let (_, home) = gateway.stop().await;
    // A token outlives the role that it was made for.
    home.spoil_catalog("UPDATE users SET roles = '[]' WHERE name = 'admin'").await;
    let gateway = Gateway::start_in(home).await;
    let request = Client::stranger(&gateway).bearing(admin.token()).post("/v1/admin/scrub");
    Answer::to(request).await.assert_refused(403, "insufficient_scope");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_says_collected_when_the_node_has_collected_and_not_before() {
    let nodes = Swarm::of_strangers(2).await;
    let gateway = Gateway::start_in(configured(&nodes)).await;
    let admin = Client::admin(&gateway).await;
    let kept = store_everywhere(&admin, &nodes, "kept.bin", 1).await;
    let deleted = store_everywhere(&admin, &nodes, "deleted.bin", 2).await;
    admin.change(&deleted.cid, &json!({"name": "again.bin"})).await;
    delete(&admin, &deleted).await;

    let until = async |expected: &[(String, String)]| {
        until_deleted(&admin, &deleted, expected).await;
    };
    until(&both("unpinned", "unpinned")).await;
    nodes[1].repo().run(["repo", "gc", "--quiet"]);
    until(&both("unpinned", "collected")).await;
    nodes[0].repo().run(["repo", "gc", "--quiet"]);
    until(&both("collected", "collected")).await;
    let read = Answer::to(admin.get(&format!("/files/{}", kept.cid))).await.expect(200);
    assert!(read.body == bytes(1, LEN));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_are_told_to_collect_in_the_window_and_not_outside_it() {
    let nodes = Swarm::of_strangers(1).await;
    let gateway = Gateway::start_in(configured(&nodes)).await;
    let admin = Client::admin(&gateway).await;
    let first = store_everywhere(&admin, &nodes, "first.bin", 1).await;
    let second = store_everywhere(&admin, &nodes, "second.bin", 2).await;
    let leaf = leaves(&nodes[0], &second.cid)[1];
    let deleted_at =
        delete(&admin, &first).await["deleted_at"].as_str().expect("a time").to_owned();
    let hour: u32 = deleted_at[11..13].parse().expect("an hour");
    let window = |from: u32, to: u32| {
        let time = |hours: u32| format!("{:02}:00", (hour + hours) % 24);
        let line = format!("gc_window = '{}-{}'\n", time(from), time(to));
        std::fs::read_to_string(configured_with(&nodes, &line).configuration())
            .expect("it is there")
    };
    let (_, home) = gateway.stop().await;

    home.configure(&window(4, 8));
    let gateway = Gateway::start_in(home).await;
    let admin = Client::admin(&gateway).await;
    delete(&admin, &second).await;
    until_deleted(&admin, &second, &[("n0".to_owned(), "unpinned".to_owned())]).await;
    assert!(nodes[0].repo().has_block(&leaf), "nobody has collected");
    let (_, home) = gateway.stop().await;

    home.configure(&window(23, 3));
    let gateway = Gateway::start_in(home).await;
    let admin = Client::admin(&gateway).await;
    for file in [&first, &second] {
        until_deleted(&admin, file, &[("n0".to_owned(), "collected".to_owned())]).await;
    }
    assert!(!nodes[0].repo().has_block(&leaf));
}
