//! Where a password comes from: a file, standard input, or a person at a terminal.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Read, Write as _};
use std::path::Path;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::super::client::Server;
use super::super::credentials::Secret;
use super::super::failure::Failure;
use super::super::output::printable;

/// The longest password that is read, in bytes.
const MAX_BYTES: u64 = 4096;

/// The first line of `path`; `-` is standard input.
pub(super) fn from_file(path: &Path) -> Result<Secret, Failure> {
    let line = if path == Path::new("-") {
        first_line(io::stdin().lock())
    } else {
        File::open(path).and_then(first_line)
    };
    match line {
        Err(error) => Err(unreadable(path, error)),
        Ok(line) if line.is_empty() => {
            Err(Failure::usage(format_args!("there is no password in {}", path.display())))
        }
        Ok(line) => Ok(Secret::new(line)),
    }
}

pub(super) fn unreadable(path: &Path, error: io::Error) -> Failure {
    Failure::local(format_args!("cannot read the password in {}", path.display()), error)
}

/// Asks for it, without showing what is typed.
pub(super) async fn from_terminal(server: &Server, user: &str) -> Result<Secret, Failure> {
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Err(Failure::NoPassword(server.clone()));
    }
    let failed = |error| Failure::local("cannot ask for the password", error);
    let hidden = HiddenInput::begin().map_err(failed)?;
    let mut stderr = io::stderr();
    // If the question cannot be shown, it will not be answered either.
    let _ = write!(stderr, "Password of {} at {server}: ", printable(user));
    let _ = stderr.flush();
    // On a thread of its own, so that Ctrl-C ends the wait, drops `hidden`, and the terminal
    // shows what is typed again.
    let line = tokio::task::spawn_blocking(|| first_line(io::stdin().lock())).await;
    drop(hidden);
    let line = line.map_err(|error| Failure::Internal(error.to_string()))?.map_err(failed)?;
    if line.is_empty() { Err(Failure::NoPassword(server.clone())) } else { Ok(Secret::new(line)) }
}

fn first_line(source: impl Read) -> io::Result<String> {
    let mut line = String::new();
    BufReader::new(source.take(MAX_BYTES)).read_line(&mut line)?;
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(line)
}

/// While it lives, the terminal does not show what is typed.
struct HiddenInput {
    before: Termios,
}

impl HiddenInput {
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Flush, &hidden)?;
        Ok(Self { before })
    }
}

impl Drop for HiddenInput {
    fn drop(&mut self) {
        // A terminal that is gone needs no restoring.
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.before);
        // The Enter, or whatever else ended the line, was not shown either.
        let _ = writeln!(io::stderr());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_the_first_line_and_nothing_is_trimmed_but_its_end() {
        for (content, password) in [
            ("a b \n", "a b "),
            ("a\r\nsecond", "a"),
            ("no newline", "no newline"),
            ("\n", ""),
            ("", ""),
        ] {
            assert_eq!(first_line(content.as_bytes()).unwrap(), password);
        }
    }

    #[test]
    fn what_is_read_has_a_limit() {
        let endless = io::repeat(b'x');
        assert_eq!(first_line(endless).unwrap().len(), 4096);
    }

    #[test]
    fn an_empty_file_is_an_error_that_names_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = from_file(file.path()).err().unwrap().to_string();
        assert!(error.contains(&file.path().display().to_string()), "{error}");
        let error = from_file(Path::new("/nowhere")).err().unwrap().to_string();
        assert!(error.contains("/nowhere"), "{error}");
    }
}
