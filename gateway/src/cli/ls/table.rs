//! The rows of `ls`: name, size, age, CID.

use indicatif::HumanBytes;
use jiff::Timestamp;

use super::super::client::FileInfo;
use super::super::output::{fit, printable};
use super::super::table::Column;

/// The widest name that is shown, in columns.
const MAX_NAME_WIDTH: usize = 48;

pub(super) const COLUMNS: [Column; 4] =
    [Column::left("NAME"), Column::right("SIZE", 10), Column::right("AGE", 4), Column::left("CID")];

/// The row of `file`, as seen at `now`.
pub(super) fn row(file: &FileInfo, now: Timestamp) -> [String; 4] {
    [
        fit(&printable(file.name.as_deref().unwrap_or("-")), MAX_NAME_WIDTH),
        HumanBytes(file.size).to_string(),
        age(now, file.created_at),
        printable(&file.cid).into_owned(),
    ]
}

/// How long ago `then` was, in its largest unit; a clock that differs from ours reads as now.
fn age(now: Timestamp, then: Timestamp) -> String {
    let seconds = now.duration_since(then).as_secs().max(0);
    for (unit, scale) in [("y", 365 * 86_400), ("d", 86_400), ("h", 3_600), ("m", 60)] {
        if seconds >= scale {
            return format!("{}{unit}", seconds / scale);
        }
    }
    format!("{seconds}s")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn file(name: &str, size: u64, second: i64) -> FileInfo {
        serde_json::from_value(json!({
            "cid": "bafy", "name": name, "size": size, "sha256": "",
            "created_at": Timestamp::from_second(second).unwrap(),
        }))
        .unwrap()
    }

    fn shown(name: &str, size: u64, second: i64) -> [String; 4] {
        row(&file(name, size, second), Timestamp::from_second(1_000_000).unwrap())
    }

    #[test]
    fn a_row_says_what_a_file_is_and_how_old() {
        assert_eq!(shown("a.txt", 3, 999_990), ["a.txt", "3 B", "10s", "bafy"]);
        assert_eq!(shown("写真.jpg", 5 << 20, 900_000), ["写真.jpg", "5.00 MiB", "1d", "bafy"]);
    }

    #[test]
    fn control_characters_in_names_are_escaped() {
        assert_eq!(shown("a\u{1b}[31m\nb", 0, 0)[0], r"a\u{1b}[31m\nb");
    }

    #[test]
    fn a_long_name_is_cut() {
        let name = &shown(&"x".repeat(500), 0, 0)[0];
        assert_eq!(*name, format!("{}…", "x".repeat(MAX_NAME_WIDTH - 1)));
    }

    #[test]
    fn ages_are_in_their_largest_unit() {
        let now = Timestamp::from_second(1_000_000_000).unwrap();
        for (seconds, shown) in [
            (-5, "0s"),
            (0, "0s"),
            (59, "59s"),
            (60, "1m"),
            (3_599, "59m"),
            (86_399, "23h"),
            (86_400, "1d"),
            (365 * 86_400, "1y"),
        ] {
            let then = Timestamp::from_second(1_000_000_000 - seconds).unwrap();
            assert_eq!(age(now, then), shown);
        }
    }
}
