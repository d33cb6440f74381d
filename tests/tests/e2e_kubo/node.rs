//! What somebody sees who has a node and not the gateway: what docs/ops.md says.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cidlock_tests::client::Client;
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::Gateway;
use cidlock_tests::kubo::Swarm;
use cidlock_tests::{python, tools};
use serde_json::{Value, json};

use super::{LEN, configured, store_everywhere};

/// The lines of the page's example that begin with a prompt, without it.
fn documented_commands() -> Vec<String> {
    let page = std::fs::read_to_string(tools::repository().join("docs/ops.md"));
    let page = page.expect("the page is in the repository");
    let (_, rest) = page.split_once("```console\n").expect("the page has an example");
    let (example, _) = rest.split_once("\n```").expect("the example ends");
    example.lines().filter_map(|line| line.strip_prefix("$ ipfs ")).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_shows_what_the_page_says_and_an_object_comes_back_without_a_gateway() {
    let nodes = Swarm::of_strangers(1).await;
    let gateway = Gateway::start_in(configured(&nodes)).await;
    let admin = Client::admin(&gateway).await;
    let stored = store_everywhere(&admin, &nodes, "a private name.bin", 1).await;
    let changed = admin.change(&stored.cid, &json!({"name": "another private name.bin"})).await;
    let root = changed["root"].as_str().expect("a root").to_owned();
    let (_, home) = gateway.stop().await;

    let commands = documented_commands();
    let [pins, ls, cat] = &commands[..] else { panic!("three commands: {commands:?}") };
    let run = |command: &str| {
        let command = command.replace("bafybei...root", &root);
        nodes[0].repo().run(command.split(' '))
    };
    let pinned = run(pins);
    // Kubo has pinned an empty directory of its own.
    let named: Vec<&str> = pinned.lines().filter(|line| line.split(' ').count() == 3).collect();
    assert_eq!(named, [format!("{root} recursive {}", stored.id)], "one pin, and no former one");
    let listed = run(ls);
    let members: Vec<Vec<&str>> =
        listed.lines().map(|line| line.split_whitespace().collect()).collect();
    let statement = run(cat);
    let len = statement.len().to_string();
    assert_eq!(members[0][..], [&stored.cid, members[0][1], "content"], "{listed}");
    assert!(members[0][1].parse::<usize>().expect("a length") > LEN, "{listed}");
    assert_eq!(members[1][1..], [&len, "object.jwt"], "{listed}");
    assert_eq!(members.len(), 2);

    assert!(statement.starts_with("eyJ") && statement.split('.').count() == 3, "{statement}");
    let payload = statement.split('.').nth(1).expect("a payload");
    let payload = URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    let claims: Value = serde_json::from_slice(&payload).expect("JSON");
    assert_eq!((&claims["cid"], &claims["size"]), (&json!(stored.cid), &json!(LEN)));
    assert!(!String::from_utf8(payload).expect("text").contains("private"), "{claims}");

    let desk = tempfile::tempdir().expect("a temporary directory");
    let (object, output) = (desk.path().join("object"), desk.path().join("output"));
    nodes[0].repo().get(&root, &object);
    let keys = home.data().join("keys.json");
    let lines = python::documented_lines("recovery.md");
    let said = python::run_lines(&lines, &[&keys, &object, &output], desk.path());
    assert!(said.expect("it is recovered").contains("another private name.bin"));
    assert!(std::fs::read(output).expect("the file") == bytes(1, LEN));
}
