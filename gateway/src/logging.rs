//! Logs: to standard error, as text or as JSON.
//!
//! What may be logged is not decided here but where it is logged: no query string, no header, no
//! name of a file, no secret, at any level. `docs/logs.md` says what there is.

use std::io::IsTerminal as _;

use tracing_subscriber::filter::{EnvFilter, ParseError};

use crate::config::LogConfig;

/// A library that reports each line that it reads of a node's answer, at a level that people read.
const CHATTY: &str = "ipfs_api_prelude";

/// Starts logging. A second call in the same process changes nothing.
///
/// # Errors
/// The filter is not understood.
pub fn start(config: &LogConfig) -> Result<(), ParseError> {
    let filter = EnvFilter::builder().parse(quiet(&config.filter))?;
    let colours = std::io::stderr().is_terminal();
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours);
    // An earlier subscriber, such as a test's, stays.
    let _ = if config.json { logs.json().try_init() } else { logs.try_init() };
    Ok(())
}

/// The filter, which also keeps that quiet unless it names it.
fn quiet(filter: &str) -> String {
    if filter.contains(CHATTY) { filter.to_owned() } else { format!("{CHATTY}=warn,{filter}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chatty_is_quiet_unless_it_is_named() {
        for (filter, quieted) in [
            ("info", "ipfs_api_prelude=warn,info"),
            ("", "ipfs_api_prelude=warn,"),
            ("info,ipfs_api_prelude=trace", "info,ipfs_api_prelude=trace"),
        ] {
            assert_eq!(quiet(filter), quieted);
            assert!(EnvFilter::builder().parse(quieted).is_ok(), "{quieted}");
        }
    }
}
