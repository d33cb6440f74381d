//! A repository, and the commands that need no daemon.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cid::Cid;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::gateway::Room;
use crate::tools;

/// How blocks are made of what is added.
const PROFILE: &str = "unixfs-v1-2025";

/// A new Kubo repository that adds by profile unixfs-v1-2025; it goes when it is dropped,
/// unless it is kept.
#[derive(Debug)]
pub struct Repo {
    directory: PathBuf,
    /// The same, if it goes with this value.
    _temporary: Option<TempDir>,
    /// What whoever calls the RPC has to show, as Kubo spells it.
    secret: Option<String>,
    /// Bytes that its blocks have room for, if it is not the disk's.
    room: Option<u64>,
}

impl Repo {
    /// Makes one that keeps each block in a file of its own, durably.
    ///
    /// # Panics
    /// Without Kubo.
    #[must_use]
    pub fn new() -> Self {
        let repo = Self::with_profiles(PROFILE);
        repo.configure(make_durable);
        repo
    }

    /// The one below a directory, which stays: what an earlier one there kept is found again.
    ///
    /// # Panics
    /// Without Kubo, or if the directory cannot be made.
    #[must_use]
    pub fn kept_at(directory: &Path) -> Self {
        std::fs::create_dir_all(directory).expect("a directory can be made");
        let directory = directory.canonicalize().expect("a directory has a path");
        let repo = Self { directory, _temporary: None, secret: None, room: None };
        if !repo.path().join("config").exists() {
            repo.init(PROFILE);
            repo.configure(make_durable);
        }
        repo
    }

    /// Makes one that keeps its blocks together: a hundred thousand small ones are no hundred
    /// thousand files.
    ///
    /// # Panics
    /// Without Kubo.
    #[must_use]
    pub fn packed() -> Self {
        Self::with_profiles("unixfs-v1-2025,pebbleds")
    }

    fn with_profiles(profiles: &str) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().to_owned();
        let repo = Self { directory: path, _temporary: Some(directory), secret: None, room: None };
        repo.init(profiles);
        repo
    }

    fn init(&self, profiles: &str) {
        self.run(["init", "--empty-repo", "--profile", profiles]);
        self.configure(keep_private);
    }

    /// Makes one whose node's RPC answers only who shows `secret`: `basic:user:password` or
    /// `bearer:token`.
    ///
    /// # Panics
    /// Without Kubo.
    #[must_use]
    pub fn guarded(secret: &str) -> Self {
        let mut repo = Self::new();
        let guard = json!({ "AuthSecret": secret, "AllowedPaths": ["/api/v0"] });
        repo.configure(|config| config["API"]["Authorizations"] = json!({ "cidlock": guard }));
        repo.secret = Some(secret.to_owned());
        repo
    }

    /// Whose node has room for so many bytes of blocks, on a file system that only it sees. None where
    /// the system lets nobody here mount one.
    ///
    /// # Panics
    /// Without Kubo.
    #[must_use]
    pub fn cramped(len: u64) -> Option<Self> {
        let mut repo = Self::new();
        repo.room = Some(len);
        Room::can_mount().then_some(repo)
    }

    /// What starts its daemon.
    pub(super) fn daemon(&self) -> Command {
        let mut daemon = self.command();
        daemon.args(["daemon", "--migrate=false", "--enable-gc=false"]);
        let Some(len) = self.room else { return daemon };
        let mut cramped = Room::unshare();
        let script = r#"mkdir -p "$1.kept" && cp -a "$1/." "$1.kept/" &&
            mount -t tmpfs -o "size=$0,mode=700" none "$1" && cp -a "$1.kept/." "$1/" &&
            shift && exec "$@""#;
        cramped.args(["sh", "-c", script, &len.to_string()]).arg(self.path().join("blocks"));
        cramped.arg(daemon.get_program()).args(daemon.get_args()).env_clear().stdin(Stdio::null());
        for (name, value) in daemon.get_envs() {
            cramped.env(name, value.unwrap_or_default());
        }
        cramped.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        cramped
    }

    /// Has its node talk only to nodes with the same key.
    pub(super) fn join_swarm(&self, key: &str) {
        std::fs::write(self.path().join("swarm.key"), key).expect("a key can be written");
    }

    /// The key of its node's swarm.
    pub(super) fn swarm_key(&self) -> Option<String> {
        std::fs::read_to_string(self.path().join("swarm.key")).ok()
    }

    /// The value of the `Authorization` header that its node's RPC wants to see.
    pub(super) fn header(&self) -> Option<String> {
        let (kind, secret) = self.secret.as_ref()?.split_once(':')?;
        Some(match kind {
            "basic" => format!("Basic {}", STANDARD.encode(secret)),
            _ => format!("Bearer {secret}"),
        })
    }

    /// Its `$IPFS_PATH`.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.directory.join("ipfs")
    }

    /// Edits its configuration; a running daemon does not see it.
    ///
    /// # Panics
    /// If Kubo's file is not JSON.
    pub fn configure(&self, edit: impl FnOnce(&mut Value)) {
        let path = self.path().join("config");
        let text = std::fs::read(&path).expect("Kubo wrote its configuration");
        let mut config = serde_json::from_slice(&text).expect("it is JSON");
        edit(&mut config);
        let text = serde_json::to_vec_pretty(&config).expect("JSON can be written");
        std::fs::write(&path, text).expect("the configuration can be written");
    }

    /// An `ipfs` command over this repository, deaf to the machine's own settings.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(tools::ipfs());
        command
            .env_clear()
            .env("HOME", &self.directory)
            .env("IPFS_PATH", self.path())
            .env("IPFS_TELEMETRY", "off")
            .env("GOMAXPROCS", "2")
            .stdin(Stdio::null());
        if self.path().join("swarm.key").exists() {
            command.env("LIBP2P_FORCE_PNET", "1");
        }
        if let Some(secret) = &self.secret {
            command.arg(format!("--api-auth={secret}"));
        }
        command
    }

    /// Runs a command and gives back what it printed.
    ///
    /// # Panics
    /// If it fails, with what it said.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> String {
        let mut command = self.command();
        command.args(arguments);
        printed(&command.output().expect("ipfs starts"))
    }

    /// What `ipfs add --only-hash` says of each file, by file name; one call for all of them.
    /// `options` are laid over the profile.
    ///
    /// # Panics
    /// If Kubo refuses one.
    #[must_use]
    pub fn hash_files(&self, options: &[&str], files: &[PathBuf]) -> BTreeMap<String, Cid> {
        let fixed = ["add", "--only-hash", "--progress=false"].iter().chain(options);
        let arguments = fixed.map(OsStr::new).chain(files.iter().map(|file| file.as_os_str()));
        let hashes: BTreeMap<String, Cid> = self
            .run(arguments)
            .lines()
            .map(|line| {
                let mut words = line.splitn(3, ' ').skip(1);
                let cid = words.next().and_then(|cid| cid.parse().ok());
                let name = words.next().expect("`added <cid> <name>`");
                (name.to_owned(), cid.expect("Kubo prints CIDs"))
            })
            .collect();
        assert_eq!(hashes.len(), files.len(), "a line for each file, under different names");
        hashes
    }

    /// What `ipfs add --only-hash` says of a content that is too large to lie about in a file.
    ///
    /// # Panics
    /// If Kubo refuses it.
    #[must_use]
    pub fn hash_stream(&self, options: &[&str], content: impl Iterator<Item = Bytes>) -> Cid {
        let mut command = self.command();
        command.args(["add", "--only-hash", "--quieter", "--progress=false"]).args(options);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("ipfs starts");
        let mut stdin = child.stdin.take().expect("its input is piped");
        for piece in content {
            stdin.write_all(&piece).expect("Kubo reads what it is to add");
        }
        drop(stdin);
        let output = child.wait_with_output().expect("ipfs ends");
        printed(&output).trim().parse().expect("Kubo prints a CID")
    }

    /// Imports CAR files, each with one root, and pins the roots, which it gives back.
    ///
    /// # Panics
    /// If Kubo refuses one.
    pub fn import(&self, cars: &[PathBuf]) -> BTreeSet<Cid> {
        let arguments = ["dag", "import", "--offline", "--enc=json"].map(OsStr::new).into_iter();
        self.run(arguments.chain(cars.iter().map(|car| car.as_os_str())))
            .lines()
            .map(|line| {
                let answer: Value = serde_json::from_str(line).expect("a line of JSON for a root");
                let root = &answer["Root"];
                assert_eq!(root["PinErrorMsg"], "", "Kubo did not pin: {answer}");
                let cid = root["Cid"]["/"].as_str().and_then(|cid| cid.parse().ok());
                cid.expect("the root's CID")
            })
            .collect()
    }

    /// Writes what lies under an IPFS path (`<cid>`, `<cid>/name`) to `target`.
    ///
    /// # Panics
    /// If a block is missing.
    pub fn get(&self, path: &str, target: &Path) {
        let output = format!("--output={}", target.display());
        self.run(["get", "--offline", "--progress=false", &output, path]);
    }
}

impl Default for Repo {
    fn default() -> Self {
        Self::new()
    }
}

fn make_durable(config: &mut Value) {
    let blocks = &mut config["Datastore"]["Spec"]["mounts"][0];
    assert_eq!(blocks["prefix"], "flatfs.datastore", "the blocks' mount comes first");
    blocks["sync"] = json!(true);
}

/// No peers, no announcements, nothing fetched, nothing looked up; free ports.
fn keep_private(config: &mut Value) {
    let loopback = "/ip4/127.0.0.1/tcp/0";
    let settings = [
        ("/Addresses/API", json!(loopback)),
        ("/Addresses/Gateway", json!(loopback)),
        ("/Addresses/Swarm", json!([loopback])),
        ("/Bootstrap", json!([])),
        ("/AutoConf", json!({ "Enabled": false })),
        ("/AutoTLS", json!({ "Enabled": false })),
        ("/Routing", json!({ "Type": "none", "DelegatedRouters": [] })),
        ("/Ipns/DelegatedPublishers", json!([])),
        ("/DNS/Resolvers", json!({})),
        ("/Discovery/MDNS/Enabled", json!(false)),
        ("/Provide", json!({ "Enabled": false })),
        ("/HTTPRetrieval", json!({ "Enabled": false })),
        ("/Version", json!({ "SwarmCheckEnabled": false })),
        ("/Plugins/Plugins", json!({ "telemetry": { "Config": { "Mode": "off" } } })),
        ("/Swarm/DisableNatPortMap", json!(true)),
        ("/Swarm/RelayClient", json!({ "Enabled": false })),
        ("/Swarm/RelayService", json!({ "Enabled": false })),
        ("/Swarm/EnableHolePunching", json!(false)),
        (
            "/Swarm/Transports/Network",
            json!({
                "TCP": true, "QUIC": false, "WebTransport": false, "WebRTCDirect": false,
                "Websocket": false, "Relay": false,
            }),
        ),
        ("/Gateway/NoFetch", json!(true)),
        ("/Gateway/NoDNSLink", json!(true)),
    ];
    for (pointer, value) in settings {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer begins with a slash");
        let parent = config.pointer_mut(parent).expect("Kubo's configuration has this section");
        parent[name] = value;
    }
}

fn printed(output: &std::process::Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "ipfs failed ({}):\n{errors}", output.status);
    String::from_utf8(output.stdout.clone()).expect("ipfs prints UTF-8")
}
