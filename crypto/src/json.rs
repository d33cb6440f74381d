//! Strict JSON.
//!
//! `serde_json` lets the last of repeated members win in maps and quotes values in its errors.
//! Here a repeated member is refused at every depth (RFC 7515 section 4 allows that), and errors
//! tell where, never what, because what is read may be a key or private.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;

/// Why JSON was refused, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// Not JSON.
    #[error("not JSON (line {line}, column {column})")]
    Malformed {
        /// Line, from one.
        line: usize,
        /// Column, from one.
        column: usize,
    },
    /// An object names a member twice.
    #[error("a member is repeated (line {line}, column {column})")]
    Duplicate {
        /// Line, from one.
        line: usize,
        /// Column, from one.
        column: usize,
    },
    /// A member is missing, unknown or of the wrong type.
    #[error("a member is missing, unknown or of the wrong type (line {line}, column {column})")]
    Mismatch {
        /// Line, from one.
        line: usize,
        /// Column, from one.
        column: usize,
    },
}

/// Reads a value of which no object, at any depth, has a member twice.
pub(crate) fn from_slice<T: DeserializeOwned>(json: &[u8]) -> Result<T, JsonError> {
    let duplicate = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_slice(json);
    Unique { duplicate: &duplicate }
        .deserialize(&mut reader)
        .and_then(|()| reader.end())
        .and_then(|()| serde_json::from_slice(json))
        .map_err(|error| {
            let (line, column) = (error.line(), error.column());
            match error.classify() {
                _ if duplicate.get() => JsonError::Duplicate { line, column },
                Category::Data => JsonError::Mismatch { line, column },
                _ => JsonError::Malformed { line, column },
            }
        })
}

/// Walks a value and keeps nothing of it but the names of the members of one object at a time.
#[derive(Clone, Copy)]
struct Unique<'a> {
    duplicate: &'a Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for Unique<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without repeated members")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            if !names.insert(name) {
                self.duplicate.set(true);
                return Err(A::Error::custom("a member is repeated"));
            }
            members.next_value_seed(self)?;
        }
        Ok(())
    }
}

/// Reads an optional member that, where present, must not be `null`.
pub(crate) fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn repeated_members_are_refused_at_every_depth_and_in_every_spelling() {
        for bad in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"b":2,"a":3}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"[[{"a":null,"a":null}]]"#,
            r#"{"a":1,"\u0061":2}"#,
        ] {
            let error = from_slice::<Value>(bad.as_bytes()).unwrap_err();
            assert!(matches!(error, JsonError::Duplicate { .. }), "{bad}: {error:?}");
        }
        let fine = r#"{"a":{"a":1},"b":[{"a":1},{"a":2.5e3,"c":true}],"c":"\u00e4","d":-1}"#;
        assert!(from_slice::<Value>(fine.as_bytes()).is_ok());
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for bad in ["", "{", "{}{}", "{} x", "{\"a\":1,}", "\u{feff}{}", "nul", "1e999"] {
            let error = from_slice::<Value>(bad.as_bytes()).unwrap_err();
            assert!(matches!(error, JsonError::Malformed { .. }), "{bad}: {error:?}");
        }
        let deep = "[".repeat(100_000);
        assert!(from_slice::<Value>(deep.as_bytes()).is_err());
        assert!(from_slice::<Value>(b"\"\xff\"").is_err());
    }

    #[test]
    fn errors_do_not_quote_what_was_read() {
        let error = from_slice::<u32>(br#""hunter2""#).unwrap_err();
        assert!(matches!(error, JsonError::Mismatch { .. }));
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}
