//! Nodes that are not there yet, wrong, full or busy, and clients that are slow or leave.

use std::time::Duration;

use cidlock_ipfs_client::engine::kubo::NodeAddress;
use cidlock_tests::client::{Answer, Client};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Gateway, Home};
use cidlock_tests::kubo::{Collecting, Node, Relay, Repo, Swarm, Trick, setting};
use cidlock_tests::wait;
use cidlock_tests::wire::Wire;
use serde_json::{Value, json};

use super::{LEN, configured, configured_with, pins, ready, statuses, store_everywhere};

/// A gateway over one node, wherever it is.
async fn over(node: &NodeAddress) -> Gateway {
    Gateway::start_unready_in(Home::configured(&format!(
        "[engine]\nkind = 'kubo'\nretry_interval_s = 1\nrepair_interval_s = 1\n\
         [kubo]\nnodes = '{}'\nrpc_timeout_s = 2\n",
        setting([node])
    )))
    .await
}

async fn until_ready(stranger: &Client, status: u16) {
    wait::until(format!("readiness {status}"), async || {
        (ready(stranger).await == status).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_starts_without_its_node_and_is_ready_when_the_node_is_and_is_one() {
    let mut node = Node::start().await;
    let relay = Relay::to(&node).await;
    node.kill();
    let gateway = over(&relay.address("a")).await;
    let (admin, stranger) = (Client::admin(&gateway).await, Client::stranger(&gateway));
    until_ready(&stranger, 503).await;
    let said = Answer::to(stranger.get("/readyz")).await;
    let said = said.assert_refused(503, "not_ready");
    assert!(said.contains("0 are well, and 1 are needed"), "{said}");
    Answer::to(admin.post("/v1/files").body("x")).await.assert_refused(503, "unavailable");

    // Something else is there.
    for wrong in [
        Trick::page(),
        Trick::json("{\"Version\": \"0.39.0\"}"),
        Trick::json("{\"Version\": \"2\"}"),
        Trick::Silence,
    ] {
        relay.always("version", wrong);
        Answer::to(admin.post("/v1/files").body("x")).await.assert_refused(503, "unavailable");
        assert_eq!(ready(&stranger).await, 503);
        relay.honest();
    }
    node.restart().await;
    until_ready(&stranger, 200).await;
    let stored = admin.store("at last.bin", bytes(1, LEN)).await;
    assert!(pins(&node).contains(&stored.id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_full_node_does_not_take_the_others_keep_or_nobody_does() {
    const ROOM: u64 = 6 << 20;
    let roomy = Node::start().await;
    let full = Repo::cramped(ROOM);
    let is_real = full.is_some();
    let mut full = Node::over(full.unwrap_or_default()).await;
    let relay = Relay::to(&full).await;
    let large = bytes(1, 8_000_000);
    if !is_real {
        let full = "{\"Message\":\"write /blocks/x: no space left on device\",\"Code\":0}";
        relay.always("dag/import", Trick::answer(500, "application/json", full));
    }
    let listed = setting([&roomy.address("a"), &relay.address("b")]);
    let nodes = |min_replicas: u32| {
        format!(
            "[engine]\nkind = 'kubo'\nretry_interval_s = 1\nrepair_interval_s = 1\n\
             [kubo]\nnodes = '{listed}'\nmin_replicas = {min_replicas}\n"
        )
    };
    let gateway = Gateway::start_in(Home::configured(&nodes(1))).await;
    let admin = Client::admin(&gateway).await;
    let kept = admin.store("large.bin", large.clone()).await;
    wait::until("the full node to have refused", async || {
        gateway.home().log().contains("node=\"b\" fault=").then_some(())
    })
    .await;
    let copies = statuses(&admin.info(&kept.cid).await["replicas"]);
    assert_eq!(copies[0], ("a".to_owned(), "pinned".to_owned()));
    assert_ne!(copies[1], ("b".to_owned(), "pinned".to_owned()));
    let read = Answer::to(admin.get(&format!("/files/{}", kept.cid))).await.expect(200);
    assert!(read.body == large, "it is whole");
    assert!(!pins(&full).contains(&kept.id));
    let _gone = Answer::to(admin.delete(&format!("/v1/files/{}", kept.cid))).await.expect(200);
    let (_, home) = gateway.stop().await;

    home.configure(&nodes(2));
    let gateway = Gateway::start_in(home).await;
    let admin = Client::admin(&gateway).await;
    let refused = Answer::to(admin.post("/v1/files").body(large.clone())).await;
    refused.assert_refused(507, "storage_full");
    wait::until("nothing to be left", async || {
        let nothing = [&roomy, &full].iter().all(|node| !pins(node).contains('-'));
        (nothing && gateway.home().staging_files().is_empty()).then_some(())
    })
    .await;
    // With room again everything is as it was. Kubo lets go of what it could not finish only when it
    // is started again.
    relay.honest();
    full.restart().await;
    let small = admin.store("small.bin", bytes(2, 1_000_000)).await;
    assert!(pins(&roomy).contains(&small.id) && pins(&full).contains(&small.id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_leaves_in_mid_upload_leaves_no_pin_and_no_block_that_stays() {
    let nodes = Swarm::of_strangers(1).await;
    // With the first collection a node gets blocks of its own.
    nodes[0].repo().run(["repo", "gc", "--quiet"]);
    let before = nodes[0].repo().blocks();
    let gateway = Gateway::start_in(configured(&nodes)).await;
    let admin = Client::admin(&gateway).await;
    let mut wire = Wire::open(gateway.address()).await;
    wire.send(admin.upload_head("gone.bin", "Content-Length: 9000000")).await;
    wire.send(bytes(1, 6_000_000)).await;
    wait::until("most of it to be staged", async || {
        let staged = gateway.home().staging_files();
        let len = staged.first().and_then(|path| path.metadata().ok()).map(|file| file.len());
        len.filter(|len| *len > 5_000_000)
    })
    .await;
    drop(wire);
    wait::until("the upload to be given up", async || {
        gateway.home().staging_files().is_empty().then_some(())
    })
    .await;
    assert!(!pins(&nodes[0]).contains('-'), "{}", pins(&nodes[0]));
    wait::until("nothing to be left but what was there", async || {
        nodes[0].repo().run(["repo", "gc", "--quiet"]);
        (nodes[0].repo().blocks() == before).then_some(())
    })
    .await;
    assert_eq!(admin.cids().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_and_quick_clients_are_served_while_a_node_collects_garbage_without_a_pause() {
    /// Seconds, and bytes in each.
    const SECONDS: usize = 60;
    const SIP: usize = 64 << 10;
    let nodes = Swarm::of_strangers(1).await;
    let more = "gc_window = '00:00-23:59'\n";
    let gateway = Gateway::start_in(configured_with(&nodes, more)).await;
    let admin = Client::admin(&gateway).await;
    let known = store_everywhere(&admin, &nodes, "known.bin", 1).await;
    let collecting = Collecting::on(&nodes[0]);
    let slow = bytes(2, SECONDS * SIP);

    let slow_upload = async {
        let mut wire = Wire::open(gateway.address()).await;
        let length = format!("Content-Length: {}\r\nConnection: close", slow.len());
        wire.send(admin.upload_head("slow.bin", &length)).await;
        let mut seconds = tokio::time::interval(Duration::from_secs(1));
        for piece in slow.chunks(SIP) {
            seconds.tick().await;
            wire.send(piece).await;
        }
        let head = wire.head().await;
        assert_eq!(head.status, 201, "a slow upload is stored");
        let body = wire.read_to_end().await;
        serde_json::from_slice::<Value>(&body).expect("it is answered in JSON")
    };
    let slow_download = async {
        let mut wire = Wire::narrow(gateway.address()).await;
        wire.send(format!(
            "GET /files/{} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\r\n",
            known.cid,
            admin.token()
        ))
        .await;
        assert_eq!(wire.head().await.status, 200);
        let mut body = Vec::new();
        let mut seconds = tokio::time::interval(Duration::from_secs(1));
        while body.len() < LEN {
            seconds.tick().await;
            body.extend(wire.read(SIP.min(LEN - body.len())).await);
        }
        assert!(body == bytes(1, LEN), "a slow download is whole");
    };
    let quick = async {
        for seed in 10..20 {
            let stored = admin.store("quick.bin", bytes(seed, LEN)).await;
            let read = Answer::to(admin.get(&format!("/files/{}", stored.cid))).await.expect(200);
            assert!(read.body == bytes(seed, LEN));
            let path = format!("/v1/files/{}", stored.cid);
            let _gone = Answer::to(admin.delete(&path)).await.expect(200);
        }
    };
    let (stored, (), ()) = futures::join!(slow_upload, slow_download, quick);
    assert!(collecting.rounds() > 10, "garbage was collected all the time");
    let cid = stored["cid"].as_str().expect("a CID");
    let read = Answer::to(admin.get(&format!("/files/{cid}"))).await.expect(200);
    assert!(read.body == slow, "what was stored slowly is whole");
    assert_eq!(stored["replicas"][0]["status"], json!("pinned"));
}
