//! The fixtures are what they say they are, so that the tests that use them need not ask.

use cidlock_tests::kubo::{Node, Repo};
use cidlock_tests::{python, tools};
use serde_json::Value;

#[tokio::test]
async fn kubo_is_the_pinned_version_and_knows_nobody() {
    let node = Node::start().await;
    let version: Value = rpc(&node, "version").await;
    let pinned = std::fs::read_to_string(tools::repository().join("tests/tools/kubo/go.mod"));
    let pinned = pinned.unwrap();
    let version = version["Version"].as_str().unwrap().to_owned();
    assert!(pinned.contains(&format!("github.com/ipfs/kubo v{version}")), "it says {version}");
    assert_eq!(rpc(&node, "swarm/peers").await["Peers"], Value::Null);
    assert_eq!(rpc(&node, "bootstrap/list").await["Peers"], serde_json::json!([]));
}

#[tokio::test]
async fn kubo_gives_back_what_it_was_given() {
    let node = Node::start().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, "what a person keeps").unwrap();
    let cid = node.repo().run(["add", "--quieter", file.path().to_str().unwrap()]);
    let url = format!("{}/ipfs/{}", node.gateway(), cid.trim());
    let answer = reqwest::get(&url).await.unwrap().text().await.unwrap();
    assert_eq!(answer, "what a person keeps");
}

#[test]
fn a_repository_without_a_daemon_hashes_files_and_streams_alike() {
    let repo = Repo::new();
    let directory = tempfile::tempdir().unwrap();
    let files: Vec<_> = ["a", "b"].map(|name| directory.path().join(name)).into();
    for file in &files {
        std::fs::write(file, "the same").unwrap();
    }
    let hashes = repo.hash_files(&[], &files);
    assert_eq!(hashes["a"], hashes["b"]);
    let stream = repo.hash_stream(&[], [bytes::Bytes::from_static(b"the same")].into_iter());
    assert_eq!(stream, hashes["a"]);
}

#[test]
fn python_has_the_public_tools() {
    let lines = "import cryptography.cobblestone, jwcrypto.jwk; print('both')";
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(python::run_lines(lines, &[], directory.path()).unwrap().trim(), "both");
}

async fn rpc(node: &Node, call: &str) -> Value {
    let url = format!("{}/api/v0/{call}", node.rpc());
    let answer = reqwest::Client::new().post(url).send().await.expect("Kubo answers");
    answer.json().await.expect("it answers in JSON")
}
