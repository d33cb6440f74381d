//! Configuration: flags of `cidlock serve`, the environment, one file in TOML, and the defaults, in
//! this order of precedence.
//!
//! What is known of a setting is said once, where its concern is declared ([`HttpConfig`],
//! [`LimitsConfig`], [`EngineConfig`], [`KuboConfig`], [`TokensConfig`], [`RetentionConfig`],
//! [`LogConfig`]): name, type, default, unit, limits and what it is for. The names of its variable and flag, the check of its limits, the help,
//! what is printed and `docs/configuration.md` all come out of that.
//!
//! An unknown key or variable is an error: a misspelt limit must not be a missing one. No error
//! repeats a value, and no value says where it came from but here: what reads the configuration takes
//! it as it is. The environment is read here alone, but for what `cli` keeps for itself.

mod amount;
mod effective;
mod engine;
mod environment;
mod error;
mod field;
mod file;
mod flags;
mod limits;
mod listen;
mod log;
mod nearest;
mod nodes;
mod origin;
mod page;
mod print;
mod retention;
mod rule;
mod table;
mod tokens;
mod value;
mod window;

use std::path::PathBuf;

pub use effective::Effective;
pub use engine::{EngineConfig, KuboConfig};
pub use environment::Environment;
pub use error::ConfigError;
pub use field::Field;
pub use flags::ServeFlags;
pub use limits::LimitsConfig;
pub use listen::HttpConfig;
pub use log::LogConfig;
pub use nodes::{NodeConfig, NodeList};
pub use origin::{Origin, Place};
pub use page::page;
pub use retention::RetentionConfig;
pub use rule::Rule;
pub use table::Table;
pub use tokens::TokensConfig;
pub use value::Value;
pub use window::Window;

/// The name of the file in the data directory.
const FILE_NAME: &str = "cidlock.toml";

/// The variable that names another file.
const FILE_VARIABLE: &str = "CIDLOCK_CONFIG";

/// The whole configuration of `cidlock serve`.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Where keys, catalog, staging and the embedded engine's objects live; empty until it is known.
    pub data_dir: PathBuf,
    /// The listener and its time limits.
    pub http: HttpConfig,
    /// Sizes.
    pub limits: LimitsConfig,
    /// What keeps the objects.
    pub engine: EngineConfig,
    /// Nodes that do, where the engine is Kubo.
    pub kubo: KuboConfig,
    /// Issuer and lifetimes.
    pub tokens: TokensConfig,
    /// What happens to files whose time is over.
    pub retention: RetentionConfig,
    /// What is logged, and how.
    pub log: LogConfig,
}

/// The one setting above all tables: it also says where the file is.
const DATA_DIR: Field = Field::new(
    "data_dir",
    "Where keys, catalog, uploads on their way and stored objects live.",
    Rule::Directory,
    |config| value::Held::to_value(&config.data_dir),
    |config, value| {
        config.data_dir = value::Held::from_value(value)?;
        Some(())
    },
)
.flag("data-dir")
.otherwise("`$XDG_DATA_HOME/cidlock`");

static TABLES: &[Table] = &[
    Table { name: "", about: "One setting stands above all tables.", fields: &[DATA_DIR] },
    HttpConfig::TABLE,
    LimitsConfig::TABLE,
    EngineConfig::TABLE,
    KuboConfig::TABLE,
    TokensConfig::TABLE,
    RetentionConfig::TABLE,
    LogConfig::TABLE,
];

/// Every concern, in the order in which they are shown.
#[must_use]
pub fn tables() -> &'static [Table] {
    TABLES
}

/// Every setting.
pub fn fields() -> impl Iterator<Item = &'static Field> {
    tables().iter().flat_map(|table| table.fields)
}

impl Config {
    /// The configuration that holds under `flags` and the environment of this process.
    ///
    /// # Errors
    /// Those of [`Effective::load`].
    pub fn load(flags: &ServeFlags) -> Result<Self, ConfigError> {
        Effective::load(flags, &Environment::of_the_process()).map(Effective::into_config)
    }
}

/// `$XDG_DATA_HOME/cidlock`, or `~/.local/share/cidlock`; `CIDLOCK_DATA_DIR` goes before both.
#[must_use]
pub fn default_data_dir() -> Option<PathBuf> {
    Environment::of_the_process().data_dir()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn the_defaults_are_within_their_own_limits() {
        let environment = Environment::from([("CIDLOCK_DATA_DIR", "/nowhere")]);
        Effective::load(&ServeFlags::default(), &environment).unwrap();
        for field in fields() {
            let Some(default) = field.default() else {
                assert!(field.otherwise.is_some(), "{}: says what holds instead", field.key);
                continue;
            };
            let read = field.rule.read_text(OsStr::new(&default.to_text()));
            assert_eq!(read.as_ref(), Some(&default), "{}", field.key);
            assert!(field.put(&mut Config::default(), default).is_some(), "{}", field.key);
        }
    }

    #[test]
    fn no_two_settings_share_a_name() {
        for names in [
            fields().map(|field| field.key.to_owned()).collect::<Vec<_>>(),
            fields().flat_map(Field::variables).chain([FILE_VARIABLE.to_owned()]).collect(),
            fields().filter_map(|field| field.flag.map(str::to_owned)).collect(),
        ] {
            assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
        }
    }

    #[test]
    fn a_number_says_its_unit_at_the_end_of_its_name() {
        for field in fields() {
            let unit = match field.rule {
                Rule::Bytes(_) => Some("_bytes"),
                Rule::Seconds(_) => Some("_s"),
                _ => None,
            };
            assert!(unit.is_none_or(|unit| field.key.ends_with(unit)), "{}", field.key);
        }
    }

    #[test]
    fn a_limit_that_is_another_setting_is_one() {
        for key in fields().filter_map(|field| field.at_most) {
            assert!(fields().any(|field| field.key == key), "{key}");
        }
    }
}
