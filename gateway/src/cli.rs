//! The command line: `serve`, and the commands that speak to a running gateway over HTTP.
//!
//! Each command is a module with its arguments and one `run`. What they share stands beside them:
//! `client` is the gateway's HTTP contract seen from outside, `credentials` the file in which
//! `login` leaves its session, `output` what is printed, `failure` what went wrong and what to
//! do about it. Apart from `serve`, `doctor`, `rebuild` and `migrate`, which are for the gateway's own
//! machine, no command touches the gateway's own state: it knows nothing that an HTTP client could not
//! know, and its only authority is the session of `login` or the link it was given.
//!
//! Invariants: a secret appears on the terminal only where it is what was asked for (a link); no
//! command leaves a half-written file under its name; an interrupted command does not lose a session.

mod background;
mod batch;
mod client;
mod completions;
mod configuration;
mod confirm;
mod credentials;
mod doctor;
mod duration;
mod failure;
mod get;
mod leftover;
mod links;
mod login;
mod ls;
mod man;
mod migrate;
mod output;
mod progress;
mod put;
mod rebuild;
mod reference;
mod remote;
mod revoke;
mod rm;
mod share;
mod signals;
mod table;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser as _, error::ErrorKind};

use self::background::Background;
use self::client::{Client, Server};
use self::credentials::CredentialStore;
use self::failure::Failure;
use self::leftover::Leftover;
use self::output::Output;
use self::remote::Remote;
use crate::config::{Config, ServeFlags};

/// Private files on IPFS: encrypt, store, link, take the link back
#[derive(Debug, clap::Parser)]
#[command(version, propagate_version = true, max_term_width = 100, after_help = failure::EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Start the gateway
    #[command(after_help = "All other settings: cidlock config docs")]
    Serve(ServeFlags),
    /// Log in to a gateway and keep the session for the other commands
    Login(login::LoginArgs),
    /// Encrypt and store files, and print a link to each
    Put(put::PutArgs),
    /// Download a file by its CID or its link
    Get(get::GetArgs),
    /// List your files, newest first
    Ls(ls::LsArgs),
    /// Make a link by which anyone can download a file until it expires
    Share(share::ShareArgs),
    /// List the links to a file
    Links(links::LinksArgs),
    /// Take a link back
    Revoke(revoke::RevokeArgs),
    /// Delete files and all links to them
    Rm(rm::RmArgs),
    /// Read files back, block by block and as a whole, and name what is damaged
    Verify(verify::VerifyArgs),
    /// Look for what is wrong, or going to be, and say how to mend it
    Doctor(doctor::DoctorArgs),
    /// Restore a lost catalog from the stored objects and the key set
    Rebuild(rebuild::RebuildArgs),
    /// Move all stored objects to another engine
    Migrate(migrate::MigrateArgs),
    /// Show the configuration of `serve`
    Config(configuration::ConfigArgs),
    /// Print what a shell needs to complete commands and flags
    Completions(completions::CompletionsArgs),
    /// Print the manual page, or write those of all commands
    Man(man::ManArgs),
}

/// What every client command is given.
struct Context {
    output: Output,
    credentials: CredentialStore,
    background: Background,
    leftover: Leftover,
}

impl Context {
    fn client(&self, remote: &Remote) -> Result<Client, Failure> {
        self.client_of(remote.server(&self.credentials)?)
    }

    fn client_of(&self, server: Server) -> Result<Client, Failure> {
        Client::new(server, self.credentials.clone(), self.background.clone())
    }
}

impl Cli {
    /// Understands a command line.
    ///
    /// # Errors
    /// Whatever ends the program at once has been printed: help and version with success, a
    /// command line that is not understood with the exit code of usage errors.
    pub fn parse_from(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, ExitCode> {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        Self::try_parse_from(&arguments).map_err(|error| {
            let asked_for_json = arguments.iter().any(|argument| argument == "--json");
            match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                    // A closed pipe is the only way this fails, and is no failure.
                    let _ = error.print();
                    ExitCode::SUCCESS
                }
                _ if asked_for_json => {
                    let failure = Failure::Usage(first_paragraph(&error.to_string()));
                    Output::new(true).failure(&failure)
                }
                _ => {
                    let _ = error.print();
                    failure::Exit::Usage.into()
                }
            }
        })
    }

    /// Runs the command and says how the program ends.
    pub async fn run(self) -> ExitCode {
        let output = Output::new(self.command.wants_json());
        let result = match self.command {
            Command::Serve(flags) => Box::pin(serve(flags)).await,
            command => Box::pin(command.run(output)).await,
        };
        result.map_or_else(|failure| output.failure(&failure), |()| ExitCode::SUCCESS)
    }
}

impl Command {
    fn wants_json(&self) -> bool {
        match self {
            Self::Serve(_) | Self::Completions(_) | Self::Man(_) => false,
            Self::Verify(args) => args.remote.json,
            Self::Doctor(args) => args.json,
            Self::Rebuild(args) => args.json,
            Self::Migrate(args) => args.json,
            Self::Config(args) => args.wants_json(),
            Self::Login(args) => args.remote.json,
            Self::Put(args) => args.remote.json,
            Self::Get(args) => args.remote.json,
            Self::Ls(args) => args.remote.json,
            Self::Share(args) => args.remote.json,
            Self::Links(args) => args.remote.json,
            Self::Revoke(args) => args.remote.json,
            Self::Rm(args) => args.remote.json,
        }
    }

    /// Runs a client command until it ends or a signal ends it; either way what it started in
    /// the background, such as the renewal of a session, is allowed to finish.
    async fn run(self, output: Output) -> Result<(), Failure> {
        let background = Background::default();
        let credentials = CredentialStore::of_the_user()?;
        let leftover = Leftover::default();
        let context = Context {
            output,
            credentials,
            background: background.clone(),
            leftover: leftover.clone(),
        };
        let result = tokio::select! {
            result = self.dispatch(&context) => result,
            signal = signals::stopped() => Err(Failure::Interrupted(signal)),
        };
        background.finish().await;
        result.map_err(|failure| leftover.added_to(failure))
    }

    async fn dispatch(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Serve(flags) => serve(flags).await,
            Self::Verify(args) => verify::run(args, context).await,
            Self::Doctor(args) => doctor::run(args, context).await,
            Self::Rebuild(args) => rebuild::run(args, context).await,
            Self::Migrate(args) => migrate::run(args, context).await,
            Self::Login(args) => login::run(args, context).await,
            Self::Put(args) => put::run(args, context).await,
            Self::Get(args) => get::run(args, context).await,
            Self::Ls(args) => ls::run(args, context).await,
            Self::Share(args) => share::run(args, context).await,
            Self::Links(args) => links::run(args, context).await,
            Self::Revoke(args) => revoke::run(args, context).await,
            Self::Rm(args) => rm::run(args, context).await,
            Self::Config(args) => configuration::run(&args, context),
            Self::Completions(args) => completions::run(&args, context),
            Self::Man(args) => man::run(&args, context),
        }
    }
}

/// `serve` handles its own signals: it drains before it ends.
async fn serve(flags: ServeFlags) -> Result<(), Failure> {
    let config = Config::load(&flags).map_err(|error| Failure::Usage(error.to_string()))?;
    crate::serve::run(config).await.map_err(Failure::Serve)
}

/// The sentence of a usage error, without the synopsis that follows it.
fn first_paragraph(text: &str) -> String {
    let paragraph = text.split("\n\n").next().unwrap_or(text);
    let words: Vec<&str> = paragraph.trim_start_matches("error: ").split_whitespace().collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn a_usage_error_is_one_line_for_scripts() {
        let error = Cli::try_parse_from(["cidlock", "share"]).unwrap_err();
        let line = first_paragraph(&error.to_string());
        assert!(line.contains("<CID>"), "{line}");
        assert!(!line.contains('\n') && !line.contains("Usage"), "{line}");
    }
}
