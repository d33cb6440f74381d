//! The process environment, as far as it is anybody's configuration.
//!
//! A setting has the variable of its key, `CIDLOCK_<TABLE>_<FIELD>`, and some a short one besides. An
//! empty variable counts as none. A variable that begins like a table's and names none of its settings
//! is an error, since a misspelt limit must not be a missing one; all other variables are somebody
//! else's. What a variable holds is never repeated in an error.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::nearest::{distance, suggestion};
use super::origin::{Given, Origin};
use super::{ConfigError, DATA_DIR, FILE_VARIABLE, Field, fields, tables};

/// What was in the environment at one moment.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, OsString>,
    data_home: Option<PathBuf>,
}

impl Environment {
    /// That of this process.
    #[must_use]
    pub fn of_the_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .collect::<BTreeMap<_, _>>();
        let data_home = variables
            .get("XDG_DATA_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| std::env::home_dir().map(|home| home.join(".local/share")));
        Self { variables: only_ours(variables), data_home }
    }

    /// The file that is named.
    pub(super) fn file(&self) -> Option<PathBuf> {
        self.get(FILE_VARIABLE).map(PathBuf::from)
    }

    /// The data directory of whoever names none in a flag or file: that of the variable, or
    /// `$XDG_DATA_HOME/cidlock`.
    pub(super) fn data_dir(&self) -> Option<PathBuf> {
        let named = DATA_DIR.variables().find_map(|name| self.get(&name).map(PathBuf::from));
        named.or_else(|| self.data_home.as_ref().map(|base| base.join("cidlock")))
    }

    /// Every setting that is given here.
    pub(super) fn given(&self) -> Result<Vec<Given>, ConfigError> {
        self.refuse_unknown()?;
        let given = fields().filter_map(|field| self.of(field).transpose());
        given.collect()
    }

    fn of(&self, field: &'static Field) -> Result<Option<Given>, ConfigError> {
        let named = |name: String| self.get(&name).map(|text| (name.clone(), text));
        let mut said = field.variables().filter_map(named);
        let Some((name, text)) = said.next() else { return Ok(None) };
        if let Some((other, _)) = said.next().filter(|(_, other)| *other != text) {
            return Err(ConfigError::TwoVariables { one: name, other });
        }
        let origin = Origin::Variable(name);
        match field.rule.read_text(text) {
            Some(value) => Ok(Some(Given { field, value, origin })),
            None => Err(ConfigError::refused(origin, field, None)),
        }
    }

    fn get(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(name).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    fn refuse_unknown(&self) -> Result<(), ConfigError> {
        let known: Vec<String> = fields().flat_map(Field::variables).collect();
        for name in self.variables.keys().filter(|name| !known.contains(*name)) {
            let Some(prefix) = prefix_of(name) else { continue };
            let siblings = known.iter().filter(|known| known.starts_with(&prefix));
            let near = known.iter().map(|known| (known.clone(), distance(known, name)));
            // What all of them begin with says nothing about what was meant.
            let hint = suggestion(near, &name[prefix.len()..], || {
                let siblings: Vec<&str> = siblings.map(String::as_str).collect();
                format!("there are {}", siblings.join(", "))
            });
            let name = name.escape_debug().to_string();
            return Err(ConfigError::UnknownVariable { name, hint });
        }
        Ok(())
    }
}

/// A made-up environment, for tests.
#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(variables: [(&str, &str); N]) -> Self {
        let own = |(name, value): (&str, &str)| (name.to_owned(), OsString::from(value));
        Self { variables: variables.map(own).into(), data_home: None }
    }
}

#[cfg(test)]
impl Environment {
    pub(super) fn set_data_home(&mut self, path: &str) {
        self.data_home = Some(path.into());
    }
}

fn only_ours(variables: BTreeMap<String, OsString>) -> BTreeMap<String, OsString> {
    variables.into_iter().filter(|(name, _)| name.starts_with("CIDLOCK_")).collect()
}

/// How the variables of the table begin that `name` seems to be of.
fn prefix_of(name: &str) -> Option<String> {
    let prefixes = tables().iter().filter(|table| !table.name.is_empty());
    let mut prefixes = prefixes.map(|table| format!("CIDLOCK_{}_", table.name.to_uppercase()));
    prefixes.find(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error<const N: usize>(variables: [(&str, &str); N]) -> String {
        Environment::from(variables).given().unwrap_err().to_string()
    }

    #[test]
    fn a_variable_without_a_setting_names_the_nearest_or_all() {
        for (name, hint) in [
            ("CIDLOCK_LIMITS_MAX_FILE_BYTE", "did you mean CIDLOCK_LIMITS_MAX_FILE_BYTES?"),
            ("CIDLOCK_LIMITS_MAX_FIEL_BYTES", "did you mean CIDLOCK_LIMITS_MAX_FILE_BYTES?"),
            ("CIDLOCK_HTTP_LISTEN_ADDR", "there are CIDLOCK_HTTP_LISTEN, CIDLOCK_HTTP_PUBLIC_URL"),
            ("CIDLOCK_LOG_LEVEL", "there are CIDLOCK_LOG_FILTER, CIDLOCK_LOG_JSON"),
            ("CIDLOCK_LOG_", "did you mean CIDLOCK_LOG?"),
        ] {
            let error = error([(name, "x")]);
            assert!(error.contains(&format!("no variable {name}: {hint}")), "{error}");
        }
    }

    #[test]
    fn variables_of_others_are_left_alone() {
        let others = [("CIDLOCK_SERVER", "x"), ("CIDLOCK_TEST_IPFS", "x"), ("CIDLOCK_CACHE", "x")];
        assert!(Environment::from(others).given().unwrap().is_empty());
    }

    #[test]
    fn a_value_that_is_refused_is_not_repeated() {
        for name in ["CIDLOCK_LISTEN", "CIDLOCK_HTTP_LISTEN"] {
            let error = error([(name, "sesame")]);
            assert!(error.starts_with(&format!("{name}: http.listen must be an add")), "{error}");
            assert!(!error.contains("sesame"), "{error}");
        }
    }

    #[test]
    fn two_variables_for_one_setting_must_agree() {
        let both = |one, other| {
            Environment::from([("CIDLOCK_LOG", one), ("CIDLOCK_LOG_FILTER", other)]).given()
        };
        assert_eq!(both("warn", "warn").unwrap().len(), 1);
        assert_eq!(both("warn", "").unwrap().len(), 1);
        let error = both("warn", "info").unwrap_err().to_string();
        assert!(error.contains("CIDLOCK_LOG and CIDLOCK_LOG_FILTER"), "{error}");
    }
}
