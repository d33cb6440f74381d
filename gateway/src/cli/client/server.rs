//! The address of a gateway.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use reqwest::Url;

/// The base URL of a gateway: `http` or `https`, a host, perhaps a path; no user, query or
/// fragment. Two spellings of one address compare equal as far as URL syntax can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Server {
    /// Its path ends with a slash.
    url: Url,
}

/// Why a text is no gateway's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::cli) enum ServerError {
    #[error("a gateway's address looks like http://127.0.0.1:8787 or https://files.example.org")]
    Malformed,
    #[error("a gateway's address has no user, query or fragment in it")]
    Excess,
}

impl Server {
    /// The address of a `serve` that was not told otherwise.
    pub(in crate::cli) const DEFAULT: &str = "http://127.0.0.1:8787";

    /// The gateway in whose URL space `url` lies, given the path segments of the gateway's own
    /// that end it (as `files`, `<cid>`): everything before them is the base.
    pub(in crate::cli) fn before_path(url: &Url, marker: &str) -> Result<Self, ServerError> {
        let mut base = url.clone();
        base.set_query(None);
        base.set_fragment(None);
        let path = url.path();
        base.set_path(&path[..path.find(marker).unwrap_or(0)]);
        Self::from_url(base)
    }

    fn from_url(mut url: Url) -> Result<Self, ServerError> {
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(ServerError::Malformed);
        }
        let is_plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !is_plain {
            return Err(ServerError::Excess);
        }
        let path = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(Self { url })
    }

    /// The URL of `segments` below this gateway; each is escaped as needed.
    pub(in crate::cli) fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.url.clone();
        // An http URL always has a path.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// Whether it is this machine, as its address says.
    pub(in crate::cli) fn is_loopback(&self) -> bool {
        let host = self.url.host_str().unwrap_or_default();
        host == "localhost"
            || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }

    /// Whether what is sent there can be read on the way.
    pub(in crate::cli) fn is_open_to_eavesdroppers(&self) -> bool {
        self.url.scheme() == "http" && !self.is_loopback()
    }

    /// Where `serve` listens unless told otherwise.
    pub(in crate::cli) fn is_default(&self) -> bool {
        self.url.as_str().trim_end_matches('/') == Self::DEFAULT
    }

    /// The same listener by its loopback address, if it is one that listens on every address.
    pub(in crate::cli) fn seen_from_here(mut self) -> Self {
        let loopback = match self.url.host_str() {
            Some("0.0.0.0") => IpAddr::from(Ipv4Addr::LOCALHOST),
            Some("[::]") => IpAddr::from(Ipv6Addr::LOCALHOST),
            _ => return self,
        };
        // An http URL can have any address for a host.
        let _ = self.url.set_ip_host(loopback);
        self
    }
}

impl FromStr for Server {
    type Err = ServerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_url(Url::parse(text).map_err(|_| ServerError::Malformed)?)
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> Server {
        text.parse().unwrap()
    }

    #[test]
    fn spellings_of_one_address_are_one_server() {
        for text in ["http://Files.Example:80", "http://files.example/", "http://files.example"] {
            assert_eq!(server(text).to_string(), "http://files.example");
        }
        assert_ne!(server("http://files.example"), server("https://files.example"));
    }

    #[test]
    fn what_is_no_base_url_is_refused() {
        for text in ["", "127.0.0.1:8787", "localhost:8787", "ftp://a", "http://", "/x"] {
            assert_eq!(text.parse::<Server>(), Err(ServerError::Malformed), "{text}");
        }
        for text in ["http://u@a", "http://u:p@a", "http://a?b", "http://a#b"] {
            assert_eq!(text.parse::<Server>(), Err(ServerError::Excess), "{text}");
        }
    }

    #[test]
    fn urls_are_built_below_the_servers_path() {
        let url = |server: &str, segments: &[&str]| self::server(server).url(segments).to_string();
        assert_eq!(url("http://a", &["v1", "files"]), "http://a/v1/files");
        assert_eq!(url("http://a/base/", &["v1", "files"]), "http://a/base/v1/files");
        assert_eq!(url("http://a", &["files", "a/b?c"]), "http://a/files/a%2Fb%3Fc");
    }

    #[test]
    fn the_server_of_a_link_is_what_stands_before_its_path() {
        let url = Url::parse("https://a.example/base/files/bafy/name?token=t#f").unwrap();
        let server = Server::before_path(&url, "/files/").unwrap();
        assert_eq!(server.to_string(), "https://a.example/base");
    }

    #[test]
    fn loopback_is_known_by_its_address() {
        for text in ["http://127.0.0.1:1", "http://127.9.9.9", "http://[::1]:1", "http://localhost"]
        {
            assert!(server(text).is_loopback(), "{text}");
        }
        for text in ["http://10.0.0.1", "http://localhost.example", "http://127.0.0.1.example"] {
            assert!(!server(text).is_loopback(), "{text}");
        }
    }
}
