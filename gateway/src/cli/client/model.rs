//! The JSON of the contract. Members that no command uses are kept, so that `--json` shows what
//! the server said.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::credentials::Secret;

/// The answer to a login and to a refresh.
#[derive(Debug, Deserialize)]
pub(in crate::cli) struct TokenGrant {
    pub(in crate::cli) access_token: Secret,
    /// Seconds from now.
    pub(in crate::cli) expires_in: u32,
    pub(in crate::cli) refresh_token: Secret,
    pub(in crate::cli) scope: Option<String>,
}

/// A stored file. No `Debug`: its link is authority.
#[derive(Serialize, Deserialize)]
pub(in crate::cli) struct FileInfo {
    pub(in crate::cli) cid: String,
    /// The directory of its content and its statement; the pin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) root: Option<String>,
    pub(in crate::cli) name: Option<String>,
    /// Bytes of plaintext.
    pub(in crate::cli) size: u64,
    /// Of the plaintext, in hex.
    pub(in crate::cli) sha256: String,
    pub(in crate::cli) created_at: Timestamp,
    /// A fresh link for the owner; only in the answer to an upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) link: Option<OwnersLink>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// The link that comes with an upload.
#[derive(Serialize, Deserialize)]
pub(in crate::cli) struct OwnersLink {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) id: Option<String>,
    pub(in crate::cli) url: String,
    pub(in crate::cli) expires_at: Timestamp,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// A part of a list.
#[derive(Deserialize)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    /// Where the next page begins; none at the end.
    pub(super) next: Option<String>,
}

/// A link as its owner sees it afterwards: without what opens it.
#[derive(Serialize, Deserialize)]
pub(in crate::cli) struct LinkInfo {
    pub(in crate::cli) id: String,
    /// For the owner's own list of links.
    pub(in crate::cli) name: Option<String>,
    pub(in crate::cli) permissions: Vec<String>,
    pub(in crate::cli) expires_at: Timestamp,
    pub(in crate::cli) revoked_at: Option<Timestamp>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// A link that was just made. No `Debug`: it is authority.
#[derive(Serialize, Deserialize)]
pub(in crate::cli) struct FreshLink {
    pub(in crate::cli) id: String,
    pub(in crate::cli) token: Secret,
    pub(in crate::cli) url: String,
    pub(in crate::cli) expires_at: Timestamp,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// What was done, and is being done, about a file that was deleted.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::cli) struct Deletion {
    pub(in crate::cli) id: String,
    pub(in crate::cli) cid: String,
    /// `done`, or `pending` while a node has yet to do its part.
    pub(in crate::cli) status: String,
    pub(in crate::cli) nodes: Vec<DeletionNode>,
    /// All of this, signed by the gateway (JWS, compact).
    pub(in crate::cli) receipt: String,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// What a node has done about a deletion.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::cli) struct DeletionNode {
    pub(in crate::cli) engine: String,
    pub(in crate::cli) node: String,
    /// `unpinned`, `collected` or `pending`.
    pub(in crate::cli) status: String,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// A pass in which every copy of every file is read back.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::cli) struct Scrub {
    pub(in crate::cli) ended_at: Option<Timestamp>,
    /// Files there are.
    pub(in crate::cli) files: u64,
    /// Of these, files that were read back.
    pub(in crate::cli) read: u64,
    /// Copies that were mended.
    pub(in crate::cli) healed: u64,
    /// Copies that are damaged.
    pub(in crate::cli) damaged: u64,
    /// Copies that were not where they should be.
    pub(in crate::cli) absent: u64,
    /// Copies that could not be read.
    pub(in crate::cli) unknown: u64,
    /// Files that are not whole everywhere.
    pub(in crate::cli) wanting: Vec<Unwhole>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// A file that some node does not have as it should.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::cli) struct Unwhole {
    pub(in crate::cli) cid: String,
    pub(in crate::cli) replicas: Vec<DeletionNode>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_that_are_not_used_are_kept_for_scripts() {
        let file = json!({
            "id": "0193", "cid": "bafy", "root": "bafyroot", "name": "a.txt", "type": "text/plain",
            "size": 3_u64, "sha256": "00", "created_at": "2026-11-25T00:00:00Z",
            "expires_at": null, "owner": "u", "replicas": [{"engine": "embedded"}],
            "link": {"url": "http://a", "expires_at": "2026-11-26T00:00:00Z"},
        });
        let info: FileInfo = serde_json::from_value(file.clone()).unwrap();
        assert_eq!(serde_json::to_value(info).unwrap(), file);
        let deletion = json!({
            "id": "0193", "cid": "bafy", "deleted_at": "2026-11-25T00:00:00Z", "reason": "owner",
            "status": "done", "receipt": "a.b.c",
            "nodes": [{"engine": "embedded", "node": "local", "status": "collected", "tries": 1}],
        });
        let info: Deletion = serde_json::from_value(deletion.clone()).unwrap();
        assert_eq!(serde_json::to_value(info).unwrap(), deletion);
    }
}
