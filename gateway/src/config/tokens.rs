//! `[tokens]`: who issues them and how long they live.

use serde::Deserialize;

use super::{ConfigError, require};

/// Issuer and lifetimes; a verifier refuses any token that lives longer than its type may.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokensConfig {
    /// The realm: issuer and audience of every token. Chosen once, at the first start (default
    /// a fresh `urn:uuid:`); later it only says which key set is expected.
    pub realm: Option<String>,
    /// Lifetime of an access token, in seconds (default 600, at most 3600).
    pub access_lifetime_s: u64,
    /// How long a session lives without being refreshed, in seconds (default 30 days).
    pub refresh_lifetime_s: u64,
    /// How long a session lives in all, in seconds (default 180 days).
    pub session_lifetime_s: u64,
    /// Lifetime of a link that asks for none, in seconds (default 7 days).
    pub share_default_lifetime_s: u64,
    /// The longest lifetime of a link, in seconds (default 90 days).
    pub share_max_lifetime_s: u64,
}

const DAY_S: u64 = 86_400;

impl Default for TokensConfig {
    fn default() -> Self {
        Self {
            realm: None,
            access_lifetime_s: 600,
            refresh_lifetime_s: 30 * DAY_S,
            session_lifetime_s: 180 * DAY_S,
            share_default_lifetime_s: 7 * DAY_S,
            share_max_lifetime_s: 90 * DAY_S,
        }
    }
}

impl TokensConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        require(
            (10..=3600).contains(&self.access_lifetime_s),
            "tokens.access_lifetime_s",
            "must be between 10 and 3600 seconds",
        )?;
        require(
            (60..=366 * DAY_S).contains(&self.refresh_lifetime_s),
            "tokens.refresh_lifetime_s",
            "must be between a minute and 366 days",
        )?;
        require(
            (60..=3660 * DAY_S).contains(&self.session_lifetime_s),
            "tokens.session_lifetime_s",
            "must be between a minute and ten years",
        )?;
        require(
            (1..=3660 * DAY_S).contains(&self.share_max_lifetime_s),
            "tokens.share_max_lifetime_s",
            "must be between a second and ten years",
        )?;
        require(
            (1..=self.share_max_lifetime_s).contains(&self.share_default_lifetime_s),
            "tokens.share_default_lifetime_s",
            "must be between a second and tokens.share_max_lifetime_s",
        )
    }
}
