//! The gateway over Kubo nodes, through the binary and its HTTP contract.

mod doctor;
mod faults;
mod kills;
mod migrate;
mod node;
mod upkeep;

use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::command;
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Gateway, Home};
use cidlock_tests::kubo::{Node, Relay, Swarm, setting};
use cidlock_tests::wait;
use reqwest::header::RANGE;
use serde_json::{Value, json};

/// Several leaves.
const LEN: usize = 4_000_000;

fn configured(nodes: &Swarm) -> Home {
    configured_with(nodes, "")
}

/// The nodes as `kubo.nodes` lists them: `n0`, `n1` and so on.
fn list(nodes: &Swarm) -> String {
    let nodes = nodes.iter().enumerate().map(|(i, node)| node.address(&format!("n{i}")));
    setting(&nodes.collect::<Vec<_>>())
}

/// With `more` lines of `[kubo]`.
fn configured_with(nodes: &Swarm, more: &str) -> Home {
    Home::configured(&format!(
        "[engine]\nkind = 'kubo'\nretry_interval_s = 1\nrepair_interval_s = 1\n\
         [kubo]\nnodes = '{}'\nrpc_timeout_s = 5\nread_timeout_s = 2\n{more}",
        list(nodes)
    ))
}

/// Waits until the gateway says of the file's copies what is expected, and that is how it is.
async fn until_replicas(client: &Client, cid: &str, expected: &[(String, String)]) {
    wait::until(format!("the copies of {cid} to be {expected:?}"), async || {
        (statuses(&client.info(cid).await["replicas"]) == expected).then_some(())
    })
    .await;
}

fn pins(node: &Node) -> String {
    node.repo().run(["pin", "ls", "--type=recursive", "--names"])
}

/// Stores a file and waits until every node has it: one is enough for an answer.
async fn store_everywhere(admin: &Client, nodes: &Swarm, name: &str, seed: u64) -> Stored {
    let stored = admin.store(name, bytes(seed, LEN)).await;
    for node in nodes.iter() {
        let wanted = format!("the pin of {name}");
        wait::until(wanted, async || pins(node).contains(&stored.id).then_some(())).await;
    }
    stored
}

async fn ready(stranger: &Client) -> u16 {
    Answer::to(stranger.get("/readyz")).await.status
}

/// Node by node, what it says of itself; whatever order they come in.
fn statuses(nodes: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let nodes = nodes.as_array().expect("a list").iter();
    let mut nodes: Vec<_> = nodes.map(|n| (text(&n["node"]), text(&n["status"]))).collect();
    nodes.sort();
    nodes
}

fn both(first: &str, second: &str) -> Vec<(String, String)> {
    vec![("n0".to_owned(), first.to_owned()), ("n1".to_owned(), second.to_owned())]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_takes_each_part_from_the_copy_in_which_it_is_not_damaged() {
    let nodes = Swarm::of_strangers(2).await;
    let gateway = Gateway::start_in(configured(&nodes)).await;
    let admin = Client::admin(&gateway).await;
    let stored = store_everywhere(&admin, &nodes, "damaged.bin", 1).await;
    let leaves = nodes[0].repo().run(["refs", &stored.cid]);
    let leaves: Vec<_> = leaves.lines().map(|cid| cid.parse().expect("a CID")).collect();
    assert_eq!(leaves.len(), 4, "{leaves:?}");
    nodes[0].repo().flip_block(&leaves[1]);
    nodes[1].repo().flip_block(&leaves[2]);
    let whole = Answer::to(admin.get(&format!("/files/{}", stored.cid))).await.expect(200);
    assert!(whole.body == bytes(1, LEN), "the bytes are those of the file");
    // Nobody has a good one any more: the body is cut, and never wrong.
    nodes[1].repo().flip_block(&leaves[1]);
    let cut = admin.get(&format!("/files/{}", stored.cid)).send().await.expect("it begins");
    assert!(cut.bytes().await.is_err(), "a body that cannot be whole is cut");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_node_that_was_away_did_not_follow_it_follows_when_it_is_back() {
    let mut nodes = Swarm::of_strangers(2).await;
    let gateway = Gateway::start_in(configured(&nodes)).await;
    let (admin, stranger) = (Client::admin(&gateway).await, Client::stranger(&gateway));
    let kept = store_everywhere(&admin, &nodes, "kept.bin", 1).await;
    let deleted = store_everywhere(&admin, &nodes, "deleted.bin", 2).await;
    assert_eq!(ready(&stranger).await, 200);

    nodes[0].kill();
    let read = Answer::to(admin.get(&format!("/files/{}", kept.cid))).await.expect(200);
    assert!(read.body == bytes(1, LEN), "one node is enough for a download");
    let record = Answer::to(admin.delete(&format!("/v1/files/{}", deleted.cid))).await.expect(200);
    let record = record.json();
    assert_eq!(record["status"], json!("pending"), "{record}");
    assert_eq!(statuses(&record["nodes"]), both("pending", "unpinned"));
    assert_eq!(ready(&stranger).await, 200, "one node is enough for an upload");

    nodes[0].restart().await;
    let path = format!("/v1/deletions/{}", deleted.id);
    let done = wait::until("the deletion", async || {
        let record = Answer::to(admin.get(&path)).await.expect(200).json();
        (record["status"] == json!("done")).then_some(record)
    });
    assert_eq!(statuses(&done.await["nodes"]), both("unpinned", "unpinned"));
    let log = std::fs::read_to_string(gateway.home().data().join("deletions.log")).expect("a log");
    let lines = log.lines().filter(|line| line.contains(&deleted.id)).count();
    assert_eq!(lines, 1, "however often it is tried: {log}");
    for node in nodes.iter() {
        let pins = pins(node);
        assert!(pins.contains(&kept.id) && !pins.contains(&deleted.id), "{pins}");
    }

    for node in nodes.iter_mut() {
        node.kill();
    }
    wait::until("a gateway without nodes", async || (ready(&stranger).await == 503).then_some(()))
        .await;
    let refused = Answer::to(admin.post("/v1/files").body("x")).await;
    assert_eq!(refused.status, 503, "it is refused at once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_catalog_comes_back_with_the_nodes_that_have_each_file() {
    let nodes = Swarm::of_strangers(2).await;
    let gateway = Gateway::start_in(configured(&nodes)).await;
    let admin = Client::admin(&gateway).await;
    let whole = store_everywhere(&admin, &nodes, "whole.bin", 1).await;
    let half = store_everywhere(&admin, &nodes, "half.bin", 2).await;
    let former = half.json["root"].as_str().expect("a root");
    let renamed = admin.change(&half.cid, &json!({"name": "renamed.bin"})).await;
    let (_, home) = gateway.stop().await;
    // One node has never seen the change.
    nodes[0].repo().run(["pin", "rm", renamed["root"].as_str().expect("a root")]);
    nodes[0].repo().run(["pin", "add", "--name", &half.id, former]);

    for file in ["catalog.db", "catalog.db-wal", "catalog.db-shm"] {
        let _ = std::fs::remove_file(home.data().join(file));
    }
    let mut rebuild = home.cidlock(&["rebuild", "--json"]);
    rebuild.env("CIDLOCK_CONFIG", home.configuration());
    let said = command::run(rebuild).await.expect(0).json();
    assert_eq!(said[0]["restored"], json!(2), "{said:?}");
    let gateway = Gateway::start_in(home).await;
    let admin = Client::admin(&gateway).await;
    assert_eq!(admin.info(&half.cid).await["name"], json!("renamed.bin"));
    for file in [&whole, &half] {
        until_replicas(&admin, &file.cid, &both("pinned", "pinned")).await;
    }
    wait::until("the former root to be let go of", async || {
        (!pins(&nodes[0]).contains(former)).then_some(())
    })
    .await;
    assert!(pins(&nodes[0]).contains(renamed["root"].as_str().expect("a root")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_range_of_a_file_that_was_opened_before_costs_a_node_one_block() {
    let node = Node::start().await;
    let relay = Relay::to(&node).await;
    let home =
        format!("[engine]\nkind = 'kubo'\n[kubo]\nnodes = '{}'\n", setting([&relay.address("a")]));
    let gateway = Gateway::start_in(Home::configured(&home)).await;
    let admin = Client::admin(&gateway).await;
    let content = bytes(1, LEN);
    let stored = admin.store("in parts.bin", content.clone()).await;
    let blocks = || relay.asked().iter().filter(|line| line.contains("/ipfs/")).count();
    for (start, expected) in [(3_000_000, None), (1_500_000, Some(1)), (0, Some(1))] {
        let before = blocks();
        let request = admin.get(&format!("/files/{}", stored.cid));
        let part =
            Answer::to(request.header(RANGE, format!("bytes={start}-{}", start + 999))).await;
        assert!(part.expect(206).body == content[start..start + 1000], "from {start}");
        assert!(
            expected.is_none_or(|blocks_more| blocks() - before == blocks_more),
            "from {start}"
        );
    }
}
