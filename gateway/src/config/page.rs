//! `docs/configuration.md`, made of what is known of the settings.

use super::field::Field;
use super::{Table, tables};

/// A file as an installation for others may have it; a test reads it.
const EXAMPLE: &str = r#"[http]
public_url = "https://files.example.org"
download_idle_timeout_s = 60

[limits]
max_file_bytes = 10_737_418_240    # 10 GiB
max_staging_bytes = 107_374_182_400

[tokens]
share_default_lifetime_s = 86_400  # a day
share_max_lifetime_s = 604_800     # a week

[log]
json = true
"#;

const INTRODUCTION: &str = "\
# Configuration

<!-- Made by `cidlock config docs`: change the declarations in gateway/src/config instead. -->

Everything has a default: a gateway needs no configuration. A setting can be given in three ways, and
the first of them that says something holds:

1. a flag of `cidlock serve`, for those that are changed most;
2. an environment variable, `CIDLOCK_<TABLE>_<KEY>`, some of which have a short name besides;
3. the file, in TOML;

and then the default. `cidlock config print` takes the same flags as `serve` and shows what holds, and
where each value came from; what it prints can be used as a file.

The file is the one that `--config` or `CIDLOCK_CONFIG` names, else `cidlock.toml` in the data directory,
if there is one. It is at most 1 MiB long.

An unknown key, an unknown variable that begins like those of a table, and a value outside its limits
keep the gateway from starting, also where something else overrules them. A variable that is set to
nothing counts as not set. In a variable or flag, text stands without quotes, numbers have digits only,
and a switch is `true` or `false` (or `1` or `0`); a switch's flag alone means `true`.

A unit is the end of a name: `_s` is seconds, `_bytes` is bytes.
";

/// The page, in Markdown.
#[must_use]
pub fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for table in tables() {
        let heading = if table.name.is_empty() { "`data_dir`".into() } else { section(table) };
        page += &format!("\n## {heading}\n\n{}\n\n{HEAD}", one_line(table.about));
        for field in table.fields {
            page += &row(field);
        }
    }
    page + "\n## An example\n\n```toml\n" + EXAMPLE + "```\n"
}

const HEAD: &str = "\
| key | variable | flag | default | must be | meaning |
|---|---|---|---|---|---|
";

fn section(table: &Table) -> String {
    format!("`[{}]`", table.name)
}

fn row(field: &Field) -> String {
    let variables: Vec<String> = field.variables().map(|name| format!("`{name}`")).collect();
    let flag = field.flag.map(|name| format!("`--{name}`")).unwrap_or_default();
    format!(
        "| `{}` | {} | {flag} | {} | {} | {} |\n",
        field.name(),
        variables.join(", "),
        default(field),
        limits(field),
        field.sentence(),
    )
}

fn default(field: &Field) -> String {
    let default = field.default().map(|value| (value.to_toml(), field.amount_of(&value)));
    match default {
        Some((toml, Some(amount))) => format!("`{toml}` ({amount})"),
        Some((toml, None)) => format!("`{toml}`"),
        None => field.otherwise.unwrap_or_default().to_owned(),
    }
}

fn limits(field: &Field) -> String {
    let limits = field.rule.limits();
    field.at_most.map_or_else(|| limits.clone(), |key| format!("{limits}, at most `{key}`"))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::{Effective, Environment, ServeFlags};
    use super::*;

    #[test]
    fn the_page_in_the_repository_is_what_the_settings_say() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md");
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        let hint = "make it again: cargo run -- config docs > docs/configuration.md";
        assert!(kept == page(), "docs/configuration.md is not what the settings say; {hint}");
    }

    #[test]
    fn the_example_can_be_used() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.toml");
        std::fs::write(&file, EXAMPLE).unwrap();
        let flags = ["--config", file.to_str().unwrap(), "--data-dir", "/nowhere"];
        let effective = Effective::load(&ServeFlags::typed(&flags), &Environment::default());
        let config = effective.unwrap().into_config();
        assert_eq!((config.limits.max_file_bytes, config.log.json), (10 << 30, true));
    }

    #[test]
    fn a_row_has_a_cell_for_each_column() {
        let columns = HEAD.lines().next().unwrap().matches('|').count();
        for line in page().lines().filter(|line| line.starts_with("| ")) {
            assert_eq!(line.matches('|').count(), columns, "{line}");
        }
    }
}
