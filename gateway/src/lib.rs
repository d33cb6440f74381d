//! Private files on IPFS: the gateway between people and an engine that is trusted with
//! nothing but availability.
//!
//! The tree reads in the direction in which data flows. A request enters through [`http`] (or a
//! command through [`cli`]), which turns it into a call of one of the flows: [`upload`],
//! [`download`], [`sharing`], [`files`], [`edit`], [`deletion`]. A flow asks [`access`] for
//! authority, [`keyring`] for keys, [`store`] for truth and an engine of `cidlock-ipfs-client` for
//! bytes. Nothing below imports what stands above it; a test holds the tree to that.
//!
//! [`upkeep`] sees to what nobody has asked for; [`rebuild`] restores what [`store`] has lost, and
//! [`migration`] moves objects to another engine. [`serve`] is where all of it is put together.

pub mod access;
pub mod cli;
pub mod clock;
pub mod config;
pub mod deletion;
pub mod download;
pub mod edit;
pub mod files;
pub mod holds;
pub mod http;
pub mod keyring;
pub mod leftovers;
pub mod logging;
pub mod migration;
pub mod object;
mod phase;
pub mod rebuild;
pub mod serve;
pub mod sharing;
pub mod spare;
pub mod store;
pub mod upkeep;
pub mod upload;
