//! The table of `ls`: name, size, age, CID.

use indicatif::HumanBytes;
use jiff::Timestamp;
use unicode_width::UnicodeWidthStr as _;

use super::super::client::FileInfo;
use super::super::output::{fit, printable};

/// The widest name that is shown, in columns.
const MAX_NAME_WIDTH: usize = 48;
const SIZE_WIDTH: usize = 10;
const AGE_WIDTH: usize = 4;

/// A table that is printed while it grows: its columns are as wide as the pages so far need.
pub(super) struct Table {
    now: Timestamp,
    name_width: usize,
    is_empty: bool,
}

impl Table {
    pub(super) fn new(now: Timestamp) -> Self {
        Self { now, name_width: "NAME".len(), is_empty: true }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// The lines for `files`, after a heading where they are the first.
    pub(super) fn rows(&mut self, files: &[FileInfo]) -> Vec<String> {
        let names: Vec<String> = files
            .iter()
            .map(|file| fit(&printable(file.name.as_deref().unwrap_or("-")), MAX_NAME_WIDTH))
            .collect();
        let widest = names.iter().map(|name| name.width()).max().unwrap_or(0);
        self.name_width = self.name_width.max(widest);
        let mut lines = Vec::with_capacity(files.len() + 1);
        if self.is_empty && !files.is_empty() {
            lines.push(self.line("NAME", "SIZE", "AGE", "CID"));
            self.is_empty = false;
        }
        for (file, name) in files.iter().zip(&names) {
            let size = HumanBytes(file.size).to_string();
            let age = age(self.now, file.created_at);
            lines.push(self.line(name, &size, &age, &printable(&file.cid)));
        }
        lines
    }

    fn line(&self, name: &str, size: &str, age: &str, cid: &str) -> String {
        // Padding by columns, which are not characters.
        let padding = self.name_width.saturating_sub(name.width());
        format!("{name}{:padding$}  {size:>SIZE_WIDTH$}  {age:>AGE_WIDTH$}  {cid}", "")
    }
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

    fn table() -> Table {
        Table::new(Timestamp::from_second(1_000_000).unwrap())
    }

    #[test]
    fn columns_line_up_whatever_the_script() {
        let rows = table().rows(&[file("a.txt", 3, 999_990), file("写真.jpg", 5 << 20, 900_000)]);
        assert_eq!(
            rows,
            [
                "NAME            SIZE   AGE  CID",
                "a.txt            3 B   10s  bafy",
                "写真.jpg    5.00 MiB    1d  bafy",
            ]
        );
    }

    #[test]
    fn control_characters_in_names_are_escaped() {
        let rows = table().rows(&[file("a\u{1b}[31m\nb", 0, 0)]);
        assert_eq!(rows.len(), 2);
        assert!(rows[1].starts_with(r"a\u{1b}[31m\nb  "), "{}", rows[1]);
    }

    #[test]
    fn a_long_name_is_cut() {
        let rows = table().rows(&[file(&"x".repeat(500), 0, 0)]);
        assert!(rows[1].starts_with(&format!("{}…  ", "x".repeat(MAX_NAME_WIDTH - 1))));
    }

    #[test]
    fn the_heading_comes_once() {
        let mut table = table();
        assert!(table.rows(&[]).is_empty());
        assert!(table.is_empty());
        assert_eq!(table.rows(&[file("a", 0, 0)]).len(), 2);
        assert_eq!(table.rows(&[file("b", 0, 0)]).len(), 1);
        assert!(!table.is_empty());
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
