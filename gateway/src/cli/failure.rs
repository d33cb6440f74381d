//! What can go wrong in a client command, grouped by what the user does next.
//!
//! A failure is one line: what happened, and a hint what to do. It never holds a secret: neither
//! a token nor a URL that carries one.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use indicatif::HumanBytes;

use super::client::{Problem, Server};
use super::output::printable;
use super::signals::Signal;

/// The exit codes, as `--help` shows them.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed, for a reason that none of the others name
  2  the command line or the configuration is not understood
  3  not logged in, or not allowed
  4  there is no such file or link
  5  the gateway cannot be reached or cannot answer now, or the transfer was cut: try again
  6  what arrived is not what was sent, or what is stored is damaged
130  interrupted (143: terminated)";

/// How the program ends; [`EXIT_CODES`] explains them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    Success,
    Failed,
    Usage,
    NotAllowed,
    NotFound,
    TryAgain,
    Damaged,
    Stopped(Signal),
}

impl Exit {
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotAllowed => 3,
            Self::NotFound => 4,
            Self::TryAgain => 5,
            Self::Damaged => 6,
            Self::Stopped(signal) => signal.exit_code(),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Whose authority a request was made with: it decides what a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AskedWith {
    /// A user's name and password.
    Password,
    /// The session of `cidlock login`.
    Session,
    /// A link.
    Link,
}

/// Why a command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(super) enum Failure {
    /// The command line asks for something that cannot be.
    #[error("{0}")]
    Usage(String),
    /// There is no session for this server.
    #[error("not logged in to {0}")]
    NotLoggedIn(Server),
    /// The server does not renew the session.
    #[error("the session at {0} has ended")]
    SessionEnded(Server),
    /// No password was given, and nobody is there to be asked.
    #[error("no password for {0}")]
    NoPassword(Server),
    /// The server refused.
    #[error("{problem}")]
    Refused {
        /// What it said.
        problem: Problem,
        /// With what it was asked.
        with: AskedWith,
    },
    /// No answer came.
    #[error("no answer from {server}: {cause}")]
    Unreachable {
        /// Who was asked.
        server: String,
        /// Why, as far as is known.
        cause: String,
    },
    /// An answer came that this version does not understand.
    #[error("{server} does not answer like a cidlock gateway: {cause}")]
    Unintelligible {
        /// Who was asked.
        server: String,
        /// What is wrong with the answer.
        cause: String,
    },
    /// The server took some of an upload, and then the connection was gone. The file may have been
    /// refused, or, if the last byte had been sent, stored.
    #[error("the connection ended before the gateway confirmed the upload: {cause}")]
    UploadCut {
        /// Why, as far as is known.
        cause: String,
    },
    /// A download ended before its end.
    #[error("the transfer was cut after {} bytes: {cause}", of(*done, *total))]
    Cut {
        /// Bytes that passed.
        done: u64,
        /// Bytes that should have, where that is known.
        total: Option<u64>,
        /// Why, as far as is known.
        cause: String,
    },
    /// A download did not come to its end, and what has come of it was kept.
    #[error("{cause}")]
    Unfinished {
        /// Where it is.
        path: PathBuf,
        /// How many bytes are there.
        bytes: u64,
        /// Why there are no more.
        cause: Box<Failure>,
    },
    /// Every byte came, but not the right ones.
    #[error("{0}")]
    Damaged(String),
    /// A file or stream of this machine.
    #[error("{doing}: {source}")]
    Local {
        /// What was tried, with the file's name.
        doing: String,
        /// Why it did not work.
        source: io::Error,
    },
    /// What is kept of `login` cannot be used.
    #[error("{0}")]
    Credentials(String),
    /// The reader of our standard output has closed it: nobody wants to know.
    #[error("nobody reads the output")]
    ReaderGone,
    /// A signal ended the command.
    #[error("interrupted")]
    Interrupted(Signal),
    /// `serve` ended with an error.
    #[error("{0:#}")]
    Serve(anyhow::Error),
    /// It failed for one of several things, which the failure does not name.
    #[error("{what}: {cause}")]
    About {
        /// What it is, fit to be shown.
        what: String,
        /// Why.
        cause: Box<Failure>,
    },
    /// Several parts of the command failed and have each been reported.
    #[error("some of it failed")]
    Reported(Exit),
    /// A fault of this program.
    #[error("cidlock itself failed: {0}")]
    Internal(String),
}

impl Failure {
    pub(super) fn usage(message: impl fmt::Display) -> Self {
        Self::Usage(message.to_string())
    }

    /// `doing` names what was tried and on which file; control characters in it are escaped.
    pub(super) fn local(doing: impl fmt::Display, source: io::Error) -> Self {
        Self::Local { doing: printable(&doing.to_string()).into_owned(), source }
    }

    /// How the program ends on it.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::NotLoggedIn(_) | Self::SessionEnded(_) | Self::NoPassword(_) => Exit::NotAllowed,
            Self::Refused { problem, .. } => match problem.status() {
                401 | 403 => Exit::NotAllowed,
                404 | 410 => Exit::NotFound,
                408 | 429 | 500.. => Exit::TryAgain,
                _ => Exit::Failed,
            },
            Self::Unreachable { .. } | Self::UploadCut { .. } | Self::Cut { .. } => Exit::TryAgain,
            Self::Unfinished { cause, .. } | Self::About { cause, .. } => cause.exit(),
            Self::Damaged(_) => Exit::Damaged,
            Self::ReaderGone => Exit::Success,
            Self::Interrupted(signal) => Exit::Stopped(*signal),
            Self::Reported(exit) => *exit,
            Self::Unintelligible { .. }
            | Self::Local { .. }
            | Self::Credentials(_)
            | Self::Serve(_)
            | Self::Internal(_) => Exit::Failed,
        }
    }

    /// A stable word for scripts: the server's own code where it gave one.
    pub(super) fn code(&self) -> &str {
        match self {
            Self::Usage(_) => "usage",
            Self::NotLoggedIn(_) => "not_logged_in",
            Self::SessionEnded(_) => "session_ended",
            Self::NoPassword(_) => "no_password",
            Self::Refused { problem, .. } => problem.code(),
            Self::Unreachable { .. } => "unreachable",
            Self::Unintelligible { .. } => "unintelligible_answer",
            Self::UploadCut { .. } => "upload_cut",
            Self::Cut { .. } => "transfer_cut",
            Self::Unfinished { cause, .. } | Self::About { cause, .. } => cause.code(),
            Self::Damaged(_) => "damaged",
            Self::Local { .. } => "local_file",
            Self::Credentials(_) => "credentials",
            Self::ReaderGone => "reader_gone",
            Self::Interrupted(_) => "interrupted",
            Self::Serve(_) => "serve",
            Self::Reported(_) => "some_failed",
            Self::Internal(_) => "internal",
        }
    }

    /// What to do next, as one sentence.
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::NotLoggedIn(server) | Self::SessionEnded(server) if server.is_default() => {
                Some("Run `cidlock login`".to_owned())
            }
            Self::NotLoggedIn(server) | Self::SessionEnded(server) => {
                Some(format!("Run `cidlock login --server {server}`"))
            }
            Self::NoPassword(_) => Some(
                "Give it with --password-file FILE (`-` reads standard input), run this on a \
                 terminal, or name the gateway's own --data-dir DIR on its machine"
                    .to_owned(),
            ),
            Self::Refused { problem, with } => problem.hint(*with),
            Self::Unreachable { .. } => Some(
                "Is `cidlock serve` running there? --server names another for once, \
                 `cidlock login` for good"
                    .to_owned(),
            ),
            Self::Unintelligible { .. } => Some("Is --server right?".to_owned()),
            Self::UploadCut { .. } => Some(
                "The gateway may have no room, or a limit below this size: its log says more, \
                 and `cidlock ls` what is stored"
                    .to_owned(),
            ),
            Self::Cut { done: 0, .. } => Some("Try again".to_owned()),
            Self::Cut { .. } => {
                Some("Try again: with -o FILE the next attempt goes on where one ended".to_owned())
            }
            Self::Unfinished { path, bytes, cause } => {
                let kept = format!(
                    "{} are kept in {}: getting it again to the same place goes on from there",
                    HumanBytes(*bytes),
                    printable(&path.display().to_string()),
                );
                let cause = if matches!(**cause, Self::Cut { .. }) { None } else { cause.hint() };
                Some(cause.map_or(kept.clone(), |hint| format!("{hint}. {kept}")))
            }
            Self::About { cause, .. } => cause.hint(),
            _ => None,
        }
    }

    /// The HTTP status behind it.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { problem, .. } => Some(problem.status()),
            Self::Unfinished { cause, .. } | Self::About { cause, .. } => cause.status(),
            _ => None,
        }
    }

    /// What the gateway's operator finds in its log.
    pub(super) fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused { problem, .. } => problem.request_id(),
            Self::Unfinished { cause, .. } | Self::About { cause, .. } => cause.request_id(),
            _ => None,
        }
    }

    /// Whether nothing is to be said about it.
    pub(super) fn is_silent(&self) -> bool {
        matches!(self, Self::ReaderGone | Self::Reported(_))
    }
}

fn of(done: u64, total: Option<u64>) -> String {
    total.map_or_else(|| done.to_string(), |total| format!("{done} of {total}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_code_is_explained() {
        for exit in [
            Exit::Success,
            Exit::Failed,
            Exit::Usage,
            Exit::NotAllowed,
            Exit::NotFound,
            Exit::TryAgain,
            Exit::Damaged,
            Exit::Stopped(Signal::Interrupt),
        ] {
            let code = format!("{:>3}  ", exit.code());
            assert!(EXIT_CODES.lines().any(|line| line.starts_with(&code)), "{code}");
        }
    }

    #[test]
    fn a_cut_transfer_says_how_far_it_came() {
        let cut = |total| Failure::Cut { done: 7, total, cause: "reset".into() }.to_string();
        assert_eq!(cut(Some(9)), "the transfer was cut after 7 of 9 bytes: reset");
        assert_eq!(cut(None), "the transfer was cut after 7 bytes: reset");
    }
}
