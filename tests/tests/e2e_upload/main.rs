//! Uploads and what becomes of them, through the binary and its HTTP contract.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

mod ends;
mod forms;
mod limits;
mod lists;
mod metadata;
mod pace;
mod ranges;
mod whole;

use cidlock_crypto::chunked::CHUNK_LEN;
use cidlock_tests::gateway::Shared;
use sha2::{Digest as _, Sha256};

/// As it comes.
static GATEWAY: Shared = Shared::new("");

const CHUNK: u64 = CHUNK_LEN as u64;

/// One chunk of a chunked body.
fn chunk(data: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", data.len()).as_bytes(), data, b"\r\n"].concat()
}

fn hex(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}
