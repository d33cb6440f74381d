//! Configuration: one file in TOML, a few flags, the same flags from the environment.
//!
//! A flag wins over its environment variable (`CIDLOCK_*`), which wins over the file, which wins
//! over the default. Every limit of the program stands here, with its unit at the end of its name
//! and its default in its `Default`. An unknown key is an error: a misspelt limit must not be a
//! missing one.

mod flags;
mod limits;
mod listen;
mod log;
mod tokens;

use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use flags::ServeFlags;
pub use limits::LimitsConfig;
pub use listen::HttpConfig;
pub use log::LogConfig;
pub use tokens::TokensConfig;

/// The whole configuration of `cidlock serve`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where keys, catalog, staging and the embedded engine's objects live
    /// (`--data-dir`, `CIDLOCK_DATA_DIR`; default `$XDG_DATA_HOME/cidlock`).
    pub data_dir: PathBuf,
    /// The listener and its time limits.
    pub http: HttpConfig,
    /// Sizes.
    pub limits: LimitsConfig,
    /// Issuer and lifetimes.
    pub tokens: TokensConfig,
    /// What is logged, and how.
    pub log: LogConfig,
}

impl Config {
    /// Reads the file that `flags` name (or `<data-dir>/cidlock.toml`, where that exists) and
    /// lays the flags over it.
    ///
    /// # Errors
    /// A file that was named and cannot be read, anything in it that is not understood, a value
    /// outside its limits, and no data directory to be found.
    pub fn load(flags: &ServeFlags) -> Result<Self, ConfigError> {
        let data_dir = flags.data_dir.clone().or_else(default_data_dir);
        let file = match (&flags.config, &data_dir) {
            (Some(named), _) => Some(named.clone()),
            (None, Some(dir)) => Some(dir.join("cidlock.toml")).filter(|path| path.exists()),
            (None, None) => None,
        };
        let mut config = file.map_or_else(|| Ok(Self::default()), |path| Self::read(&path))?;
        if let Some(dir) = flags.data_dir.clone() {
            config.data_dir = dir;
        } else if config.data_dir.as_os_str().is_empty() {
            config.data_dir = data_dir.ok_or(ConfigError::NoDataDir)?;
        }
        flags.lay_over(&mut config);
        config.check()?;
        Ok(config)
    }

    fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        toml::from_str(&text)
            .map_err(|source| ConfigError::Invalid { path: path.to_owned(), source })
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.http.check()?;
        self.limits.check()?;
        self.tokens.check()
    }
}

/// `$XDG_DATA_HOME/cidlock`, or `~/.local/share/cidlock`; `CIDLOCK_DATA_DIR` goes before both.
#[must_use]
pub fn default_data_dir() -> Option<PathBuf> {
    let named = std::env::var_os("CIDLOCK_DATA_DIR").filter(|value| !value.is_empty());
    named.map(PathBuf::from).or_else(|| {
        std::env::var_os("XDG_DATA_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| std::env::home_dir().map(|home| home.join(".local/share")))
            .map(|base| base.join("cidlock"))
    })
}

/// What is wrong with the configuration; all of it is the operator's to mend.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML, or has a key or value that is not understood.
    #[error("the configuration {} is not understood: {source}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Line, column and reason.
        source: toml::de::Error,
    },
    /// A value is outside its limits.
    #[error("{key} {must}")]
    OutOfRange {
        /// The key, with its table.
        key: &'static str,
        /// What it must be.
        must: &'static str,
    },
    /// Neither a flag, nor the file, nor the home directory says where data should live.
    #[error("no data directory: name one with --data-dir or CIDLOCK_DATA_DIR")]
    NoDataDir,
}

/// `Ok` if `holds`, else the error that `key` must be as `must` says.
fn require(holds: bool, key: &'static str, must: &'static str) -> Result<(), ConfigError> {
    if holds { Ok(()) } else { Err(ConfigError::OutOfRange { key, must }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_within_their_own_limits() {
        Config::default().check().unwrap();
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_it() {
        let error = toml::from_str::<Config>("[limits]\nmax_file_byte = 1").unwrap_err();
        assert!(error.to_string().contains("max_file_byte"), "{error}");
        assert!(error.to_string().contains("line 2"), "{error}");
    }

    #[test]
    fn a_value_outside_its_limits_is_an_error_that_names_its_key() {
        let config: Config = toml::from_str("[tokens]\naccess_lifetime_s = 0").unwrap();
        let error = config.check().unwrap_err();
        assert!(error.to_string().starts_with("tokens.access_lifetime_s"), "{error}");
    }

    #[test]
    fn a_flag_wins_over_the_file() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("cidlock.toml"), "[http]\nlisten = '127.0.0.1:1'").unwrap();
        let flags = ServeFlags {
            data_dir: Some(dir.path().to_owned()),
            listen: Some("127.0.0.1:2".parse().unwrap()),
            ..ServeFlags::default()
        };
        assert_eq!(Config::load(&flags).unwrap().http.listen.port(), 2);
        let flags = ServeFlags { listen: None, ..flags };
        assert_eq!(Config::load(&flags).unwrap().http.listen.port(), 1);
    }

    #[test]
    fn a_named_file_that_is_missing_is_an_error() {
        let flags = ServeFlags {
            data_dir: Some("/nowhere".into()),
            config: Some("/nowhere/cidlock.toml".into()),
            ..ServeFlags::default()
        };
        assert!(matches!(Config::load(&flags), Err(ConfigError::Unreadable { .. })));
    }
}
