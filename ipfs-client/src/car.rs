//! How blocks lie in a file: CARv1 (<https://ipld.io/specs/transport/car/carv1/>).
//!
//! A header, then sections: a varint of the length of what follows, a CID, the block. An object's
//! CAR has exactly one root, so its header always has [`HEADER_LEN`] bytes and can be patched when
//! the root is known, and its sections are in one order: leaves as they come, each parent directly
//! after its last child, then the members by name, then the directory.
//!
//! CARv1 has no end mark: a file that was cut between two sections is a valid shorter CAR. Whoever
//! must know that an object is whole asks [`Whole`], which follows its links.

mod error;
mod header;
mod layout;
mod reader;
mod section;
#[cfg(test)]
mod tests;
mod whole;

pub use self::error::CarError;
pub(crate) use self::header::root_of_header;
pub use self::header::{HEADER_LEN, MAX_HEADER_LEN, header, header_without_roots};
pub use self::layout::{Layout, LayoutError};
pub use self::reader::CarReader;
pub use self::section::{prefix, prefix_len, section_len};
pub use self::whole::{Checked, Whole, WholeError};
