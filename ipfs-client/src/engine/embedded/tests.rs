//! The embedded engine over files that are whole, damaged and foreign.

#[cfg(feature = "conformance")]
mod conforms;
