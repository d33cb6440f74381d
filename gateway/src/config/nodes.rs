//! The list of Kubo nodes.

use std::net::IpAddr;

use reqwest::Url;

use super::value::{Held, Value};

/// The most nodes.
const MAX_NODES: usize = 16;
/// The longest name of a node, in characters.
const MAX_NAME_LEN: usize = 32;

/// Where a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeConfig {
    /// What it is called.
    pub name: String,
    /// The base of its RPC, `http://host:port`.
    pub rpc: String,
    /// The base of its HTTP gateway.
    pub gateway: Option<String>,
}

impl NodeConfig {
    /// Whether it is on this machine, as its address says.
    #[must_use]
    pub fn is_here(&self) -> bool {
        let url = Url::parse(&self.rpc);
        let host = url.as_ref().ok().and_then(Url::host_str).unwrap_or_default();
        let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
        host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
    }
}

/// All nodes, each name once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeList(Vec<NodeConfig>);

impl NodeList {
    /// Reads `NAME=RPC` or `NAME=RPC+GATEWAY`, separated by commas.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let nodes: Vec<_> = text.split(',').map(node).collect::<Option<_>>()?;
        let twice = |(i, node): (usize, &NodeConfig)| {
            nodes[..i].iter().any(|other| other.name == node.name)
        };
        let fits = nodes.len() <= MAX_NODES && !nodes.iter().enumerate().any(twice);
        fits.then_some(Self(nodes))
    }

    /// The nodes, in their order.
    #[must_use]
    pub fn nodes(&self) -> &[NodeConfig] {
        &self.0
    }
}

fn node(text: &str) -> Option<NodeConfig> {
    let (name, addresses) = text.trim().split_once('=')?;
    let named = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-');
    if !(1..=MAX_NAME_LEN).contains(&name.len()) || !name.chars().all(named) {
        return None;
    }
    let (rpc, gateway) = match addresses.split_once('+') {
        Some((rpc, gateway)) => (rpc, Some(address(gateway)?)),
        None => (addresses, None),
    };
    Some(NodeConfig { name: name.to_owned(), rpc: address(rpc)?, gateway })
}

/// `http://host:port` and nothing else.
fn address(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let plain = url.scheme() == "http"
        && url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    plain.then(|| url.as_str().trim_end_matches('/').to_owned())
}

impl Held for NodeList {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => Self::parse(&text),
            _ => None,
        }
    }

    fn to_value(&self) -> Option<Value> {
        let text = |node: &NodeConfig| {
            let gateway = node.gateway.iter().map(|gateway| format!("+{gateway}"));
            format!("{}={}{}", node.name, node.rpc, gateway.collect::<String>())
        };
        let nodes: Vec<String> = self.0.iter().map(text).collect();
        (!nodes.is_empty()).then(|| Value::Text(nodes.join(",")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_read_with_and_without_a_gateway() {
        let text = "a=http://127.0.0.1:5001+http://127.0.0.1:8080, b-2=http://[::1]:5001/";
        let list = NodeList::parse(text).unwrap();
        let node = |name: &str, rpc: &str, gateway: Option<&str>| NodeConfig {
            name: name.to_owned(),
            rpc: rpc.to_owned(),
            gateway: gateway.map(str::to_owned),
        };
        let a = node("a", "http://127.0.0.1:5001", Some("http://127.0.0.1:8080"));
        assert_eq!(list.nodes(), [a, node("b-2", "http://[::1]:5001", None)]);
        let again = list.to_value().and_then(NodeList::from_value);
        assert_eq!(again, Some(list), "what is printed reads back");
    }

    #[test]
    fn a_node_is_here_if_its_address_is_one_of_loopback() {
        let here = |rpc: &str| NodeList::parse(&format!("a={rpc}")).unwrap().nodes()[0].is_here();
        for rpc in
            ["http://127.0.0.1:5001", "http://127.9.9.9:1", "http://[::1]:1", "http://localhost"]
        {
            assert!(here(rpc), "{rpc}");
        }
        for rpc in ["http://10.0.0.1:5001", "http://127.0.0.1.example", "http://localhost.example"]
        {
            assert!(!here(rpc), "{rpc}");
        }
    }

    #[test]
    fn whatever_could_be_misread_is_refused() {
        let many: Vec<String> = (0..=MAX_NODES).map(|i| format!("n{i}=http://h:1")).collect();
        let long = format!("{}=http://h:1", "x".repeat(MAX_NAME_LEN + 1));
        for text in [
            "",
            "a",
            "a=",
            "=http://h:1",
            "A=http://h:1",
            "a b=http://h:1",
            "a=https://h:1",
            "a=h:5001",
            "a=http://user:secret@h:1",
            "a=http://h:1/api",
            "a=http://h:1?x=1",
            "a=http://h:1#x",
            "a=http://h:1+",
            "a=http://h:1,",
            "a=http://h:1,a=http://h:2",
            long.as_str(),
            many.join(",").as_str(),
        ] {
            assert_eq!(NodeList::parse(text), None, "{text}");
        }
        assert!(NodeList::parse(&many[1..].join(",")).is_some());
    }
}
