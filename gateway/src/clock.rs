//! What time it is, as a value that can be replaced.
//!
//! Every rule about expiry, retention and issue times asks a [`Clock`], so that tests move time
//! instead of waiting for it. Durations of network operations are not its business: those are
//! measured by the runtime's own timers.

use std::time::Duration;

use cidlock_crypto::UnixTime;
use tokio::time::{Interval, MissedTickBehavior};

/// A source of the current time.
pub trait Clock: Send + Sync + 'static {
    /// Milliseconds since 1970, as ids have them (RFC 9562, section 5.7).
    fn now_unix_ms(&self) -> u64;

    /// Whole seconds since 1970, as claims have them (RFC 7519, `NumericDate`).
    fn now(&self) -> UnixTime {
        UnixTime(self.now_unix_ms() / 1000)
    }
}

/// The system's wall clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_unix_ms(&self) -> u64 {
        // A clock set before 1970 reads as 1970: every token is then "not yet valid", which is
        // the safe side.
        u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0)
    }
}

/// Ticks, the first one at once and each of the others so long after the one before at the earliest.
#[must_use]
pub fn every(period: Duration) -> Interval {
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// `time` in the form of RFC 3339, in UTC, as every answer shows it.
#[must_use]
pub fn rfc3339(time: UnixTime) -> String {
    i64::try_from(time.0)
        .ok()
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .unwrap_or(jiff::Timestamp::MAX)
        .to_string()
}

/// The whole second in which `text`, a time in the form of RFC 3339 with its offset, lies.
#[must_use]
pub fn from_rfc3339(text: &str) -> Option<UnixTime> {
    let time: jiff::Timestamp = text.parse().ok()?;
    u64::try_from(time.as_second()).ok().map(UnixTime)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_back_and_what_is_none_does_not() {
        for (text, seconds) in [
            ("2023-11-14T22:13:20Z", Some(1_700_000_000)),
            ("2023-11-14T23:13:20.9+01:00", Some(1_700_000_000)),
            ("1970-01-01T00:00:00Z", Some(0)),
            ("1969-12-31T23:59:59Z", None),
            ("2023-11-14", None),
            ("1700000000", None),
            ("tomorrow", None),
            ("", None),
        ] {
            assert_eq!(from_rfc3339(text), seconds.map(UnixTime), "{text}");
        }
    }

    #[test]
    fn times_are_shown_in_utc_to_the_second() {
        assert_eq!(rfc3339(UnixTime(0)), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(UnixTime(1_700_000_000)), "2023-11-14T22:13:20Z");
    }

    #[test]
    fn a_time_past_the_calendar_is_shown_as_its_end() {
        assert!(rfc3339(UnixTime(u64::MAX)).starts_with("9999-12-"));
    }
}
