//! `[retention]`: what happens to files whose time is over.

use super::amount::{DAY, HOUR, YEAR};
use super::rule::Rule;
use super::table::table;

table! {
    /// A file whose retention is over is no longer shown; it is deleted after a grace.
    pub struct RetentionConfig for retention {
        /// How long a file is kept after its retention is over, so that a mistaken clock or a
        /// mistaken order can be noticed. While the clock is in doubt nothing is deleted.
        grace_s: u64 = 7 * DAY, Rule::Seconds(0..=10 * YEAR);
        /// How often it is looked whether a file is to be deleted.
        check_interval_s: u64 = HOUR, Rule::Seconds(1..=DAY);
    }
}
