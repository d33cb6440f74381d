//! `cidlock login`: a session for the other commands.
//!
//! On the machine of a fresh `serve` nothing need be typed: its data directory holds the admin's
//! password and says where it listens ([`local`]). Otherwise the password comes from a file,
//! from standard input, or from whoever sits at the terminal; never from an argument, which
//! everyone on the machine can read.

mod local;
mod password;

use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::json;

pub(super) use self::local::running;
use super::Context;
use super::client::{Server, log_in};
use super::credentials::Secret;
use super::failure::Failure;
use super::output::printable;
use super::remote::{Remote, default_server};

/// The user that `serve` creates at its first start.
const ADMIN: &str = "admin";

/// Arguments of `cidlock login`.
#[derive(Debug, clap::Args)]
pub(super) struct LoginArgs {
    #[command(flatten)]
    pub(super) remote: Remote,
    /// The user's name [default: admin]
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Read the password from the first line of FILE (`-`: standard input)
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Where a `serve` of this machine keeps its data, to find its address and its admin's password
    /// [default: $CIDLOCK_DATA_DIR, or $XDG_DATA_HOME/cidlock]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// Who logs in where, with what.
struct Identity {
    server: Server,
    user: String,
    password: Secret,
}

pub(super) async fn run(args: LoginArgs, context: &Context) -> Result<(), Failure> {
    let Identity { server, user, password } = identify(args).await?;
    if server.is_open_to_eavesdroppers() {
        context.output.note(format_args!(
            "warning: {server} is not encrypted: whoever is on the way can read the password"
        ));
    }
    let asked_at = Timestamp::now();
    let grant = log_in(&server, &user, &password).await?;
    let (scope, expires_in) = (grant.scope.clone(), grant.expires_in);
    let account = grant.into_account(user.clone(), asked_at);
    context.credentials.lock().await?.keep_login(&server, account)?;

    if context.output.is_json() {
        return context.output.json(&json!({
            "server": server.to_string(), "user": user, "scope": scope, "expires_in": expires_in,
        }));
    }
    context.output.line(format_args!("Logged in to {server} as {}.", printable(&user)))?;
    context.output.note("The other commands mean this gateway unless --server names another.");
    Ok(())
}

async fn identify(args: LoginArgs) -> Result<Identity, Failure> {
    let LoginArgs { remote, user, password_file, data_dir } = args;
    let data_dir = data_dir.or_else(crate::config::default_data_dir);
    let here = data_dir.as_deref().and_then(local::running);
    let server = remote.server.or(here).map_or_else(default_server, Ok)?;
    let is_unattended = user.is_none() && password_file.is_none();
    let user = user.unwrap_or_else(|| ADMIN.to_owned());
    let found = match &data_dir {
        Some(directory) if is_unattended => local::admin_secret(directory, &server)?,
        _ => None,
    };
    let password = match (found, password_file) {
        (Some(secret), _) => secret,
        (None, Some(path)) => password::from_file(&path)?,
        (None, None) => password::from_terminal(&server, &user).await?,
    };
    Ok(Identity { server, user, password })
}
