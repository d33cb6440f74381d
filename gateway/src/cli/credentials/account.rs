//! A session of one user at one server.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Secret;

/// An access token is not used in its last seconds: it is checked when the request arrives.
const SPARE: Duration = Duration::from_secs(20);

/// Who is logged in, and with what.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::cli) struct Account {
    /// The user's name.
    pub(in crate::cli) user: String,
    /// What requests carry.
    pub(in crate::cli) access_token: Secret,
    /// Until when, by this machine's clock.
    pub(in crate::cli) access_expires_at: Timestamp,
    /// What the next access token is got with; good for one use.
    pub(in crate::cli) refresh_token: Secret,
}

impl Account {
    /// Whether the access token will do for a request at `now`, given that `rejected` will not.
    pub(in crate::cli) fn serves(&self, now: Timestamp, rejected: Option<&Secret>) -> bool {
        let is_rejected = rejected.is_some_and(|rejected| rejected.is(&self.access_token));
        let lasts = now.checked_add(SPARE).is_ok_and(|then| then < self.access_expires_at);
        lasts && !is_rejected
    }

    #[cfg(test)]
    pub(in crate::cli) fn for_tests(user: &str) -> Self {
        Self {
            user: user.to_owned(),
            access_token: Secret::new("access".into()),
            access_expires_at: Timestamp::UNIX_EPOCH,
            refresh_token: Secret::new("refresh".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_token_serves_until_shortly_before_its_end() {
        let expires = Timestamp::from_second(1_000).unwrap();
        let account = Account { access_expires_at: expires, ..Account::for_tests("a") };
        let at = |second| Timestamp::from_second(second).unwrap();
        assert!(account.serves(at(0), None));
        assert!(account.serves(at(979), None));
        assert!(!account.serves(at(980), None));
        assert!(!account.serves(at(2_000), None));
        assert!(!account.serves(Timestamp::MAX, None));
    }

    #[test]
    fn a_rejected_access_token_serves_no_more() {
        let account = Account { access_expires_at: Timestamp::MAX, ..Account::for_tests("a") };
        assert!(!account.serves(Timestamp::UNIX_EPOCH, Some(&account.access_token)));
        assert!(account.serves(Timestamp::UNIX_EPOCH, Some(&Secret::new("older".into()))));
    }
}
