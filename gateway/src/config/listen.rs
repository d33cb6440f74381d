//! `[http]`: where the gateway listens and how long it waits for whom.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::amount::{DAY, GIB};
use super::rule::Rule;
use super::table::table;

/// Links are this and a path; credentials in it would be in every link.
const BASE_URL: Rule = Rule::Text {
    name: "URL",
    must: "an absolute http or https URL without user, query or fragment",
    holds: |text| {
        let Ok(url) = reqwest::Url::parse(text) else { return false };
        let is_bare = url.query().is_none() && url.fragment().is_none();
        let has_user = !url.username().is_empty() || url.password().is_some();
        matches!(url.scheme(), "http" | "https") && url.has_host() && is_bare && !has_user
    },
};

table! {
    /// The listener and its time limits.
    pub struct HttpConfig for http {
        /// Address and port to listen on; port 0 takes a free one.
        listen: SocketAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 8787)), Rule::Address,
            flag("listen"), short_variable("CIDLOCK_LISTEN");
        /// The URL under which people reach the gateway. Links are built from it, never from a
        /// request's `Host`.
        public_url: Option<String> = None, BASE_URL,
            flag("public-url"), short_variable("CIDLOCK_PUBLIC_URL"),
            otherwise("`http://` and the address");
        /// Connections served at once; more wait to be accepted.
        max_connections: usize = 1024, Rule::Count(1..=1_000_000);
        /// How long a client may take to send a request's head, and an idle connection may stay
        /// open.
        header_timeout_s: u64 = 30, Rule::Seconds(1..=DAY);
        /// How long an upload may take to bring `upload_min_bytes`, over and over; one that is
        /// slower is answered 408.
        upload_idle_timeout_s: u64 = 60, Rule::Seconds(1..=DAY);
        /// What an upload must bring within each `upload_idle_timeout_s`.
        upload_min_bytes: u64 = 4096, Rule::Bytes(1..=GIB);
        /// How long a client may take none of a download before it is cut.
        download_idle_timeout_s: u64 = 300, Rule::Seconds(1..=DAY);
        /// How long running requests may go on after SIGTERM.
        drain_timeout_s: u64 = 30, Rule::Seconds(0..=DAY);
    }
}

impl HttpConfig {
    /// The base of every link, without a trailing slash: the configured URL, or the address that
    /// was bound.
    #[must_use]
    pub fn public_url(&self, bound: SocketAddr) -> String {
        self.public_url
            .as_deref()
            .map_or_else(|| format!("http://{bound}"), |url| url.trim_end_matches('/').to_owned())
    }

    /// [`Self::header_timeout_s`] as a duration.
    #[must_use]
    pub fn header_timeout(&self) -> Duration {
        Duration::from_secs(self.header_timeout_s)
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn a_public_url_is_a_base_and_nothing_else() {
        for url in ["https://files.example.org", "http://[::1]:8787/", "https://a.example/files"] {
            assert!(BASE_URL.read_text(OsStr::new(url)).is_some(), "{url}");
        }
        for url in [
            "files.example",
            "ftp://a.example",
            "https://",
            "https://a.example?x",
            "https://a.example/#x",
            "https://ann@a.example",
            "https://:word@a.example",
        ] {
            assert!(BASE_URL.read_text(OsStr::new(url)).is_none(), "{url}");
        }
    }
}
