//! Media types: a guess from a file's extension, for the common ones alone.
//!
//! A type that is not known is `application/octet-stream`: a browser then saves the file, where a
//! wrong guess would make it misread it.

/// What is known of a file of which nothing is known.
const UNKNOWN: &str = "application/octet-stream";

/// By extension, in lower case; sorted.
const BY_EXTENSION: [(&str, &str); 46] = [
    ("7z", "application/x-7z-compressed"),
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("bz2", "application/x-bzip2"),
    ("css", "text/css"),
    ("csv", "text/csv"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("eml", "message/rfc822"),
    ("epub", "application/epub+zip"),
    ("flac", "audio/flac"),
    ("gif", "image/gif"),
    ("gz", "application/gzip"),
    ("heic", "image/heic"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("ics", "text/calendar"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript"),
    ("json", "application/json"),
    ("log", "text/plain"),
    ("m4a", "audio/mp4"),
    ("md", "text/markdown"),
    ("mkv", "video/x-matroska"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ogg", "audio/ogg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("rtf", "application/rtf"),
    ("svg", "image/svg+xml"),
    ("tar", "application/x-tar"),
    ("tiff", "image/tiff"),
    ("txt", "text/plain"),
    ("wasm", "application/wasm"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("xml", "application/xml"),
    ("zip", "application/zip"),
    ("zst", "application/zstd"),
];

/// The media type that a file called `name` most likely has.
pub(super) fn guess(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    extension
        .and_then(|wanted| {
            BY_EXTENSION.binary_search_by_key(&wanted.as_str(), |(known, _)| known).ok()
        })
        .map_or(UNKNOWN, |index| BY_EXTENSION[index].1)
}

/// A media type as the command line gives it (RFC 9110 section 8.3.1), perhaps with parameters.
pub(super) fn parse(text: &str) -> Result<String, String> {
    let essence = text.split(';').next().unwrap_or_default().trim_end();
    let is_token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    };
    let is_media_type =
        essence.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype));
    if is_media_type && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        Ok(text.to_owned())
    } else {
        Err("a media type looks like text/plain or application/pdf".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_its_types_are_types() {
        assert!(BY_EXTENSION.is_sorted_by(|left, right| left.0 < right.0));
        for (extension, media_type) in BY_EXTENSION {
            assert_eq!(parse(media_type).as_deref(), Ok(media_type));
            assert_eq!(guess(&format!("name.{extension}")), media_type);
        }
    }

    #[test]
    fn a_type_is_guessed_from_the_last_extension_in_any_case() {
        for (name, media_type) in [
            ("report.pdf", "application/pdf"),
            ("REPORT.PDF", "application/pdf"),
            ("backup.tar.gz", "application/gzip"),
            ("pdf", UNKNOWN),
            ("report.", UNKNOWN),
            ("report.pdf.exe", UNKNOWN),
            ("", UNKNOWN),
        ] {
            assert_eq!(guess(name), media_type, "{name}");
        }
    }

    #[test]
    fn what_is_no_media_type_is_refused() {
        for text in ["text/plain", "text/plain; charset=utf-8", "application/x.y+json"] {
            assert_eq!(parse(text).as_deref(), Ok(text));
        }
        for text in [
            "",
            "text",
            "/plain",
            "text/",
            "te xt/plain",
            "text/plain\r\nX: y",
            "a/b/c",
            "text/plän",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
