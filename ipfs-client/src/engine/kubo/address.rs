//! Where a node is, and what it is shown.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Uri};

/// One Kubo node.
#[derive(Clone, Debug)]
pub struct NodeAddress {
    /// What it is called here: in replicas, logs and receipts.
    pub name: String,
    /// The base of its RPC, `http://host:port`.
    pub rpc: Uri,
    /// The base of its HTTP gateway. Without it what it keeps is read through the RPC, which is dearer.
    pub gateway: Option<Uri>,
    /// What the RPC is shown.
    pub authorization: Option<Authorization>,
}

/// The value of an `Authorization` header. It does not print.
#[derive(Clone)]
pub struct Authorization(HeaderValue);

impl Authorization {
    /// Basic authorization (RFC 7617); `None` if the user has a colon.
    pub fn basic(user: &str, password: &str) -> Option<Authorization> {
        let credentials = STANDARD.encode(format!("{user}:{password}"));
        if user.contains(':') { None } else { Self::new(&format!("Basic {credentials}")) }
    }

    /// A bearer token (RFC 6750); `None` if it has characters that no header may have.
    pub fn bearer(token: &str) -> Option<Authorization> {
        Self::new(&format!("Bearer {token}"))
    }

    fn new(value: &str) -> Option<Authorization> {
        let mut value = HeaderValue::from_str(value).ok()?;
        value.set_sensitive(true);
        Some(Authorization(value))
    }

    pub(super) fn header(&self) -> &HeaderValue {
        &self.0
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorization(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::Authorization;

    #[test]
    fn both_kinds_are_sent_as_their_rfc_says_and_neither_prints() {
        let basic = Authorization::basic("Aladdin", "open sesame").unwrap();
        assert_eq!(basic.header(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        let bearer = Authorization::bearer("mF_9.B5f-4.1JqM").unwrap();
        assert_eq!(bearer.header(), "Bearer mF_9.B5f-4.1JqM");
        for shown in [format!("{basic:?} {:?}", basic.header()), format!("{bearer:?}")] {
            assert!(!shown.contains("QWxh") && !shown.contains("mF_9"), "{shown}");
        }
    }

    #[test]
    fn what_no_header_may_have_is_refused() {
        assert!(Authorization::basic("a:b", "c").is_none());
        assert!(Authorization::bearer("a\r\nb").is_none());
    }
}
