//! `Repr-Digest` (RFC 9530): what the gateway says the whole file hashes to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderMap;

use super::super::failure::Failure;

/// The SHA-256 that a download should have, where the gateway named one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expected(Option<[u8; 32]>);

impl Expected {
    /// What the head of an answer promises: the member `sha-256` of a dictionary of byte
    /// sequences (RFC 8941). Other algorithms, and what is not understood, promise nothing.
    pub(super) fn in_headers(headers: &HeaderMap) -> Self {
        let members = headers
            .get_all("repr-digest")
            .into_iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        Self(members.filter_map(|member| sha256(member.trim())).next_back())
    }

    /// Whether it was named.
    pub(super) fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Compares it with what came.
    pub(super) fn check(&self, came: &[u8; 32]) -> Result<(), Failure> {
        match &self.0 {
            Some(promised) if promised != came => Err(Failure::Damaged(format!(
                "what arrived is damaged and was not kept: its SHA-256 is {}, and should be {}; the \
                 same command starts again from the beginning",
                hex(came),
                hex(promised)
            ))),
            _ => Ok(()),
        }
    }
}

/// The digest in `sha-256=:<base64>:`.
fn sha256(member: &str) -> Option<[u8; 32]> {
    let encoded = member.strip_prefix("sha-256=:")?.split(';').next()?.trim_end();
    STANDARD.decode(encoded.strip_suffix(':')?).ok()?.try_into().ok()
}

/// `digest` in hex.
pub(super) fn hex(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(values: &[&str]) -> Option<[u8; 32]> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("repr-digest", value.parse().unwrap());
        }
        Expected::in_headers(&headers).0
    }

    #[test]
    fn the_member_for_sha_256_is_found_among_others() {
        let encoded = format!("sha-256=:{}:", STANDARD.encode([7; 32]));
        let other = "sha-512=:AAAA:";
        for values in [
            vec![encoded.as_str()],
            vec![other, &encoded],
            vec![&format!("{other}, {encoded}")],
            vec![&format!("{encoded};a=1,{other}")],
        ] {
            assert_eq!(expected(&values), Some([7; 32]), "{values:?}");
        }
    }

    #[test]
    fn what_is_not_understood_promises_nothing() {
        for value in ["", "sha-256", "sha-256=:AAAA:", "sha-256=AAAA", "sha-256=:!!:", "md5=:AAAA:"]
        {
            assert_eq!(expected(&[value]), None, "{value}");
        }
        assert_eq!(expected(&[]), None);
    }

    #[test]
    fn another_digest_is_damage() {
        assert!(Expected(Some([1; 32])).check(&[1; 32]).is_ok());
        assert!(Expected(None).check(&[1; 32]).is_ok());
        let failure = Expected(Some([1; 32])).check(&[2; 32]).unwrap_err();
        assert!(matches!(failure, Failure::Damaged(_)));
    }
}
