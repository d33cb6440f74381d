//! What is wrong with the configuration, and where.

use std::path::PathBuf;

use super::field::Field;
use super::origin::{Origin, Place};

/// What is wrong with the configuration; all of it is the operator's to mend. None of it repeats a
/// value.
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
    /// The file is not TOML.
    #[error("{place}: {message}")]
    Syntax {
        /// Where.
        place: Place,
        /// What is wrong there.
        message: String,
    },
    /// The file has a key that is no setting.
    #[error("{place}: there is no `{key}`: {hint}")]
    UnknownKey {
        /// Where.
        place: Place,
        /// The key, with its table.
        key: String,
        /// What may have been meant.
        hint: String,
    },
    /// The file uses a table's name for something else.
    #[error("{place}: `{name}` is a table, [{name}]; this is {found}")]
    NoTable {
        /// Where.
        place: Place,
        /// The table.
        name: &'static str,
        /// What is there instead.
        found: &'static str,
    },
    /// A variable begins like a table's, and is no setting.
    #[error("there is no variable {name}: {hint}")]
    UnknownVariable {
        /// The variable.
        name: String,
        /// What may have been meant.
        hint: String,
    },
    /// Two variables of one setting disagree.
    #[error("{one} and {other} are the same setting and differ: unset one of them")]
    TwoVariables {
        /// One variable.
        one: String,
        /// The other.
        other: String,
    },
    /// A value is not what it must be.
    #[error("{origin}: {key} must be {must}{}", found.map(|found| format!("; this is {found}")).unwrap_or_default())]
    Refused {
        /// Where it came from.
        origin: Origin,
        /// The key, with its table.
        key: &'static str,
        /// What it must be.
        must: String,
        /// What it is, where its type is wrong.
        found: Option<&'static str>,
    },
    /// A value exceeds another setting.
    #[error("{key} ({origin}) must be at most {limit_key}, which is {limit} ({limit_origin})")]
    TooLarge {
        /// The key, with its table.
        key: &'static str,
        /// Where its value came from.
        origin: Origin,
        /// The key of the other.
        limit_key: &'static str,
        /// The value of the other.
        limit: u64,
        /// Where that came from.
        limit_origin: Origin,
    },
    /// Neither a flag, nor the file, nor the home directory says where data should live.
    #[error("no data directory: name one with --data-dir or CIDLOCK_DATA_DIR")]
    NoDataDir,
}

impl ConfigError {
    /// `field` may not be what it is; `found` is the kind of value where another kind is due.
    pub(super) fn refused(origin: Origin, field: &Field, found: Option<&'static str>) -> Self {
        Self::Refused { origin, key: field.key, must: field.rule.must(), found }
    }
}
