//! A value of the configuration on its way between what was written and the field that keeps it.

use std::net::SocketAddr;
use std::path::PathBuf;

/// A value that a [`Rule`](super::Rule) has let through, or that a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// Bytes, seconds or a count.
    Number(u64),
    /// On or off.
    Switch(bool),
    /// Text.
    Text(String),
    /// An address and a port.
    Address(SocketAddr),
    /// The path of a directory.
    Path(PathBuf),
}

impl Value {
    /// The value as TOML.
    #[must_use]
    pub fn to_toml(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Switch(on) => on.to_string(),
            Self::Text(_) | Self::Address(_) | Self::Path(_) => quoted(&self.to_text()),
        }
    }

    /// The value as JSON.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Number(number) => (*number).into(),
            Self::Switch(on) => (*on).into(),
            Self::Text(_) | Self::Address(_) | Self::Path(_) => self.to_text().into(),
        }
    }

    /// The value as it is written in a variable. A path that is not Unicode loses what is not.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Switch(on) => on.to_string(),
            Self::Text(text) => text.clone(),
            Self::Address(address) => address.to_string(),
            Self::Path(path) => path.display().to_string(),
        }
    }
}

/// `text` as a string of TOML on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            char if char.is_control() => quoted += &format!("\\u{:04X}", u32::from(char)),
            char => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

/// A type of field: which values it takes.
pub(super) trait Held: Sized {
    /// None if this type does not hold such a value.
    fn from_value(value: Value) -> Option<Self>;

    /// None if nothing is set.
    fn to_value(&self) -> Option<Value>;
}

macro_rules! held {
    ($($variant:ident: $type:ty),* $(,)?) => {$(
        impl Held for $type {
            fn from_value(value: Value) -> Option<Self> {
                match value {
                    Value::$variant(value) => Some(value),
                    _ => None,
                }
            }

            fn to_value(&self) -> Option<Value> {
                Some(Value::$variant(self.clone()))
            }
        }
    )*};
}

held! { Number: u64, Switch: bool, Text: String, Address: SocketAddr }

impl Held for usize {
    fn from_value(value: Value) -> Option<Self> {
        u64::from_value(value).and_then(|number| number.try_into().ok())
    }

    fn to_value(&self) -> Option<Value> {
        u64::try_from(*self).ok().map(Value::Number)
    }
}

/// Empty as long as nothing is set.
impl Held for PathBuf {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Path(path) => Some(path),
            _ => None,
        }
    }

    fn to_value(&self) -> Option<Value> {
        Some(Value::Path(self.clone())).filter(|_| !self.as_os_str().is_empty())
    }
}

impl<T: Held> Held for Option<T> {
    fn from_value(value: Value) -> Option<Self> {
        T::from_value(value).map(Some)
    }

    fn to_value(&self) -> Option<Value> {
        self.as_ref().and_then(Held::to_value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_in_toml_so_that_it_reads_back() {
        for text in ["info", "a\"b", "a\\b", "line\nbreak", "'", "", "grün", "\u{7f}\u{9b}"] {
            let line = format!("key = {}", Value::Text(text.to_owned()).to_toml());
            let table: toml::Table = line.parse().unwrap();
            assert_eq!(table["key"].as_str(), Some(text), "{line}");
            assert!(!line.contains('\n'), "one line: {line}");
        }
    }
}
