//! `Content-Disposition` (RFC 6266) with a file name of any characters (RFC 8187).

use http::HeaderValue;

use super::percent;

/// Whether a browser shows a file in place or saves it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shown {
    /// In place.
    Inline,
    /// Saved.
    Attachment,
}

/// The field with `name`: as an ASCII likeness for old clients, and exactly.
pub(super) fn value(shown: Shown, name: &str) -> HeaderValue {
    let shown = match shown {
        Shown::Inline => "inline",
        Shown::Attachment => "attachment",
    };
    let likeness: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let mut value = format!("{shown}; filename=\"{likeness}\"");
    if likeness != name {
        value.push_str("; filename*=UTF-8''");
        percent::encode(&mut value, name, b"!#$&+-.^_`|~");
    }
    HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("attachment"))
}

/// What stands in a quoted-string as itself and that no client takes for an escape.
fn plain(c: char) -> bool {
    matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_stands_as_it_is_and_any_other_twice() {
        for (name, value) in [
            ("a.txt", r#"attachment; filename="a.txt""#),
            ("a b.txt", r#"attachment; filename="a b.txt""#),
            ("a\"b", r#"attachment; filename="a_b"; filename*=UTF-8''a%22b"#),
            ("é€", r#"attachment; filename="__"; filename*=UTF-8''%C3%A9%E2%82%AC"#),
            ("50%", r#"attachment; filename="50_"; filename*=UTF-8''50%25"#),
            ("a;b", r#"attachment; filename="a;b""#),
        ] {
            assert_eq!(super::value(Shown::Attachment, name), value, "{name}");
        }
    }
}
