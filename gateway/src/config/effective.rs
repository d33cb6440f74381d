//! The configuration that holds, and where each value of it came from.

use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::file::ConfigFile;
use super::flags::ServeFlags;
use super::origin::{Given, Origin};
use super::value::Value;
use super::{Config, ConfigError, FILE_NAME, Field, fields};

/// The configuration that holds, and where each value of it came from.
#[derive(Debug)]
pub struct Effective {
    config: Config,
    origins: Vec<(&'static str, Origin)>,
    file: Option<PathBuf>,
}

impl Effective {
    /// Lays the file over the defaults, the environment over that, and the flags over all. Every value
    /// must be right, also one that another overrules.
    ///
    /// The file is the one that a flag or the environment names, or `cidlock.toml` in the data
    /// directory that these say, where there is one.
    ///
    /// # Errors
    /// A file that was named and cannot be read, anything that is not understood or outside its
    /// limits, and no data directory to be found.
    pub fn load(flags: &ServeFlags, environment: &Environment) -> Result<Self, ConfigError> {
        let by_flag = flags.given()?;
        let by_variable = environment.given()?;
        let data_dir = flags.data_dir().or_else(|| environment.data_dir());
        let named = flags.file().or_else(|| environment.file());
        let found = || {
            let path = data_dir.as_ref()?.join(FILE_NAME);
            // A link to nowhere is there, too, and an error.
            path.symlink_metadata().is_ok().then_some(path)
        };
        let file = named.or_else(found);
        let by_file = match &file {
            Some(path) => ConfigFile::read(path)?.given()?,
            None => Vec::new(),
        };
        let mut effective = Self { config: Config::default(), origins: Vec::new(), file };
        for given in by_file.into_iter().chain(by_variable).chain(by_flag) {
            effective.take(given)?;
        }
        if effective.config.data_dir.as_os_str().is_empty() {
            effective.config.data_dir = data_dir.ok_or(ConfigError::NoDataDir)?;
        }
        effective.check()?;
        Ok(effective)
    }

    fn take(&mut self, given: Given) -> Result<(), ConfigError> {
        let Given { field, value, origin } = given;
        if field.put(&mut self.config, value).is_none() {
            return Err(ConfigError::refused(origin, field, None));
        }
        self.origins.retain(|(key, _)| *key != field.key);
        self.origins.push((field.key, origin));
        Ok(())
    }

    fn check(&self) -> Result<(), ConfigError> {
        for field in fields() {
            let limit = field.at_most.and_then(|key| fields().find(|other| other.key == key));
            let Some(limit_field) = limit else { continue };
            let number = |field: &Field| match field.of(&self.config) {
                Some(Value::Number(number)) => Some(number),
                _ => None,
            };
            let (Some(number), Some(limit)) = (number(field), number(limit_field)) else {
                continue;
            };
            if number > limit {
                return Err(ConfigError::TooLarge {
                    key: field.key,
                    origin: self.origin(field),
                    limit_key: limit_field.key,
                    limit,
                    limit_origin: self.origin(limit_field),
                });
            }
        }
        Ok(())
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The configuration alone.
    #[must_use]
    pub fn into_config(self) -> Config {
        self.config
    }

    /// The file that was read.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// What a setting is; none where nothing is set.
    #[must_use]
    pub fn value(&self, field: &Field) -> Option<Value> {
        field.of(&self.config)
    }

    /// Where the value of a setting came from.
    #[must_use]
    pub fn origin(&self, field: &Field) -> Origin {
        let known = self.origins.iter().find(|(key, _)| *key == field.key);
        known.map_or(Origin::Default, |(_, origin)| origin.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load<const N: usize>(
        toml: &str,
        variables: [(&str, &str); N],
        flags: &[&str],
    ) -> Result<Effective, ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE_NAME), toml).unwrap();
        let data_dir = dir.path().to_str().unwrap();
        let flags = [&["--data-dir", data_dir], flags].concat();
        Effective::load(&ServeFlags::typed(&flags), &Environment::from(variables))
    }

    fn origin(effective: &Effective, key: &str) -> String {
        let origin = effective.origin(fields().find(|field| field.key == key).unwrap());
        origin.to_string().rsplit('/').next().unwrap().to_owned()
    }

    #[test]
    fn a_flag_goes_before_a_variable_that_before_the_file_that_before_the_default() {
        let toml = "[http]\nlisten = '127.0.0.1:1'";
        let variable = [("CIDLOCK_HTTP_LISTEN", "127.0.0.1:2")];
        let flag = ["--listen", "127.0.0.1:3"];
        for (effective, port, from) in [
            (load("", [], &[]), 8787, "default"),
            (load(toml, [], &[]), 1, "cidlock.toml:2:1"),
            (load(toml, variable, &[]), 2, "CIDLOCK_HTTP_LISTEN"),
            (load(toml, variable, &flag), 3, "--listen"),
            (load("", variable, &flag), 3, "--listen"),
        ] {
            let effective = effective.unwrap();
            assert_eq!(effective.config().http.listen.port(), port, "{from}");
            assert_eq!(origin(&effective, "http.listen"), from);
            assert_eq!(origin(&effective, "http.drain_timeout_s"), "default");
        }
    }

    #[test]
    fn a_switch_can_be_turned_off_again() {
        let toml = "[log]\njson = true";
        let off = [("CIDLOCK_LOG_JSON", "false")];
        for (effective, json) in [
            (load(toml, [], &[]), true),
            (load(toml, off, &[]), false),
            (load(toml, off, &["--log-json"]), true),
            (load(toml, [], &["--log-json=false"]), false),
        ] {
            assert_eq!(effective.unwrap().config().log.json, json);
        }
    }

    #[test]
    fn every_setting_can_come_from_its_variables() {
        for field in fields() {
            for variable in field.variables() {
                let default = field.default().filter(|_| field.otherwise.is_none());
                let otherwise = match field.key {
                    "kubo.nodes" => "a=http://a.example",
                    "kubo.gc_window" => "02:00-05:00",
                    _ => "http://a.example",
                };
                let text = default.map_or_else(|| otherwise.to_owned(), |v| v.to_text());
                let variables = [(variable.as_str(), text.as_str())];
                let flags = ServeFlags::typed(&[]);
                let mut environment = Environment::from(variables);
                environment.set_data_home("/home/ann");
                let effective = Effective::load(&flags, &environment).unwrap();
                assert_eq!(effective.origin(field).to_string(), variable);
                assert_eq!(effective.value(field).unwrap().to_text(), text);
            }
        }
    }

    #[test]
    fn a_value_that_another_overrules_must_be_right_as_well() {
        let flag = ["--listen", "127.0.0.1:3"];
        assert!(load("http.listen = 1", [], &flag).is_err());
        assert!(load("", [("CIDLOCK_LISTEN", "x")], &flag).is_err());
    }

    #[test]
    fn a_limit_that_is_another_setting_names_both() {
        let toml = "[tokens]\nshare_max_lifetime_s = 3600";
        let error = load(toml, [], &[]).unwrap_err().to_string();
        assert!(error.starts_with("tokens.share_default_lifetime_s (default) must be"), "{error}");
        assert!(error.contains("tokens.share_max_lifetime_s, which is 3600 ("), "{error}");
        assert!(error.ends_with("cidlock.toml:2:1)"), "{error}");
        let less = [("CIDLOCK_TOKENS_SHARE_DEFAULT_LIFETIME_S", "3600")];
        assert!(load(toml, less, &[]).is_ok());
    }

    #[test]
    fn the_file_is_the_one_that_is_named_or_that_of_the_data_directory() {
        let dir = tempfile::tempdir().unwrap();
        let other = dir.path().join("other.toml");
        std::fs::write(&other, "[log]\nfilter = 'warn'").unwrap();
        let other = other.to_str().unwrap();
        let toml = "[log]\nfilter = 'error'";
        for (effective, filter) in [
            (load(toml, [], &[]), "error"),
            (load(toml, [("CIDLOCK_CONFIG", "")], &[]), "error"),
            (load(toml, [("CIDLOCK_CONFIG", other)], &[]), "warn"),
            (load(toml, [("CIDLOCK_CONFIG", "/nowhere")], &["--config", other]), "warn"),
        ] {
            assert_eq!(effective.unwrap().config().log.filter, filter);
        }
        let missing = load("", [], &["--config", "/nowhere/cidlock.toml"]);
        assert!(matches!(missing, Err(ConfigError::Unreadable { .. })));
    }

    #[test]
    fn a_file_that_is_named_may_say_where_data_lives() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.toml");
        std::fs::write(&file, "data_dir = '/srv/cidlock'").unwrap();
        let flags = ServeFlags::typed(&["--config", file.to_str().unwrap()]);
        let effective = Effective::load(&flags, &Environment::default()).unwrap();
        assert_eq!(effective.config().data_dir, Path::new("/srv/cidlock"));
        let nowhere = Effective::load(&ServeFlags::typed(&[]), &Environment::default());
        assert!(matches!(nowhere, Err(ConfigError::NoDataDir)));
    }
}
