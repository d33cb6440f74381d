//! What `doctor` finds at nodes, and that what it says mends it.

use std::os::unix::fs::symlink;
use std::process::Command;

use cidlock_tests::command;
use cidlock_tests::gateway::{Gateway, Home};
use cidlock_tests::kubo::{Node, Repo, Swarm, setting};
use cidlock_tests::tools;
use serde_json::{Value, json};

use super::configured;

fn doctor(home: &Home) -> Command {
    let mut doctor = home.cidlock(&["doctor", "--json"]);
    doctor.env("CIDLOCK_CONFIG", home.configuration());
    doctor
}

/// What is found of nodes, apart from what is well: details and what mends them.
fn of_nodes(findings: &[Value]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let found = findings.iter().filter(|it| it["what"] == "node" && it["state"] != "well");
    found.map(|it| (text(&it["detail"]), text(&it["mend"]))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_found_at_a_node_is_mended_by_the_command_that_is_named() {
    let repo = Repo::new();
    repo.configure(|config| {
        config["Datastore"]["Spec"]["mounts"][0]["sync"] = json!(false);
        config["Provide"] = json!({});
        config["Discovery"]["MDNS"]["Enabled"] = json!(true);
        config["Plugins"]["Plugins"] = Value::Null;
        config["Swarm"]["AddrFilters"] = json!(["/ip4/10.0.0.0/ipcidr/8"]);
        config["Datastore"]["StorageMax"] = json!("1B");
    });
    let mut node = Node::over(repo).await;
    let home = Home::configured(&format!(
        "[engine]\nkind = 'kubo'\n[kubo]\nnodes = '{}'\n",
        setting([&node.address("a")])
    ));
    let gateway = Gateway::start_in(home).await;
    let said = command::run(doctor(gateway.home())).await.expect(1).json();
    let found = of_nodes(&said);
    for part in [
        "a confirms blocks before they are on its disk",
        "a tells others that it exists",
        "a has no swarm key",
        "a has the profile `server`",
        "a: its repository has",
    ] {
        assert!(found.iter().any(|(detail, _)| detail.starts_with(part)), "{part}: {found:#?}");
    }
    assert_eq!(found.len(), 5, "{found:#?}");

    let bin = tempfile::tempdir().expect("a temporary directory");
    symlink(tools::ipfs(), bin.path().join("ipfs")).expect("a link");
    let path = format!("{}:/usr/bin:/bin", bin.path().display());
    node.stop().await;
    for (detail, mend) in &found {
        let commands = mend.split(" (the same file").next().expect("a part");
        let commands = commands.split(", or as much").next().expect("a part");
        let mut shell = Command::new("/bin/sh");
        shell.args(["-euc", commands]).env_clear().env("PATH", &path);
        shell.env("IPFS_PATH", node.repo().path()).env("HOME", bin.path());
        let done = shell.output().expect("a shell");
        assert!(done.status.success(), "{detail}: {commands}: {done:?}");
    }
    node.restart().await;
    let said = command::run(doctor(gateway.home())).await.expect(0).json();
    assert_eq!(of_nodes(&said), []);
    let well = said.iter().find(|it| it["what"] == "node").expect("a finding");
    assert!(well["detail"].as_str().expect("text").starts_with("a: Kubo 0."), "{well}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_away_is_wrong_and_the_others_are_still_looked_at() {
    let mut nodes = Swarm::start(2).await;
    nodes[0].kill();
    let home = configured(&nodes);
    std::fs::create_dir(home.data()).expect("a data directory");
    let said = command::run(doctor(&home)).await.expect(1).json();
    let nodes: Vec<_> = said.iter().filter(|it| it["what"] == "node").collect();
    assert_eq!([&nodes[0]["state"], &nodes[1]["state"]], [&json!("wrong"), &json!("well")]);
    assert!(nodes[0]["detail"].as_str().expect("text").starts_with("n0 at http://127.0.0.1:"));
}
