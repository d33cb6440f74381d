//! What the tests of cidlock stand on: real servers, public tools, and a reader of our own sources.
//!
//! The tests themselves are in `tests/tests`, a file for each thing that must hold. Nothing here
//! stands in for a server: [`kubo`] starts Kubo, [`gateway`] starts the binary that people run.
//! A fixture that cannot have its server panics with what to do about it; no test is skipped.
//!
//! Fixtures panic rather than return errors: whatever goes wrong in one has one reader, the person
//! who runs the tests.

pub mod canary;
pub mod client;
pub mod command;
pub mod content;
pub mod detour;
pub mod dice;
pub mod forge;
pub mod gateway;
pub mod kubo;
pub mod postgres;
pub mod python;
pub mod shelf;
pub mod source;
pub mod spdx;
pub mod terminal;
pub mod tools;
pub mod wait;
pub mod wire;
