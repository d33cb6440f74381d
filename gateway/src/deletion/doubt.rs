//! Whether the clock can be trusted with deleting something.
//!
//! A clock that is wrong makes files look over that are not, and what is deleted does not come
//! back. So the wall clock is compared with what has passed on the machine since the start, and
//! with the latest time that was ever recorded.

use std::time::{Duration, Instant};

use cidlock_crypto::UnixTime;

/// How far the wall clock may be from what has passed, or behind what was seen.
const TOLERANCE: Duration = Duration::from_secs(300);
/// How long a gateway must have run after a long absence before its clock is believed.
const PROBATION: Duration = Duration::from_secs(86_400);

/// The clock, watched since the start.
#[derive(Debug, Clone)]
pub struct ClockWatch {
    started_at: UnixTime,
    started: Instant,
    /// The latest time seen before the start; zero if none.
    seen: UnixTime,
    /// An absence longer than this is taken for a mistake of the clock at first.
    longest_absence: Duration,
}

/// Why the clock is not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Doubt {
    /// It is behind a time that was seen already.
    #[error("the clock is behind a time that was recorded before")]
    Behind,
    /// It has jumped since the start.
    #[error("the clock has jumped since the start")]
    Jumped,
    /// It is far ahead of the latest time that was seen, and the gateway has not run for a day.
    #[error("the clock is far ahead of what was recorded last; it is believed after a day")]
    FarAhead,
}

impl ClockWatch {
    /// Begins to watch at `now`; `seen` is the latest time that was recorded before.
    #[must_use]
    pub fn begin(now: UnixTime, seen: UnixTime, longest_absence: Duration) -> Self {
        Self { started_at: now, started: Instant::now(), seen, longest_absence }
    }

    /// What is wrong with the clock if it shows `now`.
    #[must_use]
    pub fn doubt(&self, now: UnixTime) -> Option<Doubt> {
        self.doubt_after(self.started.elapsed(), now)
    }

    fn doubt_after(&self, running: Duration, now: UnixTime) -> Option<Doubt> {
        let expected = self.started_at.saturating_add(running);
        let off = now.saturating_since(expected).max(expected.saturating_since(now));
        if self.seen.saturating_since(now) > TOLERANCE {
            Some(Doubt::Behind)
        } else if off > TOLERANCE {
            Some(Doubt::Jumped)
        } else if self.seen != UnixTime(0)
            && self.started_at.saturating_since(self.seen) > self.longest_absence
            && running < PROBATION
        {
            Some(Doubt::FarAhead)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 1_800_000_000;
    const WEEK: u64 = 7 * 86_400;

    #[test]
    fn a_clock_is_trusted_only_where_all_agrees() {
        for (seen, running, now, expected) in [
            (0, 0, START, None),
            (0, 10, START + 10, None),
            (START - 5, 10, START + 10 + 299, None),
            (START - 5, 1000, START + 1000 - 299, None),
            (START - 5, 10, START + 10 + 400, Some(Doubt::Jumped)),
            (START - 5, 1000, START + 1000 - 400, Some(Doubt::Jumped)),
            (START - 5, 0, START - 86_400, Some(Doubt::Behind)),
            (START + 86_400, 0, START, Some(Doubt::Behind)),
            (START + 299, 0, START, None),
            (START - WEEK, 10, START + 10, None),
            (START - WEEK - 1, 10, START + 10, Some(Doubt::FarAhead)),
            (START - 100 * WEEK, 86_399, START + 86_399, Some(Doubt::FarAhead)),
            (START - 100 * WEEK, 86_400, START + 86_400, None),
        ] {
            let watch =
                ClockWatch::begin(UnixTime(START), UnixTime(seen), Duration::from_secs(WEEK));
            let found = watch.doubt_after(Duration::from_secs(running), UnixTime(now));
            assert_eq!(found, expected, "seen {seen}, running {running}, now {now}");
        }
    }
}
