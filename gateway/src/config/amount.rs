//! Numbers as people say them: `64 GiB`, `30 days`.

/// Bytes in a kibibyte.
pub(super) const KIB: u64 = 1 << 10;
/// Bytes in a mebibyte.
pub(super) const MIB: u64 = KIB << 10;
/// Bytes in a gibibyte.
pub(super) const GIB: u64 = MIB << 10;
/// Bytes in a tebibyte.
pub(super) const TIB: u64 = GIB << 10;
/// Bytes in a pebibyte.
pub(super) const PIB: u64 = TIB << 10;

/// Seconds in a minute.
pub(super) const MINUTE: u64 = 60;
/// Seconds in an hour.
pub(super) const HOUR: u64 = 60 * MINUTE;
/// Seconds in a day.
pub(super) const DAY: u64 = 24 * HOUR;
/// Seconds in a year of 365 days.
pub(super) const YEAR: u64 = 365 * DAY;

/// `bytes` in the largest unit in which it is a whole number.
pub(super) fn of_bytes(bytes: u64) -> String {
    in_largest(bytes, &[(PIB, " PiB"), (TIB, " TiB"), (GIB, " GiB"), (MIB, " MiB"), (KIB, " KiB")])
        .unwrap_or_else(|| counted(bytes, " byte"))
}

/// `seconds` in the largest unit in which it is a whole number.
pub(super) fn of_seconds(seconds: u64) -> String {
    let units = [(YEAR, " year"), (DAY, " day"), (HOUR, " hour"), (MINUTE, " minute")];
    let unit = units.iter().find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit));
    unit.map_or_else(|| counted(seconds, " second"), |(unit, name)| counted(seconds / unit, name))
}

fn in_largest(number: u64, units: &[(u64, &str)]) -> Option<String> {
    let (unit, name) =
        units.iter().find(|(unit, _)| number >= *unit && number.is_multiple_of(*unit))?;
    Some(format!("{}{name}", number / unit))
}

fn counted(number: u64, name: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number}{name}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_said_in_the_largest_unit_that_keeps_it_exact() {
        for (bytes, said) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1000, "1000 bytes"),
            (1024, "1 KiB"),
            (1025, "1025 bytes"),
            (3 * MIB, "3 MiB"),
            (1536 * MIB, "1536 MiB"),
            (64 * GIB, "64 GiB"),
            (1024 * GIB, "1 TiB"),
        ] {
            assert_eq!(of_bytes(bytes), said);
        }
        for (seconds, said) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (90, "90 seconds"),
            (5400, "90 minutes"),
            (86_400, "1 day"),
            (366 * DAY, "366 days"),
            (10 * YEAR, "10 years"),
        ] {
            assert_eq!(of_seconds(seconds), said);
        }
    }
}
