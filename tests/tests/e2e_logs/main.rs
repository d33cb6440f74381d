//! What is written down of requests: a line for each, which says how it ended.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

mod answered;
mod cuts;

use cidlock_tests::gateway::Shared;

/// One that logs as JSON.
static GATEWAY: Shared = Shared::new("[log]\njson = true\n");

/// The CID of a content that nobody has stored.
const UNKNOWN: &str = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
