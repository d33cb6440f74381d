//! What a command is asked about: a file of the user's own, a link that opens a file, a link by its id.

use std::str::FromStr;

use cid::Cid;
use reqwest::Url;

use super::client::Server;

/// A file, and the authority to read it.
#[derive(Clone)]
pub(super) enum Reference {
    /// A file of the user's own. The server, where a URL named it.
    File { cid: String, server: Option<Server> },
    /// A link: whoever has it may read.
    Link { url: Url, server: Server, cid: String },
}

/// A link is authority and is not shown.
impl std::fmt::Debug for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reference({})", self.cid())
    }
}

impl Reference {
    /// The file's CID, as it was written.
    pub(super) fn cid(&self) -> &str {
        let (Self::File { cid, .. } | Self::Link { cid, .. }) = self;
        cid
    }

    /// The gateway, where a URL named it.
    pub(super) fn server(&self) -> Option<&Server> {
        match self {
            Self::File { server, .. } => server.as_ref(),
            Self::Link { server, .. } => Some(server),
        }
    }
}

/// Why a text is neither.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ReferenceError {
    #[error("this is neither a CID (such as bafy...) nor a link (https://...)")]
    Neither,
    #[error("a link to a file looks like https://gateway/files/<cid>/<name>?token=...")]
    NoFile,
    #[error("a link has no user or password in it")]
    UserInfo,
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(cid) = known_cid(text) {
            return Ok(Self::File { cid, server: None });
        }
        let url = Url::parse(text).map_err(|_| ReferenceError::Neither)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ReferenceError::Neither);
        }
        let (_, after) = url.path().split_once(FILES).ok_or(ReferenceError::NoFile)?;
        let cid = after.split('/').next().and_then(known_cid).ok_or(ReferenceError::NoFile)?;
        let server = Server::before_path(&url, FILES).map_err(|_| ReferenceError::UserInfo)?;
        if url.query_pairs().any(|(key, _)| key == "token") {
            Ok(Self::Link { url, server, cid })
        } else {
            Ok(Self::File { cid, server: Some(server) })
        }
    }
}

/// Where files lie below a gateway's address.
const FILES: &str = "/files/";

fn known_cid(text: &str) -> Option<String> {
    Cid::from_str(text).is_ok().then(|| text.to_owned())
}

/// The longest id of a link or a deletion, in characters.
const MAX_ID_LEN: usize = 128;

/// Whether `text` can be an id: one path segment. Whoever gives a link by mistake is told so before
/// it travels.
pub(super) fn is_id(text: &str) -> bool {
    (1..=MAX_ID_LEN).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// The id of a link.
pub(super) fn link_id(text: &str) -> Result<String, &'static str> {
    if is_id(text) {
        Ok(text.to_owned())
    } else {
        Err("this is no link's id, such as `share` prints")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CID: &str = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

    fn parsed(text: &str) -> Result<Reference, ReferenceError> {
        text.parse()
    }

    #[test]
    fn a_cid_is_a_file_of_the_users_own() {
        let Ok(Reference::File { cid, server: None }) = parsed(CID) else { panic!() };
        assert_eq!(cid, CID);
    }

    #[test]
    fn a_url_with_a_token_is_a_link() {
        for path in ["", "/name%20x.pdf", "/a/b"] {
            let text = format!("https://a.example/base/files/{CID}{path}?token=sesame");
            let Ok(Reference::Link { url, server, cid }) = parsed(&text) else { panic!("{text}") };
            assert_eq!((url.as_str(), cid.as_str()), (text.as_str(), CID));
            assert_eq!(server.to_string(), "https://a.example/base");
        }
    }

    #[test]
    fn a_url_without_a_token_is_a_file_of_the_users_own_there() {
        let text = format!("http://127.0.0.1:1/files/{CID}/name?download=1");
        let Ok(Reference::File { server: Some(server), .. }) = parsed(&text) else { panic!() };
        assert_eq!(server.to_string(), "http://127.0.0.1:1");
    }

    #[test]
    fn anything_else_says_what_it_should_be() {
        for (text, error) in [
            ("", ReferenceError::Neither),
            ("report.pdf", ReferenceError::Neither),
            ("bafynonsense", ReferenceError::Neither),
            ("ftp://a/files/x", ReferenceError::Neither),
            ("https://a.example/", ReferenceError::NoFile),
            ("https://a.example/files/nonsense?token=t", ReferenceError::NoFile),
            (&format!("https://u:p@a.example/files/{CID}"), ReferenceError::UserInfo),
        ] {
            assert_eq!(parsed(text).err(), Some(error), "{text}");
        }
    }

    #[test]
    fn an_id_is_one_plain_word() {
        assert!(link_id("0193f6a0-5b6e-7c11-8f0e-0123456789ab").is_ok());
        for text in ["", ".", "..", "a/b", "http://a/files/b", "a b", "a?b", &"x".repeat(129)] {
            assert!(link_id(text).is_err(), "{text}");
        }
    }

    #[test]
    fn debug_does_not_show_the_token() {
        let link = parsed(&format!("https://a/files/{CID}?token=sesame")).unwrap();
        assert!(!format!("{link:?}").contains("sesame"));
    }
}
