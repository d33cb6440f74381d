//! What a file may be called. Parsed once, at the boundary; stored sealed.

/// Why a name or a media type is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// The name is empty, `.` or `..`.
    #[error("the name is empty or a path step")]
    NoName,
    /// The name is too long.
    #[error("the name has more than {limit} bytes")]
    NameTooLong {
        /// The limit, in bytes of UTF-8.
        limit: usize,
    },
    /// The name has a character that no file system or header should be asked to carry.
    #[error("the name has a slash, a backslash or a control character")]
    NameCharacter,
    /// The media type is not one (RFC 9110, section 8.3.1), or longer than 255 bytes.
    #[error("the media type is not of the form type/subtype, or too long")]
    MediaType,
}

/// A file's name: a single step of a path, without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// What a file without a name is called.
    #[must_use]
    pub fn unnamed() -> Self {
        Self("file".to_owned())
    }

    /// Takes `name` as it is, or not at all.
    ///
    /// # Errors
    /// It is empty, a path, too long (`limit` bytes), or has control characters.
    pub fn parse(name: &str, limit: usize) -> Result<Self, MetadataError> {
        if matches!(name, "" | "." | "..") {
            return Err(MetadataError::NoName);
        }
        if name.len() > limit {
            return Err(MetadataError::NameTooLong { limit });
        }
        if name.chars().any(|c| matches!(c, '/' | '\\') || c.is_control()) {
            return Err(MetadataError::NameCharacter);
        }
        Ok(Self(name.to_owned()))
    }
}

impl From<FileName> for String {
    fn from(name: FileName) -> Self {
        name.0
    }
}

/// A media type with its parameters, e.g. `text/plain; charset=utf-8`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType(String);

const MAX_MEDIA_TYPE_LEN: usize = 255;

impl MediaType {
    /// What is said of a file whose type nobody told.
    #[must_use]
    pub fn octet_stream() -> Self {
        Self("application/octet-stream".to_owned())
    }

    /// Takes `text` if it has the form `type/subtype`, with or without parameters.
    ///
    /// # Errors
    /// It has not, or it is longer than 255 bytes.
    pub fn parse(text: &str) -> Result<Self, MetadataError> {
        let essence = text.split(';').next().unwrap_or_default().trim_end();
        let token = |part: &str| {
            let tchar = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
            !part.is_empty() && part.bytes().all(tchar)
        };
        let formed = essence.split_once('/').is_some_and(|(t, s)| token(t) && token(s));
        let visible = text.bytes().all(|b| matches!(b, b' '..=b'~'));
        if formed && visible && text.len() <= MAX_MEDIA_TYPE_LEN {
            Ok(Self(text.to_owned()))
        } else {
            Err(MetadataError::MediaType)
        }
    }
}

impl From<MediaType> for String {
    fn from(media_type: MediaType) -> Self {
        media_type.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_step_of_a_path_without_control_characters() {
        for good in ["a", "report 2026.pdf", "…", "naïve\u{202e}gpj.exe", "a\"b", &"x".repeat(255)]
        {
            assert_eq!(String::from(FileName::parse(good, 255).unwrap()), good);
        }
        for (bad, why) in [
            ("", MetadataError::NoName),
            ("..", MetadataError::NoName),
            ("a/b", MetadataError::NameCharacter),
            ("a\\b", MetadataError::NameCharacter),
            ("a\r\nb", MetadataError::NameCharacter),
            ("a\0b", MetadataError::NameCharacter),
            ("\u{85}", MetadataError::NameCharacter),
            (&"x".repeat(256), MetadataError::NameTooLong { limit: 255 }),
        ] {
            assert_eq!(FileName::parse(bad, 255), Err(why), "{bad:?}");
        }
    }

    #[test]
    fn a_media_type_has_a_type_and_a_subtype() {
        for good in ["text/plain", "text/plain; charset=utf-8", "application/vnd.x+json"] {
            MediaType::parse(good).unwrap();
        }
        for bad in ["", "text", "text/", "/plain", "a b/c", "text/plain\r\nx: y", "té/xt"] {
            assert_eq!(MediaType::parse(bad), Err(MetadataError::MediaType), "{bad:?}");
        }
        assert!(MediaType::parse(&format!("a/{}", "b".repeat(254))).is_err());
    }
}
