//! What a command prints: results on standard output, everything else on standard error.
//!
//! With `--json` a result is one JSON object on a line of its own, and a failure one on standard
//! error; notes are for people and are left out. A reader that closes the pipe ends the command
//! quietly. Text that came from elsewhere (file names, a server's explanations) goes through
//! [`printable`] first, so that it cannot steer the terminal.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::failure::Failure;

/// Where results, notes and failures go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    json: bool,
}

impl Output {
    pub(super) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether results are for a script.
    pub(super) fn is_json(self) -> bool {
        self.json
    }

    /// Whether a person is there to be told how it goes.
    pub(super) fn is_watched(self) -> bool {
        !self.json && io::stderr().is_terminal()
    }

    /// One line of a result, on standard output.
    pub(super) fn line(self, text: impl Display) -> Result<(), Failure> {
        writeln!(io::stdout().lock(), "{text}").map_err(unwritable)
    }

    /// One result for a script: JSON on a line of its own.
    pub(super) fn json(self, value: &impl Serialize) -> Result<(), Failure> {
        let mut line = serde_json::to_vec(value).map_err(|error| unwritable(error.into()))?;
        line.push(b'\n');
        io::stdout().lock().write_all(&line).map_err(unwritable)
    }

    /// Something a person should know that is no result; not for scripts.
    pub(super) fn note(self, text: impl Display) {
        if !self.json {
            say(text);
        }
    }

    /// A failure, on standard error, and the exit code that goes with it.
    pub(super) fn failure(self, failure: &Failure) -> ExitCode {
        let exit = failure.exit();
        if failure.is_silent() {
            return exit.into();
        }
        let hint = failure.hint();
        if self.json {
            say(json!({ "error": {
                "code": failure.code(),
                "message": failure.to_string(),
                "hint": hint,
                "status": failure.status(),
                "request_id": failure.request_id(),
                "exit_code": exit.code(),
            }}));
        } else {
            let message = failure.to_string();
            let hint = hint.map(|hint| format!(". {hint}")).unwrap_or_default();
            let request = failure
                .request_id()
                .map(|id| format!(" (request {})", printable(id)))
                .unwrap_or_default();
            say(format_args!("cidlock: {}{hint}{request}", message.trim_end_matches('.')));
        }
        exit.into()
    }
}

/// Standard error is where one complains; if it is closed there is nobody to complain to.
fn say(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// The failure that an error in writing to standard output is.
pub(super) fn unwritable(error: io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        Failure::ReaderGone
    } else {
        Failure::local("cannot write to standard output", error)
    }
}

/// `text` with every character escaped that could move the cursor, change the order of what is
/// read, or hide something.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hazardous) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        if is_hazardous(char) {
            shown.extend(char.escape_default());
        } else {
            shown.push(char);
        }
    }
    Cow::Owned(shown)
}

/// `text` in at most `width` columns of a terminal; what is cut is marked by `…`.
pub(super) fn fit(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut fitted = String::new();
    let mut used = 1;
    for char in text.chars() {
        used += char.width().unwrap_or(0);
        if used > width {
            break;
        }
        fitted.push(char);
    }
    fitted.push('…');
    fitted
}

/// Controls, line separators, marks that turn the direction of text, and characters that cannot be
/// seen. Joiners stay: Persian, Indic scripts and emoji are written with them.
pub(super) fn is_hazardous(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_are_printed_as_they_are() {
        for name in ["report.pdf", "Übersicht 2026 (final).txt", "写真.jpg", "👍.png", r"a\b"]
        {
            assert_eq!(printable(name), name);
        }
    }

    #[test]
    fn what_could_steer_a_terminal_is_escaped() {
        for (name, shown) in [
            ("a\nb", r"a\nb"),
            ("a\r\tb", r"a\r\tb"),
            ("\u{1b}[2J", r"\u{1b}[2J"),
            ("\u{9b}31m", r"\u{9b}31m"),
            ("\u{7f}", r"\u{7f}"),
            ("gpj.\u{202e}exe", r"gpj.\u{202e}exe"),
            ("a\u{2066}b\u{2069}", r"a\u{2066}b\u{2069}"),
            ("no\u{200b}thing", r"no\u{200b}thing"),
            ("line\u{2028}", r"line\u{2028}"),
        ] {
            assert_eq!(printable(name), shown);
        }
    }
    #[test]
    fn a_text_is_cut_to_columns_and_not_to_characters() {
        assert_eq!(fit("report.pdf", 10), "report.pdf");
        assert_eq!(fit("report.pdf", 9), "report.p…");
        assert_eq!(fit("写真写真", 8), "写真写真");
        assert_eq!(fit("写真写真", 7), "写真写…");
        assert_eq!(fit("写真写真", 6), "写真…");
    }
}
