//! Several nodes.

use std::ops::{Deref, DerefMut};
use std::path::Path;

use cidlock_ipfs_client::engine::kubo::NodeAddress;
use futures::future::join_all;
use serde_json::json;

use super::{Node, Repo};

/// Nodes that are started together, and used like a slice of them.
#[derive(Debug)]
pub struct Swarm(Vec<Node>);

impl Swarm {
    /// `n` nodes of one private swarm: each knows all others, now and after a restart, and fetches
    /// from them what it is to pin or to show and does not have.
    ///
    /// # Panics
    /// If one does not start.
    pub async fn start(n: usize) -> Self {
        Self::of((0..n).map(|_| Repo::new()).collect()).await
    }

    /// The same nodes again and again, kept below `directory`, each at its former addresses. There
    /// may be more of them than there were.
    ///
    /// # Panics
    /// If one does not start.
    pub async fn kept_at(directory: &Path, n: usize) -> Self {
        let repo = |i| Repo::kept_at(&directory.join(format!("node-{i}")));
        Self::of((0..n).map(repo).collect()).await
    }

    async fn of(repos: Vec<Repo>) -> Self {
        let key = repos.iter().find_map(Repo::swarm_key).unwrap_or_else(fresh_key);
        for repo in &repos {
            repo.join_swarm(&key);
            repo.configure(|config| {
                config["Gateway"]["NoFetch"] = json!(false);
                config["Gateway"]["RetrievalTimeout"] = json!("3s");
            });
        }
        let nodes = join_all(repos.into_iter().map(Node::over)).await;
        let peers: Vec<_> = nodes.iter().map(Node::peer).collect();
        for (i, node) in nodes.iter().enumerate() {
            let others = peers.iter().enumerate().filter(|(other, _)| *other != i);
            let others = others.map(|(_, (id, address))| json!({ "ID": id, "Addrs": [address] }));
            let others: Vec<_> = others.collect();
            node.repo().configure(|config| config["Peering"] = json!({ "Peers": others }));
        }
        let swarm = Self(nodes);
        swarm.together().await;
        swarm
    }

    /// Connects each node with all others, none of which may be down. After a restart they come
    /// together by themselves, but take their time.
    ///
    /// # Panics
    /// If one cannot reach another.
    pub async fn together(&self) {
        let peers: Vec<_> = self.0.iter().map(Node::peer).collect();
        for (i, node) in self.0.iter().enumerate() {
            for (id, address) in &peers[i + 1..] {
                let _done = node.call(&format!("swarm/connect?arg={address}/p2p/{id}")).await;
            }
        }
    }

    /// `n` nodes that know nobody.
    ///
    /// # Panics
    /// If one does not start.
    pub async fn of_strangers(n: usize) -> Self {
        Self(join_all((0..n).map(|_| Node::start())).await)
    }

    /// What an engine is told of them: they are called `node-0`, `node-1` and so on.
    #[must_use]
    pub fn addresses(&self) -> Vec<NodeAddress> {
        let named = |(i, node): (usize, &Node)| node.address(&format!("node-{i}"));
        self.iter().enumerate().map(named).collect()
    }
}

fn fresh_key() -> String {
    let number = |_| format!("{:016x}", getrandom::u64().expect("a random number"));
    let secret: String = (0..4).map(number).collect();
    format!("/key/swarm/psk/1.0.0/\n/base16/\n{secret}\n")
}

impl Deref for Swarm {
    type Target = [Node];

    fn deref(&self) -> &[Node] {
        &self.0
    }
}

impl DerefMut for Swarm {
    fn deref_mut(&mut self) -> &mut [Node] {
        &mut self.0
    }
}
