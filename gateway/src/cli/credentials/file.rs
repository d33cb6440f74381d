//! `credentials.json` as bytes on disk.
//!
//! `{"version": 1, "last": "<server>", "servers": {"<server>": {user, access_token, ...}}}`

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Account;

const VERSION: u32 = 1;
/// The largest file that is read, in bytes: some hundred accounts.
const MAX_BYTES: u64 = 1 << 20;

/// The file's content.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Document {
    version: u32,
    /// The server of the last login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last: Option<String>,
    /// By server.
    #[serde(rename = "servers")]
    pub(super) accounts: BTreeMap<String, Account>,
}

impl Default for Document {
    fn default() -> Self {
        Self { version: VERSION, last: None, accounts: BTreeMap::new() }
    }
}

/// Why the file cannot be used; reads on after the file's name.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("can be read by others: run `chmod 600` on it, or remove it and run `cidlock login`")]
    Exposed,
    #[error("is not understood: remove it and run `cidlock login`")]
    Malformed,
}

/// The file's content; a file that is not there is an empty one.
pub(super) fn read(path: &Path) -> Result<Document, Unusable> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Document::default()),
        opened => opened?,
    };
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        return Err(Unusable::Exposed);
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    // What serde_json says of a file may quote it.
    let document: Document = serde_json::from_slice(&bytes).map_err(|_| Unusable::Malformed)?;
    if document.version == VERSION { Ok(document) } else { Err(Unusable::Malformed) }
}

/// Puts `document` in the place of the file, as a whole, and makes that durable.
pub(super) fn replace(directory: &Path, path: &Path, document: &Document) -> io::Result<()> {
    let bytes = Zeroizing::new(serde_json::to_vec_pretty(document)?);
    // Created 0600.
    let mut file = tempfile::Builder::new().prefix(".credentials-").tempfile_in(directory)?;
    file.write_all(&bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    File::open(directory)?.sync_all()
}

#[cfg(test)]
pub(super) fn write_for_tests(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
