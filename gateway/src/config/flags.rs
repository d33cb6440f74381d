//! The flags of `cidlock serve`, each of which can come from the environment instead.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::Config;

/// What can be said on the command line; the rest is in the file.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ServeFlags {
    /// Where keys, catalog and objects live [default: $XDG_DATA_HOME/cidlock]
    #[arg(long, env = "CIDLOCK_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The configuration file [default: cidlock.toml in the data directory, if there is one]
    #[arg(long, env = "CIDLOCK_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The address to listen on [default: 127.0.0.1:8787]
    #[arg(long, env = "CIDLOCK_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// The URL under which people reach this gateway; links are built from it
    /// [default: http:// and the address]
    #[arg(long, env = "CIDLOCK_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// What to log, as a filter of targets and levels [default: info]
    #[arg(long, env = "CIDLOCK_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// Log as JSON, one object a line
    #[arg(long, env = "CIDLOCK_LOG_JSON")]
    pub log_json: bool,
}

impl ServeFlags {
    pub(super) fn lay_over(&self, config: &mut Config) {
        if let Some(listen) = self.listen {
            config.http.listen = listen;
        }
        if let Some(url) = &self.public_url {
            config.http.public_url = Some(url.clone());
        }
        if let Some(filter) = &self.log {
            config.log.filter.clone_from(filter);
        }
        config.log.json |= self.log_json;
    }
}
