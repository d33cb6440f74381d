//! How long a link or a file should live, as people write it: `90s`, `15m`, `24h`, `7d`, `1d12h`.

use std::fmt;
use std::str::FromStr;

/// The longest lifetime that is understood: ten years. A server may allow less.
const MAX_SECONDS: u64 = 10 * 365 * 86_400;

const UNITS: [(char, u64); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// A lifetime in whole seconds, between one second and ten years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lifetime(u64);

impl Lifetime {
    pub(super) fn seconds(self) -> u64 {
        self.0
    }
}

/// Why a text is no lifetime.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum LifetimeError {
    #[error("a duration is a number with a unit, such as 90s, 15m, 24h, 7d or 1d12h")]
    Malformed,
    #[error("`{0}` needs a unit: s, m, h, d or w, as in `{0}s`")]
    NoUnit(String),
    #[error("`{0}` is no unit of time: use s, m, h, d or w")]
    UnknownUnit(char),
    #[error("units go from the largest to the smallest, each once, as in 1d12h")]
    Order,
    #[error("a duration is at least one second")]
    Zero,
    #[error("a duration is at most ten years (3650d)")]
    TooLong,
}

impl FromStr for Lifetime {
    type Err = LifetimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut rest = text;
        let mut seconds = 0_u64;
        let mut units = UNITS.iter();
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, tail) = rest.split_at(digits);
            if number.is_empty() {
                return Err(LifetimeError::Malformed);
            }
            let Some(unit) = tail.chars().next() else {
                return Err(LifetimeError::NoUnit(number.to_owned()));
            };
            if !UNITS.iter().any(|(known, _)| *known == unit) {
                return Err(LifetimeError::UnknownUnit(unit));
            }
            // The iterator never goes back: a unit that is larger or repeated is not found again.
            let Some((_, scale)) = units.find(|(known, _)| *known == unit) else {
                return Err(LifetimeError::Order);
            };
            // More digits than a u64 holds are more than ten years of anything.
            let part = number.parse::<u64>().ok().and_then(|count| count.checked_mul(*scale));
            seconds =
                part.and_then(|part| seconds.checked_add(part)).ok_or(LifetimeError::TooLong)?;
            rest = &tail[unit.len_utf8()..];
        }
        match seconds {
            _ if text.is_empty() => Err(LifetimeError::Malformed),
            0 => Err(LifetimeError::Zero),
            1..=MAX_SECONDS => Ok(Self(seconds)),
            _ => Err(LifetimeError::TooLong),
        }
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        for (unit, scale) in UNITS {
            let count = rest / scale;
            rest %= scale;
            if count > 0 {
                write!(f, "{count}{unit}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units_are_added_up() {
        for (text, seconds) in [
            ("1s", 1),
            ("90s", 90),
            ("15m", 900),
            ("24h", 86_400),
            ("7d", 604_800),
            ("2w", 1_209_600),
            ("1d12h", 129_600),
            ("1w1d1h1m1s", 694_861),
            ("0h5s", 5),
            ("007d", 604_800),
            ("3650d", MAX_SECONDS),
        ] {
            assert_eq!(text.parse(), Ok(Lifetime(seconds)), "{text}");
        }
    }

    #[test]
    fn what_is_no_lifetime_says_why() {
        let huge = format!("{}s", "9".repeat(40));
        for (text, error) in [
            ("", LifetimeError::Malformed),
            ("d", LifetimeError::Malformed),
            ("-1d", LifetimeError::Malformed),
            (" 1d", LifetimeError::Malformed),
            ("1.5h", LifetimeError::UnknownUnit('.')),
            ("1 d", LifetimeError::UnknownUnit(' ')),
            ("1D", LifetimeError::UnknownUnit('D')),
            ("1é", LifetimeError::UnknownUnit('é')),
            ("90", LifetimeError::NoUnit("90".into())),
            ("1d12", LifetimeError::NoUnit("12".into())),
            ("12h1d", LifetimeError::Order),
            ("1h1h", LifetimeError::Order),
            ("0s", LifetimeError::Zero),
            ("0d0s", LifetimeError::Zero),
            ("3651d", LifetimeError::TooLong),
            ("3650d1s", LifetimeError::TooLong),
            (huge.as_str(), LifetimeError::TooLong),
        ] {
            assert_eq!(text.parse::<Lifetime>(), Err(error), "{text}");
        }
    }

    #[test]
    fn a_lifetime_is_shown_in_the_units_it_is_written_in() {
        for text in ["90s", "24h", "36h", "10d"] {
            let lifetime: Lifetime = text.parse().unwrap();
            assert_eq!(lifetime.to_string().parse(), Ok(lifetime));
        }
        assert_eq!(Lifetime(129_600).to_string(), "1d12h");
    }
}
