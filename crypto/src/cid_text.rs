//! CIDs, which are opaque here.

/// Whether a text can be a CID at all: 1 to 128 ASCII letters and digits, as every multibase in
/// use has. What it names is for others to know.
pub(crate) fn is_plausible(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cid_has_no_separators_and_a_bounded_length() {
        assert!(is_plausible("bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"));
        for bad in ["", "a/b", "a.b", "a b", "..", "bafyé", &"a".repeat(129)] {
            assert!(!is_plausible(bad), "{bad}");
        }
    }
}
