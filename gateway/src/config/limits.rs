//! `[limits]`: how large things may be.

use super::amount::{GIB, MIB, MINUTE, PIB, TIB, YEAR};
use super::rule::Rule;
use super::table::table;

table! {
    /// Sizes that bound memory, disk and rows.
    pub struct LimitsConfig for limits {
        /// The largest file, in bytes of plaintext.
        max_file_bytes: u64 = 64 * GIB, Rule::Bytes(0..=16 * TIB);
        /// What all running uploads together may hold on the gateway's disk, in bytes of
        /// ciphertext. Past it an upload is answered 507.
        max_staging_bytes: u64 = 256 * GIB, Rule::Bytes(MIB..=PIB);
        /// The longest file name, in bytes of UTF-8.
        max_name_bytes: usize = 255, Rule::Bytes(1..=4096);
        /// The longest retention that an upload may ask for.
        max_retention_s: u64 = 10 * YEAR, Rule::Seconds(MINUTE..=1000 * YEAR);
        /// Password checks at once; each takes 19 MiB and some 40 ms of a core.
        max_password_checks: usize = 2, Rule::Count(1..=64);
        /// Logins that may wait for that; more are answered 503.
        max_waiting_logins: usize = 32, Rule::Count(0..=10_000);
    }
}
