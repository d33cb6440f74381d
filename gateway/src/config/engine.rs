//! `[engine]` and `[kubo]`: what keeps the objects.

use super::amount::{DAY, HOUR, MIB, TIB, YEAR};
use super::nodes::NodeList;
use super::rule::Rule;
use super::table::table;
use super::window::Window;

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

const WINDOW: Rule = Rule::Text {
    name: "FROM-TO",
    must: "two different times of the day, `HH:MM-HH:MM`",
    holds: |text| Window::parse(text).is_some(),
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
        /// deletion that some node did not follow; and how often nodes are asked whether what was
        /// deleted is gone from their disks.
        retry_interval_s: u64 = 15, Rule::Seconds(1..=HOUR);
        /// How often files are looked for that some node should keep and does not, to be copied there.
        repair_interval_s: u64 = 30, Rule::Seconds(1..=HOUR);
        /// From the beginning of one pass that reads every block on every node back to that of the
        /// next; 0 for none but those that `cidlock verify --all` asks for.
        scrub_every_s: u64 = 30 * DAY, Rule::Seconds(0..=YEAR);
        /// How many bytes a second such a pass reads at most, over all nodes. One that was asked for
        /// reads as fast as it can.
        scrub_rate_bytes: u64 = 16 * MIB, Rule::Bytes(MIB..=TIB);
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
        /// When, every day and in UTC, the nodes are told to collect garbage, one after the other:
        /// `02:00-05:00`. No collection begins outside it. What is deleted stays on a node's disk until
        /// that node collects.
        gc_window: Option<Window> = None, WINDOW, otherwise("the nodes are not told to");
    }
}
