//! Who gets which bytes, and what comes of damage and of authority that ends, through the binary
//! and its HTTP contract.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

mod authority;
mod browser;
mod credentials;
mod damage;
mod endings;
mod requests;

use cidlock_tests::gateway::Shared;

static GATEWAY: Shared = Shared::new("");

/// The CID of a content that nobody has stored.
const UNKNOWN: &str = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
