//! `Range` (RFC 9110, section 14), resolved once into a window of bytes.
//!
//! One range of the unit `bytes` is served. A set of several is ignored, as section 14.2 allows,
//! and so is another unit, as it demands; a malformed one is refused.

use std::ops::Range;

use http::header::{CONTENT_RANGE, HeaderMap, HeaderValue, RANGE};
use http::{Method, StatusCode};
use http_range_header::parse_range_header;

use super::Problem;

/// What part of the file to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Window {
    /// All of it: 200.
    Whole(u64),
    /// A part: 206.
    Part(Range<u64>, u64),
}

impl Window {
    /// Resolves the header of a request for a file of `size` bytes.
    pub(super) fn resolve(
        method: &Method,
        headers: &HeaderMap,
        size: u64,
    ) -> Result<Self, Problem> {
        let header = headers.get(RANGE).filter(|_| method == Method::GET);
        let Some(header) = header else { return Ok(Self::Whole(size)) };
        let text = header.to_str().map_err(|_| malformed(size))?;
        let (unit, specs) = text.split_once('=').ok_or_else(|| malformed(size))?;
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return Ok(Self::Whole(size));
        }
        let parsed = parse_range_header(&format!("bytes={}", specs.trim()));
        let parsed = parsed.map_err(|_| malformed(size))?;
        if specs.contains(',') {
            return Ok(Self::Whole(size));
        }
        let valid = parsed.validate(size).map_err(|_| unsatisfiable(size))?;
        let range = valid.first().ok_or_else(|| unsatisfiable(size))?;
        Ok(Self::Part(*range.start()..range.end() + 1, size))
    }

    pub(super) fn bytes(&self) -> Range<u64> {
        match self {
            Self::Whole(size) => 0..*size,
            Self::Part(range, _) => range.clone(),
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Whole(_) => StatusCode::OK,
            Self::Part(..) => StatusCode::PARTIAL_CONTENT,
        }
    }

    pub(super) fn content_range(&self) -> Option<HeaderValue> {
        match self {
            Self::Whole(_) => None,
            Self::Part(range, size) => {
                let text = format!("bytes {}-{}/{size}", range.start, range.end - 1);
                HeaderValue::try_from(text).ok()
            }
        }
    }
}

fn malformed(size: u64) -> Problem {
    refused("range_malformed", "The header Range is not understood.", size)
}

fn unsatisfiable(size: u64) -> Problem {
    refused("range_not_satisfiable", "No byte of the file lies in the range.", size)
}

fn refused(code: &'static str, detail: &'static str, size: u64) -> Problem {
    let problem =
        Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, code, "Range not satisfiable", detail);
    match HeaderValue::try_from(format!("bytes */{size}")) {
        Ok(value) => problem.with_header(CONTENT_RANGE, value),
        Err(_) => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(range: &str, size: u64) -> Result<Window, &'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::from_str(range).unwrap());
        Window::resolve(&Method::GET, &headers, size).map_err(|problem| problem.code())
    }

    #[test]
    fn one_range_of_bytes_is_a_window() {
        for (range, size, start, end) in [
            ("bytes=0-0", 10, 0, 1),
            ("bytes=0-9", 10, 0, 10),
            ("bytes=0-", 10, 0, 10),
            ("bytes=9-", 10, 9, 10),
            ("bytes=3-1000", 10, 3, 10),
            ("bytes=-1", 10, 9, 10),
            ("bytes=-10", 10, 0, 10),
            ("bytes=-11", 10, 0, 10),
            ("bytes=0-18446744073709551615", 10, 0, 10),
            ("BYTES=0-1", 10, 0, 2),
        ] {
            assert_eq!(resolve(range, size), Ok(Window::Part(start..end, size)), "{range}");
        }
    }

    #[test]
    fn a_range_outside_the_file_is_not_satisfiable() {
        for (range, size) in [
            ("bytes=10-", 10),
            ("bytes=11-12", 10),
            ("bytes=-0", 10),
            ("bytes=0-", 0),
            ("bytes=-1", 0),
        ] {
            assert_eq!(resolve(range, size), Err("range_not_satisfiable"), "{range} of {size}");
        }
    }

    #[test]
    fn a_malformed_range_is_refused() {
        for range in [
            "bytes",
            "bytes=",
            "bytes=a-b",
            "bytes=5-4",
            "bytes=--5",
            "bytes=1",
            "bytes=1-2-3",
            "bytes=-",
        ] {
            assert_eq!(resolve(range, 10), Err("range_malformed"), "{range}");
        }
    }

    #[test]
    fn another_unit_and_several_ranges_are_ignored() {
        for range in ["lines=1-2", "bytes=0-1,3-4", "bytes=0-0, 2-2, 4-4"] {
            assert_eq!(resolve(range, 10), Ok(Window::Whole(10)), "{range}");
        }
    }

    #[test]
    fn a_range_is_for_get_alone() {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::from_static("bytes=0-0"));
        assert_eq!(Window::resolve(&Method::HEAD, &headers, 9).ok(), Some(Window::Whole(9)));
    }
}
