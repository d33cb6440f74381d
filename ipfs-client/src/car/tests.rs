//! CARs as they are written, and as they must not be.

mod layout;
mod reader;
mod whole;
