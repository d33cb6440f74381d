//! `[limits]`: how large things may be.

use serde::Deserialize;

use super::{ConfigError, require};

/// Sizes that bound memory, disk and rows.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// The largest file, in bytes of plaintext (default 64 GiB).
    pub max_file_bytes: u64,
    /// What all running uploads together may hold on the gateway's disk, in bytes of ciphertext
    /// (default 256 GiB). Past it an upload is answered 507.
    pub max_staging_bytes: u64,
    /// The longest file name, in bytes of UTF-8 (default 255).
    pub max_name_bytes: usize,
    /// The longest retention that an upload may ask for, in seconds (default 10 years).
    pub max_retention_s: u64,
    /// Password checks at once; each takes 19 MiB and some 40 ms of a core (default 2).
    pub max_password_checks: usize,
    /// Logins that may wait for that; more are answered 503 (default 32).
    pub max_waiting_logins: usize,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            max_file_bytes: 64 << 30,
            max_staging_bytes: 256 << 30,
            max_name_bytes: 255,
            max_retention_s: 10 * 365 * 86_400,
            max_password_checks: 2,
            max_waiting_logins: 32,
        }
    }
}

impl LimitsConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let tebi = 1_u64 << 40;
        require(
            self.max_file_bytes <= 16 * tebi,
            "limits.max_file_bytes",
            "must be at most 16 TiB",
        )?;
        require(
            self.max_staging_bytes >= 1 << 20,
            "limits.max_staging_bytes",
            "must be at least 1 MiB",
        )?;
        require(
            (1..=4096).contains(&self.max_name_bytes),
            "limits.max_name_bytes",
            "must be between 1 and 4096",
        )?;
        require(
            (60..=1_000 * 365 * 86_400).contains(&self.max_retention_s),
            "limits.max_retention_s",
            "must be between a minute and 1000 years",
        )?;
        require(
            (1..=64).contains(&self.max_password_checks),
            "limits.max_password_checks",
            "must be between 1 and 64",
        )?;
        require(
            self.max_waiting_logins <= 10_000,
            "limits.max_waiting_logins",
            "must be at most 10000",
        )
    }
}
