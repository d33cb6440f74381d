//! `[engine]` and `[kubo]`: what keeps the objects.

use super::amount::HOUR;
use super::nodes::NodeList;
use super::rule::Rule;
use super::table::table;

const KIND: Rule = Rule::Text {
    name: "KIND",
    must: "`embedded` or `kubo`",
    holds: |text| matches!(text, EngineConfig::EMBEDDED | EngineConfig::KUBO),
};

const NODES: Rule = Rule::Text {
    name: "NODES",
    must: "1 to 16 nodes `NAME=RPC` or `NAME=RPC+GATEWAY`, separated by commas: names of 1 to 32 \
           of `a-z`, `0-9` and `-`, each once, and `http` addresses without user, path or query",
    holds: |text| NodeList::parse(text).is_some(),
};

const FILE: Rule =
    Rule::Text { name: "FILE", must: "the path of a file", holds: |text| !text.is_empty() };

table! {
    /// What keeps the objects.
    pub struct EngineConfig for engine {
        /// `embedded`: files in the data directory, with nothing to install. `kubo`: the nodes of
        /// `[kubo]`. Objects are not moved by changing it.
        kind: String = EngineConfig::EMBEDDED.to_owned(), KIND, flag("engine");
        /// How often it is tried again to undo an upload or a change that failed, and to finish a
        /// deletion that some node did not follow.
        retry_interval_s: u64 = 15, Rule::Seconds(1..=HOUR);
    }
}

impl EngineConfig {
    /// Files in the data directory.
    pub const EMBEDDED: &str = "embedded";
    /// Nodes.
    pub const KUBO: &str = "kubo";

    /// Whether nodes keep the objects.
    #[must_use]
    pub fn is_kubo(&self) -> bool {
        self.kind == Self::KUBO
    }
}

table! {
    /// Kubo nodes, for `engine.kind = "kubo"`.
    pub struct KuboConfig for kubo {
        /// The nodes, each `NAME=RPC` or, with the node's HTTP gateway, which is the cheaper way to
        /// read, `NAME=RPC+GATEWAY`, separated by commas:
        /// `a=http://127.0.0.1:5001+http://127.0.0.1:8080`. A node's name stands in replicas and
        /// receipts, so it stays.
        nodes: NodeList = NodeList::default(), NODES, flag("kubo-nodes"), otherwise("none");
        /// A file with what nodes' RPCs are shown, a line for each node: `NAME basic USER:PASSWORD`
        /// or `NAME bearer TOKEN`. It must not be readable by others.
        authorization_file: Option<String> = None, FILE, otherwise("no authorization");
        /// How many nodes keep each object; 0 is all of them.
        replicas: usize = 0, Rule::Count(0..=16);
        /// How many nodes must have confirmed an upload or a revision before it is acknowledged.
        /// The others are fed on; a node that stays away until then lacks the object.
        min_replicas: usize = 1, Rule::Count(1..=16);
        /// The limit of a small call of a node's RPC.
        rpc_timeout_s: u64 = 10, Rule::Seconds(1..=300);
        /// How long a node may be silent in a read before another one is asked.
        read_timeout_s: u64 = 5, Rule::Seconds(1..=300);
    }
}
