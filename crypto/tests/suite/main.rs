//! What the crate promises, tested from outside.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

mod key_set;
mod layout;
mod opening;
mod receipt;
mod sealing;
mod secrecy;
mod statement;
mod support;
mod tampering;
mod tokens;
