//! A daemon over a repository.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use super::Repo;
use crate::wait;

/// A running Kubo, online but without peers; it ends when it is dropped.
#[derive(Debug)]
pub struct Node {
    repo: Repo,
    process: Child,
    rpc: String,
    gateway: String,
}

impl Node {
    /// Starts one over a new repository and waits until it answers.
    ///
    /// # Panics
    /// If it does not start, with its log.
    pub async fn start() -> Self {
        Self::over(Repo::new()).await
    }

    /// Starts one over `repo` and waits until it answers.
    ///
    /// # Panics
    /// If it does not start, with its log.
    pub async fn over(repo: Repo) -> Self {
        // What an earlier daemon left would name its ports.
        for stale in ["api", "gateway"] {
            let _ = std::fs::remove_file(repo.path().join(stale));
        }
        let log = File::create(repo.path().join("daemon.log")).expect("a log can be written");
        let errors = log.try_clone().expect("a file handle can be cloned");
        let mut daemon = repo.command();
        daemon.args(["daemon", "--migrate=false", "--enable-gc=false"]);
        daemon.stdout(Stdio::from(log)).stderr(Stdio::from(errors));
        let process = daemon.spawn().expect("ipfs starts");
        let mut node = Self { repo, process, rpc: String::new(), gateway: String::new() };
        node.rpc = node.announced("api").await;
        node.gateway = node.announced("gateway").await;
        let version = format!("{}/api/v0/version", node.rpc);
        let client = reqwest::Client::new();
        wait::until("Kubo's RPC", async || {
            client.post(&version).send().await.ok().filter(|answer| answer.status().is_success())
        })
        .await;
        node
    }

    /// `http://127.0.0.1:port` of its RPC.
    #[must_use]
    pub fn rpc(&self) -> &str {
        &self.rpc
    }

    /// `http://127.0.0.1:port` of its HTTP gateway.
    #[must_use]
    pub fn gateway(&self) -> &str {
        &self.gateway
    }

    /// The id of its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Its repository; commands over it go to the daemon.
    #[must_use]
    pub fn repo(&self) -> &Repo {
        &self.repo
    }

    /// What it logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> PathBuf {
        self.repo.path().join("daemon.log")
    }

    /// The address that the daemon writes into its repository once it listens: it chose the port
    /// itself, so no other process can have taken it.
    async fn announced(&mut self, file: &str) -> String {
        let path = self.repo.path().join(file);
        wait::until(format_args!("Kubo's {file} address"), async || {
            if let Some(status) = self.process.try_wait().expect("a child can be asked") {
                panic!("Kubo ended ({status}):\n{}", self.log());
            }
            as_url(std::fs::read_to_string(&path).ok()?.trim())
        })
        .await
    }
}

impl Drop for Node {
    #[expect(clippy::print_stdout, reason = "shown by the test runner where a test failed")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("--- Kubo's log\n{}", self.log());
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `/ip4/127.0.0.1/tcp/5001` (the RPC's file) or `http://127.0.0.1:8080` (the gateway's).
fn as_url(address: &str) -> Option<String> {
    if let Some(port) = address.strip_prefix("/ip4/127.0.0.1/tcp/") {
        return Some(format!("http://127.0.0.1:{port}"));
    }
    address.starts_with("http://").then(|| address.trim_end_matches('/').to_owned())
}
