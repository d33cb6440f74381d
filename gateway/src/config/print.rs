//! The configuration that holds, written down: as a file that says the same, and for scripts.

use std::fmt;

use serde_json::json;
use unicode_width::UnicodeWidthStr as _;

use super::effective::Effective;
use super::field::Field;
use super::origin::Origin;
use super::{Table, tables};

/// As TOML that can be used as a file; the comment behind each value says where it came from.
impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.file() {
            Some(path) => writeln!(f, "# file: {}", path.display().to_string().escape_debug())?,
            None => writeln!(f, "# file: none")?,
        }
        for table in tables() {
            f.write_str("\n")?;
            if !table.name.is_empty() {
                writeln!(f, "[{}]", table.name)?;
            }
            self.print(table, f)?;
        }
        Ok(())
    }
}

impl Effective {
    fn print(&self, table: &Table, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<(String, String)> = table
            .fields
            .iter()
            .map(|field| (self.assignment(field), self.comment(field)))
            .collect();
        let widths = lines.iter().map(|(assignment, _)| assignment.width());
        let width = widths.filter(|width| *width <= MAX_ALIGNED).max().unwrap_or(0);
        for (assignment, comment) in lines {
            let padding = " ".repeat(width.saturating_sub(assignment.width()));
            writeln!(f, "{assignment}{padding}  # {comment}")?;
        }
        Ok(())
    }

    fn assignment(&self, field: &Field) -> String {
        match self.value(field) {
            Some(value) => format!("{} = {}", field.name(), value.to_toml()),
            None => format!("# {} =", field.name()),
        }
    }

    fn comment(&self, field: &Field) -> String {
        let origin = self.origin(field);
        let note = match self.value(field) {
            Some(value) => field.amount_of(&value),
            None => field.otherwise.map(str::to_owned),
        };
        note.map_or_else(|| origin.to_string(), |note| format!("{origin}: {note}"))
    }

    /// One object for each setting: `key`, `value`, `source` and where in that.
    pub fn to_json(&self) -> impl Iterator<Item = serde_json::Value> {
        let fields = tables().iter().flat_map(|table| table.fields);
        fields.map(|field| {
            let origin = self.origin(field);
            let place = Some(origin.to_string()).filter(|_| origin != Origin::Default);
            let value = self.value(field).map(|value| value.to_json());
            json!({ "key": field.key, "value": value, "source": origin.kind(), "place": place })
        })
    }
}

/// A line that is longer does not push the comments of the others to the right, in columns.
const MAX_ALIGNED: usize = 50;

#[cfg(test)]
mod tests {
    use super::super::{Environment, ServeFlags};
    use super::*;

    fn effective() -> Effective {
        let flags = ServeFlags::typed(&["--data-dir", "/nowhere/a \"b\"", "--log", "warn"]);
        let variables = [("CIDLOCK_LIMITS_MAX_FILE_BYTES", "1048576"), ("CIDLOCK_LOG_JSON", "1")];
        Effective::load(&flags, &Environment::from(variables)).unwrap()
    }

    #[test]
    fn what_is_printed_says_where_each_value_came_from() {
        let text = effective().to_string();
        let squeezed = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for line in [
            "# file: none",
            r#"data_dir = "/nowhere/a \"b\"" # --data-dir"#,
            "[http] listen = \"127.0.0.1:8787\" # default",
            "# public_url = # default: `http://` and the address",
            "max_file_bytes = 1048576 # CIDLOCK_LIMITS_MAX_FILE_BYTES: 1 MiB",
            "max_password_checks = 2 # default",
            "refresh_lifetime_s = 2592000 # default: 30 days",
            "filter = \"warn\" # --log",
            "json = true # CIDLOCK_LOG_JSON",
        ] {
            assert!(squeezed.contains(line), "no {line:?} in\n{text}");
        }
    }

    #[test]
    fn what_is_printed_is_a_file_that_says_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.toml");
        std::fs::write(&file, effective().to_string()).unwrap();
        let flags = ServeFlags::typed(&["--config", file.to_str().unwrap()]);
        let again = Effective::load(&flags, &Environment::default()).unwrap();
        for field in tables().iter().flat_map(|table| table.fields) {
            assert_eq!(again.value(field), effective().value(field), "{}", field.key);
        }
    }

    #[test]
    fn scripts_are_told_the_source_of_each_setting() {
        let all: Vec<_> = effective().to_json().collect();
        assert_eq!(all.len(), tables().iter().flat_map(|table| table.fields).count());
        for expected in [
            json!({ "key": "tokens.realm", "value": null, "source": "default", "place": null }),
            json!({ "key": "log.filter", "value": "warn", "source": "flag", "place": "--log" }),
            json!({ "key": "log.json", "value": true, "source": "variable", "place": "CIDLOCK_LOG_JSON" }),
        ] {
            assert!(all.contains(&expected), "no {expected} in {all:?}");
        }
    }
}
