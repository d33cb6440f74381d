//! Claims, read one by one and exactly typed.
