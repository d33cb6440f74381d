//! `[log]`: what is logged, and how.

use tracing_subscriber::filter::EnvFilter;

use super::rule::Rule;
use super::table::table;

const FILTER: Rule = Rule::Text {
    name: "FILTER",
    must: "a filter such as `info` or `cidlock=debug,warn`",
    holds: |text| EnvFilter::builder().parse(text).is_ok(),
};

table! {
    /// Logs go to standard error.
    pub struct LogConfig for log {
        /// What to log, by target and level.
        filter: String = "info".to_owned(), FILTER, flag("log"), short_variable("CIDLOCK_LOG");
        /// Log as JSON, one object a line.
        json: bool = false, Rule::Switch, flag("log-json");
    }
}
