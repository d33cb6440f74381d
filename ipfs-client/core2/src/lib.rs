//! What `ipfs-api-backend-hyper` needs of the crate `core2`, all versions of which were withdrawn:
//! `std`'s own modules under that name. It goes when that crate's tree does without.

pub use std::{error, io};
