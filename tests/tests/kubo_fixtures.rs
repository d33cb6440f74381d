//! What hurts a Kubo node hurts it as it says, so that the tests that use it need not ask.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

use std::time::Duration;

use cid::Cid;
use cidlock_tests::kubo::{Collecting, Node, Relay, Repo, Swarm, Trick};
use reqwest::StatusCode;

/// Longer than a leaf of the profile, so that there is a parent and more than one leaf.
const LEN: usize = (1 << 20) + 1000;

/// How long nothing has to come for it to be nothing: only ever too short to notice a mistake.
const A_MOMENT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn a_killed_node_comes_back_at_its_addresses_with_what_it_had() {
    let mut node = Node::start().await;
    let cid = add(&node, &content(1));
    let gateway = node.gateway().to_owned();
    node.kill();
    assert!(!node.is_running());
    assert!(reqwest::get(&gateway).await.is_err());
    node.restart().await;
    assert!(node.is_running());
    assert_eq!(node.gateway(), gateway);
    assert_eq!(fetch(&node, &cid).await.unwrap(), content(1));
}

#[tokio::test]
async fn a_paused_node_answers_nothing_until_it_goes_on() {
    let mut node = Node::start().await;
    let cid = add(&node, &content(1));
    node.pause();
    assert!(node.is_running());
    let fetching = fetch(&node, &cid);
    tokio::pin!(fetching);
    assert!(tokio::time::timeout(A_MOMENT, &mut fetching).await.is_err());
    node.resume();
    assert_eq!(fetching.await.unwrap(), content(1));
    node.pause();
    // It goes while it is paused.
}

#[tokio::test]
async fn nodes_of_a_swarm_fetch_from_each_other_and_strangers_do_not() {
    let (mut swarm, strangers) = tokio::join!(Swarm::start(3), Swarm::of_strangers(2));
    let cid = add(&swarm[0], &content(1));
    assert_eq!(fetch(&swarm[2], &cid).await.unwrap(), content(1));
    let elsewhere = add(&strangers[0], &content(1));
    assert_eq!(elsewhere, cid);
    assert_eq!(fetch(&strangers[1], &cid).await, Err(StatusCode::NOT_FOUND));

    swarm[1].restart().await;
    swarm.together().await;
    let cid = add(&swarm[0], &content(2));
    assert_eq!(fetch(&swarm[1], &cid).await.unwrap(), content(2));
    let names: Vec<_> = swarm.addresses().into_iter().map(|address| address.name).collect();
    assert_eq!(names, ["node-0", "node-1", "node-2"]);
}

#[tokio::test]
async fn nodes_that_are_kept_are_found_again_with_one_more() {
    let directory = tempfile::tempdir().unwrap();
    let mut swarm = Swarm::kept_at(directory.path(), 2).await;
    let cid = add(&swarm[0], &content(1));
    let before: Vec<_> = swarm.iter().map(|node| node.rpc().to_owned()).collect();
    for node in swarm.iter_mut() {
        node.stop().await;
        assert!(!node.is_running());
    }
    drop(swarm);
    let swarm = Swarm::kept_at(directory.path(), 3).await;
    let after: Vec<_> = swarm.iter().map(|node| node.rpc().to_owned()).collect();
    assert_eq!(before, after[..2]);
    assert!(swarm[0].repo().has_block(&cid));
    assert_eq!(fetch(&swarm[2], &cid).await.unwrap(), content(1));
}

#[tokio::test]
async fn blocks_are_found_on_disk_and_damaged_there() {
    let node = Node::start().await;
    let root = add(&node, &content(1));
    let leaves = links(&node, &root);
    assert_eq!(leaves.len(), 2);
    let known = node.repo().run(["refs", "local"]);
    let known = known.lines().map(|line| Repo::listed(&line.parse().unwrap())).collect();
    assert_eq!(node.repo().blocks(), known);

    let whole = std::fs::read(node.repo().block_file(&leaves[0])).unwrap();
    assert_eq!(whole, content(1)[..1 << 20]);
    node.repo().flip_block(&leaves[0]);
    let flipped = fetch(&node, &root).await.unwrap();
    let differing = flipped.iter().zip(content(1)).filter(|(one, other)| **one != *other).count();
    assert_eq!(differing, 1, "a node does not look at what it gives away");
    node.repo().empty_block(&leaves[0]);
    assert_eq!(std::fs::read(node.repo().block_file(&leaves[0])).unwrap(), b"");
    node.repo().remove_block(&leaves[1]);
    assert!(!node.repo().has_block(&leaves[1]) && node.repo().has_block(&root));
}

#[tokio::test]
async fn a_guarded_node_lets_in_who_shows_its_secret() {
    for (secret, header) in [
        ("basic:cidlock:open sesame", "Basic Y2lkbG9jazpvcGVuIHNlc2FtZQ=="),
        ("bearer:mF_9.B5f-4.1JqM", "Bearer mF_9.B5f-4.1JqM"),
    ] {
        let node = Node::over(Repo::guarded(secret)).await;
        let url = format!("{}/api/v0/version", node.rpc());
        let asked = async |header: Option<&str>| {
            let request = reqwest::Client::new().post(&url);
            let shown = header.map(|header| ("authorization", header));
            let request = shown.into_iter().fold(request, |r, (name, value)| r.header(name, value));
            request.send().await.unwrap().status()
        };
        assert_eq!(asked(Some(header)).await, 200);
        assert_eq!(asked(Some("Bearer another")).await, 403);
        assert_eq!(asked(None).await, 403);
        assert_eq!(node.call("repo/stat?size-only=true").await["NumObjects"], 0);
        let _ = add(&node, b"commands are let in, too");
    }
}

#[tokio::test]
async fn garbage_is_collected_until_it_is_enough() {
    let node = Node::start().await;
    let kept = add(&node, &content(1));
    let collecting = Collecting::on(&node);
    let lost = add(&node, &content(2));
    node.repo().run(["pin", "rm", &lost.to_string()]);
    collecting.another_round().await;
    assert!(!node.repo().has_block(&lost) && node.repo().has_block(&kept));
    drop(collecting);
    let stays = add(&node, &content(3));
    node.repo().run(["pin", "rm", &stays.to_string()]);
    assert!(node.repo().has_block(&stays));
}

#[tokio::test]
async fn a_relay_plays_its_tricks_on_what_it_is_told_and_nothing_else() {
    let node = Node::start().await;
    let cid = add(&node, &content(1));
    let relay = Relay::to(&node).await;
    let address = relay.address("node");
    let gateway = address.gateway.unwrap().to_string();
    let url = format!("{gateway}ipfs/{cid}");
    let get = async || reqwest::get(&url).await.unwrap().bytes().await;

    relay.once("/ipfs/", Trick::page());
    relay.once("/ipfs/", Trick::CutAfter(700_000));
    relay.once("/ipfs/", Trick::body(|body| body.truncate(10)));
    relay.once("/api/", Trick::Silence);
    assert!(get().await.unwrap().starts_with(b"<html>"));
    assert!(get().await.is_err());
    assert_eq!(get().await.unwrap(), content(1)[..10]);
    assert_eq!(get().await.unwrap(), content(1));

    let call = format!("{}api/v0/version", address.rpc);
    let asking = reqwest::Client::new().post(&call).send();
    assert!(tokio::time::timeout(A_MOMENT, asking).await.is_err());
    let answer = reqwest::Client::new().post(&call).body("a marker").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    relay.always("/version", Trick::failing_at_its_end("{}"));
    let answer = reqwest::Client::new().post(&call).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "{}");
    relay.honest();
    assert!(get().await.unwrap() == content(1));

    assert_eq!(relay.asked().iter().filter(|line| line.contains("/ipfs/")).count(), 5);
    assert!(relay.sent().iter().any(|sent| sent.ends_with(b"a marker")));
}

/// Different for each `kind`.
fn content(kind: u8) -> Vec<u8> {
    (0..LEN).map(|i| (i / 1000 + i % 251) as u8 ^ kind).collect()
}

fn add(node: &Node, content: &[u8]) -> Cid {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, content).unwrap();
    let path = file.path().to_str().unwrap();
    node.repo().run(["add", "--quieter", "--progress=false", path]).trim().parse().unwrap()
}

fn links(node: &Node, cid: &Cid) -> Vec<Cid> {
    let links = node.repo().run(["refs", &cid.to_string()]);
    links.lines().map(|line| line.parse().unwrap()).collect()
}

async fn fetch(node: &Node, cid: &Cid) -> Result<Vec<u8>, StatusCode> {
    let answer = reqwest::get(format!("{}/ipfs/{cid}", node.gateway())).await.unwrap();
    match answer.status() {
        StatusCode::OK => Ok(answer.bytes().await.unwrap().to_vec()),
        status => Err(status),
    }
}
