//! The flags that every client command shares, and which gateway they mean.

use super::client::Server;
use super::credentials::CredentialStore;
use super::failure::Failure;

/// Which gateway to speak to, and for whom to print.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Remote {
    /// The gateway [default: the one of the last login, or http://127.0.0.1:8787]
    #[arg(long, env = "CIDLOCK_SERVER", value_name = "URL", hide_env_values = true)]
    pub(super) server: Option<Server>,
    /// Print results and errors as JSON, one object a line
    #[arg(long)]
    pub(super) json: bool,
}

impl Remote {
    /// The same, with the gateway that what is asked about names itself, if it does.
    pub(super) fn at(&self, named: Option<&Server>) -> Self {
        Self { server: named.or(self.server.as_ref()).cloned(), ..*self }
    }

    /// The gateway that is meant: the one that was named, else the one of the last login, else
    /// the default of a local `serve`.
    pub(super) fn server(&self, credentials: &CredentialStore) -> Result<Server, Failure> {
        if let Some(named) = &self.server {
            return Ok(named.clone());
        }
        let last = credentials.last_server()?;
        last.map_or_else(default_server, Ok)
    }
}

/// [`Server::DEFAULT`].
pub(super) fn default_server() -> Result<Server, Failure> {
    Server::DEFAULT.parse().map_err(Failure::usage)
}
