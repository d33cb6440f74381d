//! The gateway as people run it: the binary `cidlock`, a data directory, a port on loopback.
//!
//! A [`Home`] is a machine's view of cidlock (data directory, configuration, a user's home); a
//! [`Gateway`] is `cidlock serve` running in one. Killing or stopping a gateway gives its home back,
//! so that what survives can be looked at, and served again.

mod disk;
mod home;
mod log;
mod one_line;
mod people;
mod process;
mod room;
mod shared;

pub use disk::{files_below, place_in_object_file, place_of_ciphertext};
pub use home::Home;
pub use one_line::OneLine;
pub use process::Gateway;
pub use room::Room;
pub use shared::{Lease, Shared};
