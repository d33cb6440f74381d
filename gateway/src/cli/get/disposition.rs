//! The file name in a `Content-Disposition` (RFC 6266, RFC 8187), made safe to use.
//!
//! It is the uploader's text. What is taken of it is a base name that cannot leave the directory,
//! hide itself, pass for an option, or steer a terminal.

use reqwest::header::{CONTENT_DISPOSITION, HeaderMap};

use super::super::output::is_hazardous;

/// The longest name that is made, in bytes; file systems end at 255, and a temporary name is
/// a little longer.
const MAX_BYTES: usize = 200;

/// A safe base name out of the head of an answer; `filename*` goes before `filename`.
pub(super) fn file_name(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_DISPOSITION)?.as_bytes();
    // Old servers send UTF-8 as it is; what is neither that nor ASCII is not guessed at.
    let value = std::str::from_utf8(value).ok()?;
    let parameters: Vec<(String, String)> = parameters(value);
    let named = |wanted: &str| {
        parameters
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value)
    };
    let extended = named("filename*").and_then(|value| extended_value(value));
    extended.or_else(|| named("filename").cloned()).and_then(|name| safe_base_name(&name))
}

/// The parameters after the disposition type, unquoted.
fn parameters(value: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = value.split_once(';').map_or("", |(_, rest)| rest);
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim().trim_start_matches(';').trim().to_owned();
        let after = after.trim_start();
        let (value, tail) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted),
            None => {
                let (value, tail) = after.split_once(';').unwrap_or((after, ""));
                (value.trim_end().to_owned(), tail)
            }
        };
        found.push((name, value));
        rest = tail;
    }
    found
}

/// The content of a quoted string, and what follows its closing quote.
fn unquote(quoted: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((index, char)) = chars.next() {
        match char {
            '"' => return (value, &quoted[index + 1..]),
            '\\' => value.extend(chars.next().map(|(_, char)| char)),
            _ => value.push(char),
        }
    }
    (value, "")
}

/// `UTF-8'language'percent-encoded` (RFC 8187 section 3.2).
fn extended_value(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_language, encoded) = rest.split_once('\'')?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = digits.iter().all(u8::is_ascii_hexdigit).then_some(digits)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// What of `name` can name a file in some directory, if anything can.
pub(super) fn safe_base_name(name: &str) -> Option<String> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let cleaned: String = base.chars().filter(|char| !is_hazardous(*char)).collect();
    let cleaned = cleaned.trim();
    // A file that hides itself, or that a command takes for an option, is nobody's wish.
    let visible = cleaned.trim_start_matches(['.', '-']);
    if visible.trim().is_empty() {
        return None;
    }
    let marked = if visible.len() == cleaned.len() { "" } else { "_" };
    Some(shorten(&format!("{marked}{visible}")))
}

/// Cuts a long name in its middle, so that its extension stays.
fn shorten(name: &str) -> String {
    if name.len() <= MAX_BYTES {
        return name.to_owned();
    }
    let extension = name.rfind('.').map_or("", |dot| &name[dot..]);
    let extension = if extension.len() <= 16 { extension } else { "" };
    let stem = &name[..name.floor_char_boundary(MAX_BYTES - extension.len())];
    format!("{stem}{extension}")
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn name_in(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_DISPOSITION, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        file_name(&headers)
    }

    #[test]
    fn the_name_is_found_in_every_form_that_is_sent() {
        for (value, name) in [
            (r#"attachment; filename="report.pdf""#, "report.pdf"),
            (r#"inline; filename=report.pdf"#, "report.pdf"),
            (r#"attachment;filename = "a b.txt" ; size=3"#, "a b.txt"),
            (r#"attachment; FILENAME="a.txt""#, "a.txt"),
            (r#"attachment; filename="a\"b;c.txt""#, r#"a"b;c.txt"#),
            (
                "attachment; filename*=UTF-8''%C3%9Cbersicht%20%28final%29.txt",
                "Übersicht (final).txt",
            ),
            ("attachment; filename=\"U.txt\"; filename*=utf-8'de'%C3%9C.txt", "Ü.txt"),
            ("attachment; filename*=utf-8'de'%C3%9C.txt; filename=\"U.txt\"", "Ü.txt"),
            ("attachment; filename=\"Ü.txt\"", "Ü.txt"),
            ("attachment; filename=\"a.txt\"; filename*=latin1''%DC.txt", "a.txt"),
            ("attachment; filename=\"a.txt\"; filename*=UTF-8''%DC.txt", "a.txt"),
            ("attachment; filename=\"a.txt\"; filename*=UTF-8''%+1", "a.txt"),
            ("attachment; filename=\"never closed.txt", "never closed.txt"),
        ] {
            assert_eq!(name_in(value).as_deref(), Some(name), "{value}");
        }
    }

    #[test]
    fn an_answer_without_a_usable_name_has_none() {
        for value in [
            "",
            "attachment",
            "attachment; filename",
            "attachment; filename=\"\"",
            "inline; size=3",
        ] {
            assert_eq!(name_in(value), None, "{value}");
        }
        assert_eq!(file_name(&HeaderMap::new()), None);
    }

    #[test]
    fn a_name_cannot_leave_the_directory_or_hide() {
        for (name, safe) in [
            ("../../etc/passwd", Some("passwd")),
            ("/etc/passwd", Some("passwd")),
            (r"..\..\boot.ini", Some("boot.ini")),
            (r"C:\boot.ini", Some("boot.ini")),
            (".bashrc", Some("_bashrc")),
            ("-rf", Some("_rf")),
            ("..", None),
            (".", None),
            ("a/..", None),
            ("a/", None),
            ("", None),
            ("   ", None),
            ("\u{202e}fdp.exe", Some("fdp.exe")),
            ("a\r\nb\0c", Some("abc")),
            ("\n.profile", Some("_profile")),
            (" .profile", Some("_profile")),
            ("a:b*c?.txt", Some("a:b*c?.txt")),
        ] {
            assert_eq!(safe_base_name(name).as_deref(), safe, "{name:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_between_characters_and_keeps_its_extension() {
        let name = safe_base_name(&format!("{}.tar", "ü".repeat(300))).unwrap();
        assert!(name.len() <= MAX_BYTES && name.ends_with("ü.tar"), "{name}");
        let name = safe_base_name(&format!("a.{}", "ü".repeat(300))).unwrap();
        assert!(name.len() <= MAX_BYTES);
    }
}
