//! `Repr-Digest` (RFC 9530): the SHA-256 of a whole file, in and out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::Problem;

/// The field's name.
pub(super) const REPR_DIGEST: HeaderName = HeaderName::from_static("repr-digest");

/// The SHA-256 that a client says its file has. Other algorithms are ignored, as RFC 9530 allows.
pub(super) fn declared(headers: &HeaderMap) -> Result<Option<[u8; 32]>, Problem> {
    let mut found = None;
    for value in headers.get_all(&REPR_DIGEST) {
        let text = value.to_str().map_err(|_| malformed())?;
        for member in text.split(',') {
            let (key, value) = member.trim().split_once('=').ok_or_else(malformed)?;
            if key == "sha-256" {
                // A later member replaces an earlier one (RFC 9651, section 4.2.2).
                found = Some(sha256(value).ok_or_else(malformed)?);
            }
        }
    }
    Ok(found)
}

/// The value of the field for a file with this SHA-256.
pub(super) fn field(sha256: &[u8; 32]) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("sha-256=:{}:", STANDARD.encode(sha256))).ok()
}

/// 32 bytes as a byte sequence of RFC 9651, section 3.3.5.
fn sha256(value: &str) -> Option<[u8; 32]> {
    let encoded = value.strip_prefix(':')?.strip_suffix(':')?;
    STANDARD.decode(encoded).ok()?.try_into().ok()
}

fn malformed() -> Problem {
    Problem::bad_request(
        "bad_digest",
        "Digest not understood",
        "The header Repr-Digest must have the form `sha-256=:<base64>:`.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Option<[u8; 32]>, &'static str> {
        let headers = HeaderMap::from_iter([(REPR_DIGEST, text.parse().unwrap())]);
        declared(&headers).map_err(|problem| problem.code())
    }

    #[test]
    fn a_digest_is_read_back_alone_and_among_others() {
        let field = field(&[7; 32]).unwrap();
        let text = field.to_str().unwrap();
        assert_eq!(parse(text), Ok(Some([7; 32])));
        assert_eq!(parse(&format!("sha-512=:AAAA:, {text}")), Ok(Some([7; 32])));
        assert_eq!(parse("sha-512=:AAAA:"), Ok(None));
        assert_eq!(declared(&HeaderMap::new()).ok(), Some(None));
    }

    #[test]
    fn a_malformed_digest_is_refused() {
        for bad in ["", "sha-256", "sha-256=abc", "sha-256=:AAAA:", "sha-256=:!:", "sha-256=::"] {
            assert_eq!(parse(bad), Err("bad_digest"), "{bad}");
        }
    }
}
