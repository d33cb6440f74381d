//! A daemon over a repository.

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use cidlock_ipfs_client::engine::kubo::NodeAddress;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::Repo;
use crate::wait;

/// A running Kubo, online, without peers unless it is of a swarm; it ends when it is dropped.
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

    /// Starts one over `repo` and waits until it answers. Whatever ports it gets stay its own: they
    /// are written into its configuration.
    ///
    /// # Panics
    /// If it does not start, with its log.
    pub async fn over(repo: Repo) -> Self {
        let process = spawn(&repo);
        let mut node = Self { repo, process, rpc: String::new(), gateway: String::new() };
        node.ready().await;
        let (_, swarm) = node.peer();
        let port = |url: &str| url.rsplit(':').next().unwrap_or_default().to_owned();
        let tcp = |url: &str| json!(format!("/ip4/127.0.0.1/tcp/{}", port(url)));
        node.repo.configure(|config| {
            config["Addresses"]["API"] = tcp(&node.rpc);
            config["Addresses"]["Gateway"] = tcp(&node.gateway);
            config["Addresses"]["Swarm"] = json!([swarm]);
        });
        node
    }

    /// Ends it at once, as the loss of its machine would (SIGKILL).
    ///
    /// # Panics
    /// If it has ended already.
    pub fn kill(&mut self) {
        assert!(self.is_running(), "the node runs");
        self.process.kill().expect("our child can be killed");
        self.process.wait().expect("a killed child ends");
    }

    /// Has it end by itself, and waits until it has (SIGTERM).
    ///
    /// # Panics
    /// If it does not.
    pub async fn stop(&mut self) {
        if self.is_running() {
            self.signal(Signal::TERM);
        }
        wait::until("Kubo to end", async || (!self.is_running()).then_some(())).await;
    }

    /// Stops it in the middle of whatever it does (SIGSTOP): it answers nothing, but its
    /// connections stay, and new ones are made.
    ///
    /// # Panics
    /// If it has ended.
    pub fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// Has it go on (SIGCONT).
    ///
    /// # Panics
    /// If it has ended.
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a process has an id"), signal).expect("the node runs");
    }

    /// Whether its process is there, paused or not.
    ///
    /// # Panics
    /// Never: a child can be asked.
    pub fn is_running(&mut self) -> bool {
        self.process.try_wait().expect("a child can be asked").is_none()
    }

    /// Starts it again over the same repository and on the same ports, killing it first if it still
    /// runs, and waits until it answers.
    ///
    /// # Panics
    /// If it does not start, with its log.
    pub async fn restart(&mut self) {
        if self.is_running() {
            self.kill();
        }
        let before = (self.rpc.clone(), self.gateway.clone());
        self.process = spawn(&self.repo);
        self.ready().await;
        assert_eq!(before, (self.rpc.clone(), self.gateway.clone()), "the ports are the same");
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

    /// What an engine is told of it.
    ///
    /// # Panics
    /// Never: its addresses are URLs.
    #[must_use]
    pub fn address(&self, name: &str) -> NodeAddress {
        NodeAddress {
            name: name.to_owned(),
            rpc: self.rpc.parse().expect("an address"),
            gateway: Some(self.gateway.parse().expect("an address")),
            authorization: None,
        }
    }

    /// Its peer id, and the address at which its peers find it.
    ///
    /// # Panics
    /// If it does not say.
    #[must_use]
    pub fn peer(&self) -> (String, String) {
        let id: Value = serde_json::from_str(&self.repo.run(["id"])).expect("`ipfs id` is JSON");
        let addresses = id["Addresses"].as_array().expect("a node listens");
        let loopback = addresses.iter().filter_map(Value::as_str);
        let mut loopback = loopback.filter(|address| address.starts_with("/ip4/127.0.0.1/tcp/"));
        let address = loopback.next().expect("it listens on loopback");
        let address = address.split("/p2p/").next().unwrap_or_default();
        (id["ID"].as_str().expect("a node has an id").to_owned(), address.to_owned())
    }

    /// A call of its RPC, with what it takes to be let in.
    pub(super) fn request(&self, call: &str) -> reqwest::RequestBuilder {
        let request = reqwest::Client::new().post(format!("{}/api/v0/{call}", self.rpc));
        match self.repo.header() {
            Some(header) => request.header("authorization", header),
            None => request,
        }
    }

    /// What its RPC answers to a call, if that is one line of JSON.
    ///
    /// # Panics
    /// If it is anything else, or no success.
    pub async fn call(&self, call: &str) -> Value {
        let answer = self.request(call).send().await.expect("the node answers");
        let status = answer.status();
        let text = answer.text().await.expect("the node answers to the end");
        assert!(status.is_success(), "{call}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{call}: {text}"))
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

    /// What it logged so far, in all of its lives.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(log_path(&self.repo)).unwrap_or_default()
    }

    /// Waits until it answers, if only that it lets nobody in.
    async fn ready(&mut self) {
        self.rpc = self.announced("api").await;
        self.gateway = self.announced("gateway").await;
        let answers = async || self.request("version").send().await.ok();
        wait::until("Kubo's RPC", answers).await;
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
        // A paused process can be killed as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn spawn(repo: &Repo) -> Child {
    // What an earlier daemon left would name its ports.
    for stale in ["api", "gateway"] {
        let _ = std::fs::remove_file(repo.path().join(stale));
    }
    let log = OpenOptions::new().create(true).append(true).open(log_path(repo));
    let log = log.expect("a log can be written");
    let errors = log.try_clone().expect("a file handle can be cloned");
    let mut daemon = repo.daemon();
    daemon.stdout(Stdio::from(log)).stderr(Stdio::from(errors));
    daemon.spawn().expect("ipfs starts")
}

fn log_path(repo: &Repo) -> PathBuf {
    repo.path().join("daemon.log")
}

/// `/ip4/127.0.0.1/tcp/5001` (the RPC's file) or `http://127.0.0.1:8080` (the gateway's).
fn as_url(address: &str) -> Option<String> {
    if let Some(port) = address.strip_prefix("/ip4/127.0.0.1/tcp/") {
        return Some(format!("http://127.0.0.1:{port}"));
    }
    address.starts_with("http://").then(|| address.trim_end_matches('/').to_owned())
}
