//! Conditional requests (RFC 9110, section 13). Content never changes under its CID, and what is
//! known of a file never changes under its root, so each is a strong entity tag.
//!
//! Whoever has several conditions asks them in the order of section 13.2.2: [`if_match`], then
//! [`not_modified`], then [`keep_range_if_same`].

use cid::Cid;
use http::StatusCode;
use http::header::{HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH, IF_RANGE, RANGE};

use super::Problem;

/// The entity tag of a file's content, or of what is known of it.
pub(super) fn etag(cid: &Cid) -> String {
    format!("\"{cid}\"")
}

/// Refuses a request that is meant for another version (`If-Match`, strong comparison; `*` is any
/// version that there is).
///
/// # Errors
/// 412 `precondition_failed`.
pub(super) fn if_match(headers: &HeaderMap, current_etag: &str) -> Result<(), Problem> {
    let given = headers.contains_key(IF_MATCH);
    if !given || tags(headers, IF_MATCH).any(|tag| tag == "*" || tag == current_etag) {
        return Ok(());
    }
    let detail = "There is another version than `If-Match` names.";
    let status = StatusCode::PRECONDITION_FAILED;
    Err(Problem::new(status, "precondition_failed", "Precondition failed", detail))
}

/// Whether the request is meant for one version (`If-Match`), and not for whatever there is (`*`).
pub(super) fn names_a_version(headers: &HeaderMap) -> bool {
    headers.contains_key(IF_MATCH) && tags(headers, IF_MATCH).all(|tag| tag != "*")
}

/// Whether the client has what it asks for already (`If-None-Match`, weak comparison).
pub(super) fn not_modified(headers: &HeaderMap, etag: &str) -> bool {
    tags(headers, IF_NONE_MATCH)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// The entity tags in a list. Ours have no comma, so that it does not matter where one of somebody
/// else's is cut.
fn tags(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|text| text.split(',')).map(str::trim)
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
    fn a_condition_that_names_this_version_strongly_holds() {
        for (given, holds) in [
            (&["\"a\""][..], true),
            (&["*"], true),
            (&["\"b\", \"a\""], true),
            (&["\"b\"", " \"a\" "], true),
            (&[], true),
            (&["W/\"a\""], false),
            (&["W/*"], false),
            (&["\"b\"", "\"c\""], false),
            (&["a"], false),
            (&["\"A\""], false),
            (&["\"*\""], false),
            (&[""], false),
            (&["\"\u{e9}\""], false),
        ] {
            let values =
                given.iter().map(|value| HeaderValue::from_bytes(value.as_bytes()).unwrap());
            let headers = values.map(|value| (IF_MATCH, value)).collect::<HeaderMap>();
            assert_eq!(if_match(&headers, "\"a\"").is_ok(), holds, "{given:?}");
        }
    }

    #[test]
    fn any_version_is_none_in_particular() {
        for (given, named) in [(None, false), (Some("*"), false), (Some("\"a\""), true)] {
            let given = given.map(|tag| (IF_MATCH, tag.parse().unwrap()));
            assert_eq!(names_a_version(&HeaderMap::from_iter(given)), named);
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
