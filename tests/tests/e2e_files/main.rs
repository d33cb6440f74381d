//! What becomes of files after they were stored: described anew, deleted, past their time, and given
//! out as their blocks, through the binary and its HTTP contract.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

mod authority;
mod car;
mod crash;
mod deletes;
mod edits;
mod pending;
mod receipt;
mod refusals;
mod retention;
mod running;

use cidlock_tests::gateway::Shared;

static GATEWAY: Shared = Shared::new("");

/// The CID of a content that nobody has stored.
const UNKNOWN: &str = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

fn path(cid: &str) -> String {
    format!("/v1/files/{cid}")
}
