//! The embedded engine over files that are whole, damaged and foreign.

mod conforms;
