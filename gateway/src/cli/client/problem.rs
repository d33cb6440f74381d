//! What a server says when it refuses (RFC 9457 problem+json; RFC 6749 section 5.2 for tokens).

use std::fmt;

use serde::Deserialize;

use super::super::failure::AskedWith;
use super::super::output::{fit, printable};

/// The longest explanation that is shown, in columns.
const MAX_SHOWN: usize = 400;

/// A refusal, with whatever the server explained of it.
#[derive(Debug)]
pub(in crate::cli) struct Problem {
    status: u16,
    said: Box<Said>,
}

/// The members that are used; a server that is none of ours, such as a proxy before it, may send
/// none of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    title: Option<String>,
    detail: Option<String>,
    code: Option<String>,
    request_id: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

impl Problem {
    /// The refusal with `status` whose body is `body`.
    pub(super) fn new(status: u16, body: &[u8]) -> Self {
        Self { status, said: Box::new(serde_json::from_slice(body).unwrap_or_default()) }
    }

    pub(in crate::cli) fn status(&self) -> u16 {
        self.status
    }

    /// The stable code of the contract.
    pub(in crate::cli) fn code(&self) -> &str {
        self.said.code.as_deref().or(self.said.error.as_deref()).unwrap_or("refused")
    }

    pub(in crate::cli) fn request_id(&self) -> Option<&str> {
        self.said.request_id.as_deref()
    }

    /// What to do about it.
    pub(in crate::cli) fn hint(&self, with: AskedWith) -> Option<String> {
        let hint = match (self.status, with) {
            (401, AskedWith::Password) => "Check the user's name and the password",
            (401, AskedWith::Session) => "Run `cidlock login`",
            (401 | 403 | 404, AskedWith::Link) => {
                "A link ends when it expires or is taken back: ask for a new one"
            }
            (404, AskedWith::Session) if self.code() == "no_such_file" => {
                "`cidlock ls` lists your files"
            }
            (408 | 429 | 502..=504 | 507, _) => "Try again later",
            (500, _) => "The gateway's log says more",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = &*self.said;
        let text = [&said.detail, &said.title, &said.error_description, &said.error]
            .into_iter()
            .flatten()
            .find(|text| !text.trim().is_empty());
        match text {
            Some(text) => f.write_str(&fit(&printable(text.trim()), MAX_SHOWN)),
            None => write!(f, "the server refuses with HTTP status {}", self.status),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_telling_member_is_shown() {
        for (body, shown) in [
            (r#"{"title":"Not Found","detail":"no file has this CID"}"#, "no file has this CID"),
            (r#"{"title":"Not Found","detail":" "}"#, "Not Found"),
            (r#"{"error":"invalid_grant","error_description":"it was used"}"#, "it was used"),
            (r#"{"error":"invalid_grant"}"#, "invalid_grant"),
            ("<html>Bad Gateway</html>", "the server refuses with HTTP status 404"),
            ("", "the server refuses with HTTP status 404"),
        ] {
            assert_eq!(Problem::new(404, body.as_bytes()).to_string(), shown, "{body}");
        }
    }

    #[test]
    fn a_server_cannot_steer_the_terminal_or_flood_it() {
        let problem = Problem::new(500, br#"{"detail":"a\u001b[2Jb\nc"}"#);
        assert_eq!(problem.to_string(), r"a\u{1b}[2Jb\nc");
        let body = format!(r#"{{"detail":"{}"}}"#, "x".repeat(10_000));
        assert_eq!(Problem::new(500, body.as_bytes()).to_string().chars().count(), MAX_SHOWN);
    }
}
