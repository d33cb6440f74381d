//! What has become of a link.

use std::fmt;

use jiff::Timestamp;

use super::super::client::LinkInfo;

/// Whether a link opens its file. The gateway's word counts; this is what its times come to by the
/// clock of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Active,
    Expired,
    Revoked,
}

impl State {
    pub(super) fn of(link: &LinkInfo, now: Timestamp) -> Self {
        if link.revoked_at.is_some() {
            Self::Revoked
        } else if link.expires_at <= now {
            Self::Expired
        } else {
            Self::Active
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_link_is_active_until_it_expires_or_is_revoked() {
        for (expires_at, revoked_at, state) in [
            (101, None, State::Active),
            (100, None, State::Expired),
            (99, None, State::Expired),
            (101, Some(50), State::Revoked),
            (99, Some(50), State::Revoked),
        ] {
            let time = |second| Timestamp::from_second(second).unwrap();
            let link = serde_json::from_value(json!({
                "id": "1", "permissions": [], "expires_at": time(expires_at),
                "revoked_at": revoked_at.map(time),
            }));
            assert_eq!(State::of(&link.unwrap(), time(100)), state, "{expires_at} {revoked_at:?}");
        }
    }
}
