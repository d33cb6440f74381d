//! Some private Kubo nodes on one machine, for a person to try cidlock with (`tests/nodes.sh`).

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "that is what it is for")]

use std::path::PathBuf;
use std::process::ExitCode;

use cidlock_tests::kubo::{Node, Swarm};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let number = arguments.next().and_then(|text| text.to_str()?.parse::<usize>().ok());
    let directory = arguments.next().map(PathBuf::from);
    match number {
        Some(number @ 1..=16) if arguments.next().is_none() => run(number, directory).await,
        _ => {
            eprintln!("usage: tests/nodes.sh NUMBER [DIRECTORY], with a number from 1 to 16");
            ExitCode::from(2)
        }
    }
}

async fn run(number: usize, directory: Option<PathBuf>) -> ExitCode {
    let mut interrupted = signal(SignalKind::interrupt()).expect("signals can be awaited");
    let mut terminated = signal(SignalKind::terminate()).expect("signals can be awaited");
    let ended = async {
        tokio::select! { _ = interrupted.recv() => {}, _ = terminated.recv() => {} }
    };
    let started = async {
        match &directory {
            Some(directory) => Swarm::kept_at(directory, number).await,
            None => Swarm::start(number).await,
        }
    };
    tokio::pin!(ended);
    let mut nodes =
        tokio::select! { nodes = started => nodes, () = &mut ended => return ExitCode::SUCCESS };
    print!("{}", told(&nodes, directory.is_some()));
    ended.await;
    for node in nodes.iter_mut() {
        node.stop().await;
    }
    ExitCode::SUCCESS
}

/// What a person is told: where the nodes are, and what cidlock has to know of them.
fn told(nodes: &[Node], kept: bool) -> String {
    let list = nodes
        .iter()
        .enumerate()
        .map(|(i, node)| format!("node-{i}={}+{}", node.rpc(), node.gateway()));
    let list = list.collect::<Vec<_>>().join(",");
    let repositories = nodes
        .iter()
        .enumerate()
        .map(|(i, node)| format!("# node-{i}: IPFS_PATH={}\n", node.repo().path().display()));
    let fate = if kept { "what they hold stays" } else { "what they hold goes with them" };
    format!(
        "# {} nodes of a private swarm, until Ctrl-C; {fate}.\n{}\n\
         # For the configuration of `cidlock serve`:\n[engine]\nkind = \"kubo\"\n\n\
         [kubo]\nnodes = \"{list}\"\nmin_replicas = {}\n",
        nodes.len(),
        repositories.collect::<String>(),
        nodes.len().min(2),
    )
}
