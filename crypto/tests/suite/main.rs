//! What the crate promises, tested from outside.

mod key_set;
mod layout;
mod opening;
mod sealing;
mod secrecy;
mod statement;
mod support;
mod tampering;
mod token_times;
mod tokens;
