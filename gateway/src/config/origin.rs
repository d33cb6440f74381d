//! Where a value came from.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::field::Field;
use super::value::Value;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// A line of the file.
    File(Place),
    /// An environment variable, by name.
    Variable(String),
    /// A flag, without its dashes.
    Flag(&'static str),
}

impl Origin {
    /// A word for scripts.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File(_) => "file",
            Self::Variable(_) => "variable",
            Self::Flag(_) => "flag",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(place) => place.fmt(f),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => write!(f, "--{name}"),
        }
    }
}

/// A place in the file; shown as editors understand it, `path:line:column`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    path: Arc<Path>,
    line: usize,
    column: usize,
}

impl Place {
    /// That of the byte at `offset` of `text`, which is what `path` holds.
    pub(super) fn of(path: &Arc<Path>, text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            path: Arc::clone(path),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.path.to_path_buf()
    }

    /// The line, counted from one.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display().to_string();
        write!(f, "{}:{}:{}", path.escape_debug(), self.line, self.column)
    }
}

/// A value that somebody gave, already held to its rule.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) field: &'static Field,
    pub(super) value: Value,
    pub(super) origin: Origin,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_from_one_and_in_characters() {
        let path: Arc<Path> = Path::new("a.toml").into();
        let text = "one\n\ngrün = 1\n";
        for (offset, place) in [
            (0, "a.toml:1:1"),
            (2, "a.toml:1:3"),
            (4, "a.toml:2:1"),
            (5, "a.toml:3:1"),
            (text.find('=').unwrap(), "a.toml:3:6"),
            (text.len(), "a.toml:4:1"),
        ] {
            assert_eq!(Place::of(&path, text, offset).to_string(), place);
        }
    }
}
