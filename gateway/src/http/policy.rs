//! How a browser is to take a file that somebody else has made.
//!
//! Nothing in a file is trusted: its type is not guessed again, it runs nothing and loads nothing,
//! and only types that have nothing to run are shown in place. The rest is saved.

use http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::header::{HeaderMap, HeaderValue, X_CONTENT_TYPE_OPTIONS};

use super::disposition::{self, Shown};

/// Types that a browser shows without running anything of theirs. SVG, HTML, XML and PDF are not
/// among them.
const PASSIVE: [&str; 16] = [
    "audio/aac",
    "audio/flac",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "audio/webm",
    "image/avif",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/plain",
    "video/mp4",
    "video/ogg",
    "video/webm",
];

/// No scripts, no frames, no origin; a media file may show itself.
const NOTHING_RUNS: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox",
);

/// The headers for a file of this type and name; `save` asks for it to be saved in any case.
pub(super) fn headers(media_type: &str, name: &str, save: bool) -> HeaderMap {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // Browsers take a list, and the last type in it that they understand.
    let passive = PASSIVE.contains(&essence.as_str()) && !media_type.contains(',');
    let shown = if passive && !save { Shown::Inline } else { Shown::Attachment };
    let opaque = HeaderValue::from_static("application/octet-stream");
    HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_str(media_type).unwrap_or(opaque)),
        (CONTENT_DISPOSITION, disposition::value(shown, name)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (CONTENT_SECURITY_POLICY, NOTHING_RUNS),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_passive_types_are_shown_in_place() {
        for (media_type, inline) in [
            ("image/png", true),
            ("IMAGE/PNG", true),
            ("text/plain; charset=utf-8", true),
            ("video/mp4", true),
            ("text/html", false),
            ("image/svg+xml", false),
            ("application/pdf", false),
            ("text/plain-not", false),
            ("text/plain;x, text/html", false),
            ("image/png,image/svg+xml", false),
            ("application/octet-stream", false),
        ] {
            let shown = |save| {
                let headers = headers(media_type, "a", save);
                headers[CONTENT_DISPOSITION].to_str().unwrap().starts_with("inline")
            };
            assert_eq!(shown(false), inline, "{media_type}");
            assert!(!shown(true), "{media_type}");
        }
    }

    #[test]
    fn whatever_it_is_it_runs_nothing() {
        for media_type in ["text/html", "image/png"] {
            let headers = headers(media_type, "a", false);
            assert!(headers[CONTENT_SECURITY_POLICY].to_str().unwrap().ends_with("; sandbox"));
            assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
        }
    }
}
