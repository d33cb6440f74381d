//! A part of every day.

use cidlock_crypto::UnixTime;

use super::amount::DAY;
use super::value::{Held, Value};

/// From one time of the day to another, in UTC; it may go over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Minutes after midnight.
    from: u16,
    /// Minutes after midnight; not the same.
    to: u16,
}

impl Window {
    /// Reads `HH:MM-HH:MM`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        let window = Self { from: minutes(from)?, to: minutes(to)? };
        (window.from != window.to).then_some(window)
    }

    /// When the window opened in which `now` is; none outside it.
    #[must_use]
    pub fn opened_before(&self, now: UnixTime) -> Option<UnixTime> {
        let [from, to] = [self.from, self.to].map(|minutes| u64::from(minutes) * 60);
        let since = (now.0 % DAY + DAY - from) % DAY;
        let length = (to + DAY - from) % DAY;
        (since < length).then(|| UnixTime(now.0.saturating_sub(since)))
    }
}

/// Two digits each.
fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str, limit| {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number: &u16| digits && *number < limit)
    };
    Some(number(hours, 24)? * 60 + number(minutes, 60)?)
}

impl Held for Window {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => Self::parse(&text),
            _ => None,
        }
    }

    fn to_value(&self) -> Option<Value> {
        let time = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        Some(Value::Text(format!("{}-{}", time(self.from), time(self.to))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_knows_when_it_opened() {
        let midnight = 20_000 * DAY;
        let at = |hour: u64, minute: u64| UnixTime(midnight + hour * 3600 + minute * 60);
        let night = Window::parse("02:30-04:00").unwrap();
        assert_eq!(night.opened_before(UnixTime(at(2, 30).0 - 1)), None);
        assert_eq!(night.opened_before(at(2, 30)), Some(at(2, 30)));
        assert_eq!(night.opened_before(UnixTime(at(4, 0).0 - 1)), Some(at(2, 30)));
        assert_eq!(night.opened_before(at(4, 0)), None);

        let over = Window::parse("23:00-01:00").unwrap();
        assert_eq!(over.opened_before(at(23, 5)), Some(at(23, 0)));
        assert_eq!(over.opened_before(at(0, 59)), Some(UnixTime(at(0, 0).0 - 3600)));
        assert_eq!(over.opened_before(at(1, 0)), None);
        assert_eq!(over.opened_before(at(22, 59)), None);
        assert_eq!(over.to_value().and_then(Window::from_value), Some(over));
    }

    #[test]
    fn whatever_is_no_window_is_refused() {
        for text in [
            "",
            "-",
            "02:00",
            "02:00-",
            "2:00-03:00",
            "02:00-24:00",
            "02:60-03:00",
            "02:00-02:00",
            "+2:00-03:00",
            "02:00 - 03:00",
            "02:00-03:00-04:00",
        ] {
            assert_eq!(Window::parse(text), None, "{text}");
        }
    }
}
