//! A question to the person at the terminal, before something that cannot be undone.

use std::fmt::Display;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Read as _, Write as _};

use super::failure::Failure;
use super::output::Output;

/// The longest answer that is read, in bytes.
const MAX_BYTES: u64 = 1024;

/// Whether there is somebody to ask.
pub(super) fn can_ask(out: Output) -> bool {
    out.is_watched() && io::stdin().is_terminal()
}

/// Asks `question`, which may hold only text that can be shown. Anything but a clear yes is a no.
pub(super) async fn confirm(question: impl Display) -> Result<bool, Failure> {
    let mut stderr = io::stderr();
    // If the question cannot be shown, it will not be answered either.
    let _ = write!(stderr, "{question} [y/N] ");
    let _ = stderr.flush();
    // On a thread of its own, so that Ctrl-C ends the wait.
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = Vec::new();
        BufReader::new(io::stdin().lock().take(MAX_BYTES)).read_until(b'\n', &mut line)?;
        io::Result::Ok(line)
    });
    let answer = answer
        .await
        .map_err(|error| Failure::Internal(error.to_string()))?
        .map_err(|error| Failure::local("cannot read the answer", error))?;
    if !answer.ends_with(b"\n") {
        let _ = writeln!(stderr);
    }
    Ok(is_yes(&answer))
}

fn is_yes(answer: &[u8]) -> bool {
    let word = answer.trim_ascii().to_ascii_lowercase();
    word == b"y" || word == b"yes"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_one() {
        for answer in ["y\n", "Y\n", "yes\r\n", " YES "] {
            assert!(is_yes(answer.as_bytes()), "{answer:?}");
        }
        for answer in ["", "\n", "n\n", "ye\n", "yes please\n", "да\n"] {
            assert!(!is_yes(answer.as_bytes()), "{answer:?}");
        }
    }
}
