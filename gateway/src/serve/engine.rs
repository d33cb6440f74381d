//! The engine that the configuration asks for.

mod authorization;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use cidlock_ipfs_client::dag::DagParams;
use cidlock_ipfs_client::engine::kubo::{NodeAddress, Settings};
use cidlock_ipfs_client::engine::{Embedded, Engine, Kubo};

use super::data_dir::DataDir;
use crate::config::{Config, KuboConfig, NodeConfig};

/// How all objects are cut, whoever keeps them.
pub(super) const PARAMS: DagParams = DagParams::UNIXFS_V1_2025;

/// Opens it. Nodes need not be up: what needs one says that it is down.
pub(super) async fn open(config: &Config, dir: &DataDir) -> anyhow::Result<Arc<dyn Engine>> {
    Ok(if config.engine.is_kubo() {
        Arc::new(kubo(&config.kubo)?)
    } else {
        Arc::new(Embedded::open(dir.objects(), PARAMS).await?)
    })
}

/// Which nodes there are and how many of them are to keep a file, in words.
pub(super) fn nodes(config: &Config) -> String {
    if !config.engine.is_kubo() {
        return config.engine.kind.clone();
    }
    let names: Vec<_> = config.kubo.nodes.nodes().iter().map(|node| node.name.as_str()).collect();
    let replicas = replicas(&config.kubo);
    format!("{}: {replicas} of {}", config.engine.kind, names.join(", "))
}

/// How many nodes share this machine's processors, as far as their addresses say.
pub(super) fn nodes_here(config: &Config) -> usize {
    let nodes = if config.engine.is_kubo() { config.kubo.nodes.nodes() } else { &[] };
    nodes.iter().filter(|node| node.is_here()).count()
}

/// How many nodes are to keep a file.
pub(super) fn replicas(config: &KuboConfig) -> usize {
    if config.replicas == 0 { config.nodes.nodes().len() } else { config.replicas }
}

/// The engine over the nodes that are configured.
pub(super) fn kubo(config: &KuboConfig) -> anyhow::Result<Kubo> {
    let nodes = config.nodes.nodes();
    if nodes.is_empty() {
        bail!("engine.kind is `kubo`, and there is no node: say where they are in kubo.nodes");
    }
    let mut shown = match &config.authorization_file {
        Some(path) => authorization::read(Path::new(path))?,
        None => BTreeMap::new(),
    };
    let address = |node: &NodeConfig| {
        let uri = |text: &String| text.parse().context("kubo.nodes");
        Ok(NodeAddress {
            name: node.name.clone(),
            rpc: uri(&node.rpc)?,
            gateway: node.gateway.as_ref().map(uri).transpose()?,
            authorization: shown.remove(&node.name),
        })
    };
    let addresses = nodes.iter().map(address).collect::<anyhow::Result<Vec<_>>>()?;
    if let Some(name) = shown.keys().next() {
        bail!("kubo.authorization_file names the node {name:?}, which kubo.nodes does not");
    }
    let settings = Settings {
        params: PARAMS,
        replicas: replicas(config),
        min_replicas: config.min_replicas,
        rpc_limit: Duration::from_secs(config.rpc_timeout_s),
        read_limit: Duration::from_secs(config.read_timeout_s),
    };
    Kubo::over(addresses, settings).context("kubo.replicas and kubo.min_replicas")
}
