//! What `cidlock doctor` sees of each Kubo node: what its owner can mend, with the command for it.
//!
//! Commands are for a shell on the node's machine, with `IPFS_PATH` as the node has it; the node is
//! restarted afterwards.

use std::net::IpAddr;
use std::time::{Duration, UNIX_EPOCH};

use cidlock_ipfs_client::engine::Kubo;
use cidlock_ipfs_client::engine::kubo::{MIN_VERSION, NodeConfig, NodeFacts};
use serde_json::{Value, json};

use super::Finding;
use super::files::{LITTLE_SPACE, free_bytes};
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Config, NodeConfig as Configured};

/// What the findings are about.
const WHAT: &str = "node";
/// A clock that is further off than this makes logs and receipts hard to compare.
const SKEW: Duration = Duration::from_secs(5);

/// Settings by which a node tells others of itself or of what it has: where each is, what it must be,
/// and the command for that. A setting that is not there means what Kubo means by that.
const PRIVATE: [(&str, &str, &str); 11] = [
    ("/Provide/Enabled", "false", "ipfs config --json Provide.Enabled false"),
    ("/Routing/Type", "\"none\"", "ipfs config Routing.Type none"),
    ("/Routing/DelegatedRouters", "[]", "ipfs config --json Routing.DelegatedRouters '[]'"),
    ("/Ipns/DelegatedPublishers", "[]", "ipfs config --json Ipns.DelegatedPublishers '[]'"),
    ("/DNS/Resolvers", "{}", "ipfs config --json DNS.Resolvers '{}'"),
    ("/Bootstrap", "[]", "ipfs bootstrap rm all"),
    ("/AutoConf/Enabled", "false", "ipfs config --json AutoConf.Enabled false"),
    ("/AutoTLS/Enabled", "false", "ipfs config --json AutoTLS.Enabled false"),
    ("/Discovery/MDNS/Enabled", "false", "ipfs config --json Discovery.MDNS.Enabled false"),
    ("/HTTPRetrieval/Enabled", "false", "ipfs config --json HTTPRetrieval.Enabled false"),
    (
        "/Plugins/Plugins/telemetry/Config/Mode",
        "\"off\"",
        "ipfs config --json Plugins.Plugins.telemetry.Config '{\"Mode\": \"off\"}'",
    ),
];

/// Asks each node, and says how it is.
pub(super) async fn look(config: &Config, kubo: &Kubo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, facts) in kubo.facts().await {
        let configured = config.kubo.nodes.nodes().iter().find(|node| node.name == name);
        match facts {
            Ok(facts) => findings.extend(node(&name, configured, &facts)),
            Err(problem) => {
                let rpc = configured.map_or("", |node| node.rpc.as_str());
                findings.push(Finding::wrong(
                    WHAT,
                    format!("{name} at {rpc}: {problem}"),
                    "start it (`ipfs daemon`), or correct its address or its authorization in [kubo]",
                ));
            }
        }
    }
    findings
}

fn node(name: &str, configured: Option<&Configured>, facts: &NodeFacts) -> Vec<Finding> {
    let config = &facts.config;
    let mut findings = Vec::new();
    findings.extend(version(name, facts));
    findings.extend(datastore(name, config));
    findings.extend(announcing(name, config));
    findings.extend(swarm_key(name, facts));
    findings.extend(open_ports(name, configured, config));
    findings.extend(filters(name, config));
    findings.extend(space(name, facts));
    findings.extend(clock(name, facts));
    if findings.is_empty() {
        let detail = format!("{name}: Kubo {}, set up as it should be", facts.version);
        findings.push(Finding::well(WHAT, detail));
    }
    findings
}

fn version(name: &str, facts: &NodeFacts) -> Option<Finding> {
    let version = &facts.version;
    let (major, minor) = MIN_VERSION;
    match facts.is_supported() {
        Some(true) => None,
        Some(false) => {
            let detail = format!("{name}: Kubo {version} is too old to be used");
            Some(Finding::wrong(WHAT, detail, format!("update it to {major}.{minor} or later")))
        }
        None => {
            let detail = format!("{name} says that its version is {version:?}");
            Some(Finding::wrong(WHAT, detail, "see that it is a Kubo node"))
        }
    }
}

/// Whether what the node has confirmed survives a power failure, and whether it is quick.
fn datastore(name: &str, config: &NodeConfig) -> Option<Finding> {
    let spec = config.get("/Datastore/Spec")?;
    let mounts = spec.get("mounts").and_then(Value::as_array);
    let blocks = mounts.into_iter().flatten().find(|mount| mount["mountpoint"] == "/blocks");
    // A measuring wrapper has the store as its child.
    let unwrapped = blocks.map(|mount| mount.get("child").unwrap_or(mount));
    match unwrapped.and_then(|mount| mount["type"].as_str()) {
        Some("flatfs") if unwrapped.is_some_and(|mount| mount["sync"] == true) => None,
        Some("flatfs") => {
            let mut mounts = json!(mounts);
            for mount in mounts.as_array_mut().into_iter().flatten() {
                if mount["mountpoint"] == "/blocks" {
                    let wrapped = mount.get("child").is_some();
                    let store = if wrapped { &mut mount["child"] } else { mount };
                    store["sync"] = json!(true);
                }
            }
            Some(Finding::wrong(
                WHAT,
                format!(
                    "{name} confirms blocks before they are on its disk: a power failure loses what was acknowledged"
                ),
                format!("ipfs config --json Datastore.Spec.mounts '{mounts}'"),
            ))
        }
        other => {
            let store = other.unwrap_or("another kind of store");
            let detail = format!(
                "{name} keeps blocks in {store}, which is two to three times slower than flatfs for blocks of 1 MiB"
            );
            Some(Finding::warning(
                WHAT,
                detail,
                "make a new repository (`ipfs init`), set its flatfs to \"sync\": true, and let the repair job fill it",
            ))
        }
    }
}

fn announcing(name: &str, config: &NodeConfig) -> Option<Finding> {
    let loud = PRIVATE.iter().filter(|(pointer, wanted, _)| match config.get(pointer) {
        Some(found) => serde_json::from_str::<Value>(wanted).ok().as_ref() != Some(found),
        None => !matches!(*wanted, "[]" | "{}"),
    });
    let commands: Vec<&str> = loud.map(|(_, _, command)| *command).collect();
    (!commands.is_empty()).then(|| {
        let detail = format!("{name} tells others that it exists, or which blocks it has");
        Finding::warning(WHAT, detail, commands.join("; "))
    })
}

/// Only a node that has the key of a private swarm speaks to nobody else.
fn swarm_key(name: &str, facts: &NodeFacts) -> Option<Finding> {
    let missing = match facts.repo.as_deref().filter(|repo| repo.join("config").is_file()) {
        Some(repo) => !repo.join("swarm.key").is_file(),
        // With a key there is no QUIC, so this one has none.
        None => speaks_quic(&facts.config),
    };
    missing.then(|| {
        let detail = format!("{name} has no swarm key: whoever reaches its swarm port can ask it for blocks");
        Finding::warning(
            WHAT,
            detail,
            "printf '/key/swarm/psk/1.0.0/\\n/base16/\\n%s\\n' \"$(openssl rand -hex 32)\" > \"$IPFS_PATH/swarm.key\" \
             (the same file on every node), and start nodes with LIBP2P_FORCE_PNET=1",
        )
    })
}

fn speaks_quic(config: &NodeConfig) -> bool {
    let addresses = config.get("/Addresses/Swarm").and_then(Value::as_array);
    let quic = addresses.into_iter().flatten().filter_map(Value::as_str);
    let off = config.get("/Swarm/Transports/Network/QUIC") == Some(&json!(false));
    !off && quic.into_iter().any(|address| address.contains("/quic"))
}

/// Whoever reaches a node's RPC commands it, and whoever reaches its gateway reads blocks.
fn open_ports(name: &str, configured: Option<&Configured>, config: &NodeConfig) -> Vec<Finding> {
    let mut findings = Vec::new();
    let guarded = config.get("/API/Authorizations").and_then(Value::as_object);
    let guarded = guarded.is_some_and(|authorizations| !authorizations.is_empty());
    if let Some(address) = listens_openly(config.get("/Addresses/API")) {
        findings.push(if guarded {
            let detail = format!("{name}: the RPC at {address} asks for authorization, but its /debug pages do not, and what is sent there can be read on the way");
            Finding::warning(WHAT, detail, OWN_PORT)
        } else {
            let detail = format!("{name}: whoever reaches {address} can command the node and delete what it has");
            Finding::wrong(WHAT, detail, OWN_PORT)
        });
    }
    if let Some(address) = listens_openly(config.get("/Addresses/Gateway")) {
        let detail =
            format!("{name}: whoever reaches {address} and knows a CID gets its ciphertext");
        let mend = "ipfs config Addresses.Gateway /ip4/127.0.0.1/tcp/8080, or a firewall before it";
        findings.push(Finding::warning(WHAT, detail, mend));
    }
    if configured.is_some_and(|node| node.gateway.is_none()) {
        let detail = format!(
            "{name} is read through its RPC, which costs it several times as much as its gateway"
        );
        let mend = "name its gateway in kubo.nodes: NAME=RPC+GATEWAY";
        findings.push(Finding::warning(WHAT, detail, mend));
    }
    findings
}

const OWN_PORT: &str = "ipfs config Addresses.API /ip4/127.0.0.1/tcp/5001, or an address that only the gateway's machine reaches";

/// The first address of a setting that is not of the machine itself.
fn listens_openly(setting: Option<&Value>) -> Option<String> {
    let texts: Vec<&str> = match setting? {
        Value::Array(addresses) => addresses.iter().filter_map(Value::as_str).collect(),
        address => address.as_str().into_iter().collect(),
    };
    let open = |address: &&str| {
        let mut parts = address.split('/').skip(1);
        match (parts.next(), parts.next().map(str::parse::<IpAddr>)) {
            (Some("unix"), _) => false,
            (Some("ip4" | "ip6"), Some(Ok(ip))) => !ip.is_loopback(),
            (Some("dns" | "dns4" | "dns6"), _) => !address.contains("/localhost/"),
            _ => true,
        }
    };
    texts.into_iter().find(open).map(str::to_owned)
}

/// The profile `server` keeps nodes from reaching each other in a private network.
fn filters(name: &str, config: &NodeConfig) -> Option<Finding> {
    let filters = config.get("/Swarm/AddrFilters").and_then(Value::as_array);
    let private = |filter: &Value| {
        ["/ip4/10.", "/ip4/172.16.", "/ip4/192.168.", "/ip6/fc00:"]
            .iter()
            .any(|prefix| filter.as_str().is_some_and(|filter| filter.starts_with(prefix)))
    };
    filters.is_some_and(|filters| filters.iter().any(private)).then(|| {
        let detail = format!("{name} has the profile `server`, under which nodes of one private network do not reach each other");
        Finding::warning(WHAT, detail, "ipfs config --json Swarm.AddrFilters '[]'")
    })
}

fn space(name: &str, facts: &NodeFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    let free = facts.repo.as_deref().filter(|repo| repo.is_dir()).and_then(free_bytes);
    if let Some(free) = free.filter(|free| *free < LITTLE_SPACE) {
        let detail = format!("{name}: {} MiB free on the disk of its repository", free >> 20);
        findings.push(Finding::warning(
            WHAT,
            detail,
            "make room: `ipfs repo gc` drops what was deleted",
        ));
    }
    if facts.max_repo_len > 0 && facts.repo_len / 9 > facts.max_repo_len / 10 {
        let (has, may) = (facts.repo_len >> 20, facts.max_repo_len >> 20);
        let detail = format!("{name}: its repository has {has} MiB of the {may} MiB it may have");
        let mend = "ipfs config Datastore.StorageMax 500GB, or as much as its disk has room for";
        findings.push(Finding::warning(WHAT, detail, mend));
    }
    findings
}

fn clock(name: &str, facts: &NodeFacts) -> Option<Finding> {
    let there = facts.time?.duration_since(UNIX_EPOCH).ok()?;
    let off = there.abs_diff(Duration::from_secs(SystemClock.now().0));
    (off > SKEW).then(|| {
        let detail = format!("{name}: its clock and this one are {} seconds apart", off.as_secs());
        Finding::warning(WHAT, detail, "set both by NTP (`timedatectl set-ntp true`)")
    })
}
