//! `[http]`: where the gateway listens and how long it waits for whom.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde::Deserialize;

use super::{ConfigError, require};

/// The listener and its time limits.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// Address and port; port 0 takes a free one (`--listen`; default `127.0.0.1:8787`).
    pub listen: SocketAddr,
    /// The URL under which people reach the gateway, without a trailing slash. Links are built
    /// from it, never from a request's `Host` (`--public-url`; default `http://<listen>`).
    pub public_url: Option<String>,
    /// Connections served at once; more wait to be accepted (default 1024).
    pub max_connections: usize,
    /// How long a client may take to send a request's head, and an idle connection may stay
    /// open, in seconds (default 30).
    pub header_timeout_s: u64,
    /// How long an upload may take to bring `upload_min_bytes`, over and over, in seconds
    /// (default 60).
    pub upload_idle_timeout_s: u64,
    /// What an upload must bring within each `upload_idle_timeout_s`, in bytes (default 4096).
    pub upload_min_bytes: u64,
    /// How long a client may take none of a download, in seconds (default 300).
    pub download_idle_timeout_s: u64,
    /// How long running requests may go on after SIGTERM, in seconds (default 30).
    pub drain_timeout_s: u64,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8787)),
            public_url: None,
            max_connections: 1024,
            header_timeout_s: 30,
            upload_idle_timeout_s: 60,
            upload_min_bytes: 4096,
            download_idle_timeout_s: 300,
            drain_timeout_s: 30,
        }
    }
}

impl HttpConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let sane = |seconds: u64| (1..=86_400).contains(&seconds);
        let must = "must be between 1 and 86400 seconds";
        require(sane(self.header_timeout_s), "http.header_timeout_s", must)?;
        require(sane(self.upload_idle_timeout_s), "http.upload_idle_timeout_s", must)?;
        require(sane(self.download_idle_timeout_s), "http.download_idle_timeout_s", must)?;
        require(self.upload_min_bytes >= 1, "http.upload_min_bytes", "must be at least 1")?;
        require(self.drain_timeout_s <= 86_400, "http.drain_timeout_s", "must be at most 86400")?;
        require(
            (1..=1_000_000).contains(&self.max_connections),
            "http.max_connections",
            "must be between 1 and 1000000",
        )?;
        let url = self.public_url.as_deref().map(reqwest::Url::parse);
        let plain = |url: &reqwest::Url| {
            matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.has_host()
        };
        require(
            url.is_none_or(|url| url.as_ref().is_ok_and(plain)),
            "http.public_url",
            "must be an absolute http or https URL without a query",
        )
    }

    /// The base of every link: the configured URL, or the address that was bound.
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
