//! `[log]`: what is logged, and how.

use serde::Deserialize;

/// Logs go to standard error.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// A filter of targets and levels, such as `info` or `cidlock=debug,warn` (`--log`; default
    /// `info`).
    pub filter: String,
    /// One JSON object a line instead of text (`--log-json`; default false).
    pub json: bool,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { filter: "info".to_owned(), json: false }
    }
}
