//! The configuration file: TOML, of which every key is known and every value is held to its rule.

use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::nearest::{distance, suggestion};
use super::origin::{Given, Origin, Place};
use super::{ConfigError, Table, fields, rule, tables};

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// A file that has been read.
#[derive(Debug)]
pub(super) struct ConfigFile {
    path: Arc<Path>,
    text: String,
}

impl ConfigFile {
    pub(super) fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = read_text(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        Ok(Self { path: path.into(), text })
    }

    /// Every setting that is given here.
    pub(super) fn given(&self) -> Result<Vec<Given>, ConfigError> {
        let (document, errors) = DeTable::parse_recoverable(&self.text);
        // What follows on the first mistake may only be a consequence of it.
        if let Some(error) = errors.iter().min_by_key(|error| error.span().map(|span| span.start)) {
            return Err(ConfigError::Syntax {
                place: self.place(error.span().unwrap_or_default()),
                message: error.message().split_whitespace().collect::<Vec<_>>().join(" "),
            });
        }
        let top = tables().iter().find(|table| table.name.is_empty());
        let mut given = Vec::new();
        for (key, value) in in_order(document.get_ref()) {
            let table = tables().iter().find(|table| table.name == key.get_ref().as_ref());
            match (table.filter(|table| !table.name.is_empty()), value.get_ref()) {
                (Some(table), DeValue::Table(inner)) => {
                    for (key, value) in in_order(inner) {
                        given.push(self.setting(table, key, value)?);
                    }
                }
                (Some(table), other) => {
                    let place = self.place(value.span());
                    let found = rule::kind(other);
                    return Err(ConfigError::NoTable { place, name: table.name, found });
                }
                (None, _) => match top {
                    Some(top) => given.push(self.setting(top, key, value)?),
                    None => return Err(self.unknown(None, key)),
                },
            }
        }
        Ok(given)
    }

    fn setting(
        &self,
        table: &'static Table,
        key: &Spanned<DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Given, ConfigError> {
        let field = table.fields.iter().find(|field| field.name() == key.get_ref().as_ref());
        let Some(field) = field else { return Err(self.unknown(Some(table), key)) };
        match field.rule.read_toml(value.get_ref()) {
            Ok(read) => {
                let origin = Origin::File(self.place(key.span()));
                Ok(Given { field, value: read, origin })
            }
            Err(found) => {
                let origin = Origin::File(self.place(value.span()));
                Err(ConfigError::refused(origin, field, found))
            }
        }
    }

    fn unknown(&self, table: Option<&Table>, key: &Spanned<DeString<'_>>) -> ConfigError {
        let name = key.get_ref().escape_debug().to_string();
        let within = table.filter(|table| !table.name.is_empty());
        let full = within.map_or_else(|| name.clone(), |table| format!("{}.{name}", table.name));
        // A setting may also have been put under another table, or under none.
        let near_field = |field: &super::Field| {
            let by_name = distance(field.name(), &name).saturating_add(1);
            (format!("`{}`", field.key), distance(field.key, &full).min(by_name))
        };
        let near_tables =
            tables().iter().filter(|table| within.is_none() && !table.name.is_empty());
        let near_tables =
            near_tables.map(|table| (format!("[{}]", table.name), distance(table.name, &name)));
        let hint =
            suggestion(near_tables.chain(fields().map(near_field)), &name, || match within {
                Some(table) => {
                    let names: Vec<&str> = table.fields.iter().map(super::Field::name).collect();
                    format!("[{}] has {}", table.name, names.join(", "))
                }
                None => {
                    let names = tables().iter().filter(|table| !table.name.is_empty());
                    let names: Vec<String> =
                        names.map(|table| format!("[{}]", table.name)).collect();
                    format!("the tables are {}", names.join(", "))
                }
            });
        ConfigError::UnknownKey { place: self.place(key.span()), key: full, hint }
    }

    fn place(&self, span: Range<usize>) -> Place {
        Place::of(&self.path, &self.text, span.start)
    }
}

/// As they are written, so that the first mistake is the one that is named.
fn in_order<'a, 'i>(
    table: &'a DeTable<'i>,
) -> Vec<(&'a Spanned<DeString<'i>>, &'a Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let read = File::open(path)?.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if read as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 1 MiB"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        let file = ConfigFile { path: Path::new("a.toml").into(), text: text.to_owned() };
        file.given().unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_key_is_named_with_its_place_and_what_may_have_been_meant() {
        for (text, said) in [
            (
                "[limits]\nmax_file_byte = 1",
                "a.toml:2:1: there is no `limits.max_file_byte`: did you mean `limits.max_file_bytes`?",
            ),
            ("limits.max_fiel_bytes = 1", "a.toml:1:8: there is no `limits.max_fiel_bytes`: did"),
            (
                "[http]\n  max_file_bytes = 1",
                "a.toml:2:3: there is no `http.max_file_bytes`: did you mean `limits.max_file_bytes`?",
            ),
            ("listen = ''", "there is no `listen`: did you mean `http.listen`?"),
            ("[limit]\n", "a.toml:1:2: there is no `limit`: did you mean [limits]?"),
            ("datadir = ''", "did you mean `data_dir`?"),
            ("[log]\nlevel = 'info'", "there is no `log.level`: [log] has filter, json"),
            ("[kubernetes]", "the tables are [http], [limits], "),
            ("[log.files]", "a.toml:1:6: there is no `log.files`: [log] has"),
            ("\"a\\u001b[2J\" = 1", "there is no `a\\u{1b}[2J`"),
        ] {
            let error = error(text);
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn a_wrong_type_or_value_is_named_with_its_place_and_what_it_must_be() {
        for (text, said) in [
            (
                "[http]\nlisten = 8787",
                "a.toml:2:10: http.listen must be an address with a port, such as `127.0.0.1:8787` or `[::1]:8787`; this is a number",
            ),
            ("http = 1", "a.toml:1:8: `http` is a table, [http]; this is a number"),
            ("[[log]]", "`log` is a table, [log]; this is a list"),
            (
                "[log]\njson = 'true'",
                "a.toml:2:8: log.json must be true or false; this is a string",
            ),
            ("[log]\nfilter = 'a=loud'", "a.toml:2:10: log.filter must be a filter such"),
            ("data_dir = ['x']", "data_dir must be the path of a directory; this is a list"),
            (
                "[tokens]\naccess_lifetime_s = 0",
                "a.toml:2:21: tokens.access_lifetime_s must be a whole number of seconds from 10 to 3600 (1 hour)",
            ),
            ("[tokens]\naccess_lifetime_s = -1", "from 10 to 3600"),
            ("[tokens]\naccess_lifetime_s = 6e2", "; this is a fraction"),
            ("[tokens]\nrealm = ''", "tokens.realm must be 1 to 200 visible"),
        ] {
            let error = error(text);
            assert!(error.contains(said), "{error}");
        }
        let error = error("[tokens]\naccess_lifetime_s = 0");
        assert!(!error.contains("this is"), "the type is right: {error}");
    }

    #[test]
    fn what_is_no_toml_is_named_with_its_place_on_one_line() {
        for (text, place) in [
            ("[http", "a.toml:1:6: "),
            ("\nx = \n", "a.toml:2:"),
            ("x = \"a\nb\n", "a.toml:1:"),
            ("[log]\njson = true\njson = true", "a.toml:3:1: duplicate key"),
            ("[log]\n[log]", "a.toml:2:"),
        ] {
            let error = error(text);
            assert!(error.starts_with(place) && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn the_first_mistake_is_named() {
        assert!(error("[log]\nz = 1\na = 1\n[http]\nb = 1").contains("`log.z`"));
    }

    #[test]
    fn a_file_is_not_read_without_end() {
        let error = ConfigFile::read(Path::new("/dev/zero")).unwrap_err();
        assert!(error.to_string().contains("larger than 1 MiB"), "{error}");
    }
}
