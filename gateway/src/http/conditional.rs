//! Conditional requests (RFC 9110, section 13). Content never changes under its CID, so the CID is
//! a strong entity tag.

use cid::Cid;
use http::header::{HeaderMap, HeaderValue, IF_NONE_MATCH, IF_RANGE, RANGE};

/// The entity tag of a file's content.
pub(super) fn etag(cid: &Cid) -> String {
    format!("\"{cid}\"")
}

/// Whether the client has what it asks for already (`If-None-Match`, weak comparison).
pub(super) fn not_modified(headers: &HeaderMap, etag: &str) -> bool {
    let values = headers.get_all(IF_NONE_MATCH).iter();
    let mut tags = values.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(','));
    tags.any(|tag| {
        let tag = tag.trim();
        tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag
    })
}

/// Forgets the range of a client that wants it only of another version (`If-Range`, strong
/// comparison; a date never matches, for content has none).
pub(super) fn keep_range_if_same(headers: &mut HeaderMap, etag: &str) {
    let same = |value: &HeaderValue| value.as_bytes() == etag.as_bytes();
    if !headers.get(IF_RANGE).is_none_or(same) {
        headers.remove(RANGE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_matches_weakly_alone_or_in_a_list() {
        for (given, matches) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
        ] {
            let headers = HeaderMap::from_iter([(IF_NONE_MATCH, given.parse().unwrap())]);
            assert_eq!(not_modified(&headers, "\"a\""), matches, "{given}");
        }
    }

    #[test]
    fn a_range_of_another_version_is_forgotten() {
        for (given, kept) in [("\"a\"", true), ("W/\"a\"", false), ("\"b\"", false)] {
            let mut headers = HeaderMap::from_iter([
                (IF_RANGE, given.parse().unwrap()),
                (RANGE, "bytes=0-1".parse().unwrap()),
            ]);
            keep_range_if_same(&mut headers, "\"a\"");
            assert_eq!(headers.contains_key(RANGE), kept, "{given}");
        }
    }
}
