//! What a node says of itself, for whoever looks after it.

use std::path::PathBuf;
use std::time::SystemTime;

use serde::Deserialize;
use serde_json::Value;

use super::fault::Fault;
use super::node::Node;
use super::{Kubo, MIN_VERSION};

/// How a node is set up, as far as it says.
#[derive(Clone, Debug)]
pub struct NodeFacts {
    /// Its version, `0.43.0`.
    pub version: String,
    /// Its configuration, without its private key.
    pub config: NodeConfig,
    /// Where its repository is, as the node sees its file system.
    pub repo: Option<PathBuf>,
    /// Bytes in its repository.
    pub repo_len: u64,
    /// Bytes that its repository may have before the node itself begins to collect.
    pub max_repo_len: u64,
    /// What time it is there, to the second; none if it does not say.
    pub time: Option<SystemTime>,
}

/// A node's configuration, as `ipfs config show` prints it.
#[derive(Clone, Debug)]
pub struct NodeConfig(Value);

impl NodeConfig {
    /// The setting at this JSON pointer (RFC 6901), `/Provide/Enabled`; none if it is not set.
    pub fn get(&self, pointer: &str) -> Option<&Value> {
        self.0.pointer(pointer).filter(|value| !value.is_null())
    }
}

impl NodeFacts {
    /// Whether the version is one that is used; none if it is no version.
    pub fn is_supported(&self) -> Option<bool> {
        is_supported(&self.version)
    }
}

/// Whether a version, `0.43.0`, is not older than [`MIN_VERSION`]; none if it is no version.
pub(super) fn is_supported(version: &str) -> Option<bool> {
    let mut numbers = version.split(['.', '-']).map_while(|number| number.parse::<u64>().ok());
    Some((numbers.next()?, numbers.next()?) >= MIN_VERSION)
}

impl Kubo {
    /// Asks each node how it is set up; one that does not answer says why.
    pub async fn facts(&self) -> Vec<(String, Result<NodeFacts, String>)> {
        let asked = self.each(|node| async move { facts(&node).await }).await;
        let facts = asked.into_iter().map(|(node, facts)| {
            (node.name().to_owned(), facts.map_err(|fault| fault.to_string()))
        });
        facts.collect()
    }
}

async fn facts(node: &Node) -> Result<NodeFacts, Fault> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Repo {
        repo_size: u64,
        storage_max: u64,
    }
    let version = node.control.version().await?;
    let (config, time) = node.ask_json::<Value>("config/show").await?;
    let (repo, _) = node.ask_json::<Repo>("repo/stat?size-only=true").await?;
    // An authorization may well not allow this one.
    let system = node.ask_json::<Value>("diag/sys").await.map(|(system, _)| system);
    let path = system.ok().and_then(|system| {
        system.pointer("/environment/IPFS_PATH").and_then(Value::as_str).map(PathBuf::from)
    });
    Ok(NodeFacts {
        version,
        config: NodeConfig(config),
        repo: path.filter(|path| path.is_absolute()),
        repo_len: repo.repo_size,
        max_repo_len: repo.storage_max,
        time,
    })
}

#[cfg(test)]
mod tests {
    use super::is_supported;

    #[test]
    fn versions_are_told_apart_by_their_first_two_numbers() {
        for (version, expected) in [
            ("0.40.0", Some(true)),
            ("0.43.0-rc1", Some(true)),
            ("1.0", Some(true)),
            ("0.39.9", Some(false)),
            ("2", None),
            ("", None),
            ("kubo", None),
        ] {
            assert_eq!(is_supported(version), expected, "{version}");
        }
    }
}
