//! Percent-encoding (RFC 3986, section 2.1) of what is not plain somewhere.

use std::fmt::Write as _;

/// Appends `text` to `to`: letters and digits and the bytes of `plain` as they are, the rest of its
/// UTF-8 encoded.
pub(super) fn encode(to: &mut String, text: &str, plain: &[u8]) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            to.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(to, "%{byte:02X}");
        }
    }
}
