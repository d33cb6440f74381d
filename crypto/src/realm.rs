//! The name of a realm.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// The name of a realm: issuer and audience of its tokens and statements.
///
/// A realm is one issuer and one key set; gateways of one realm honour each other's tokens. The
/// name is 1 to 200 visible ASCII characters, compared exactly; by custom it is a URL or a URN.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Realm(String);

/// A realm's name is not 1 to 200 visible ASCII characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a realm's name has 1 to {} visible ASCII characters", Realm::MAX_LEN)]
pub struct InvalidRealm;

impl Realm {
    /// The longest name, in characters.
    pub const MAX_LEN: usize = 200;

    /// Takes a name as it is; nothing is trimmed or folded.
    ///
    /// # Errors
    /// [`InvalidRealm`] if it is empty, too long or has a character that is not visible ASCII.
    pub fn parse(name: &str) -> Result<Self, InvalidRealm> {
        let fits = (1..=Self::MAX_LEN).contains(&name.len());
        if fits && name.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(name.to_owned()))
        } else {
            Err(InvalidRealm)
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Realm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_visible_ascii_of_bounded_length() {
        for good in ["x", "https://files.example.org", &"a".repeat(200)] {
            assert_eq!(Realm::parse(good).map(|realm| realm.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", " ", "two words", "tab\t", "nul\0", "grün", &"a".repeat(201)] {
            assert_eq!(Realm::parse(bad), Err(InvalidRealm), "{bad:?}");
        }
    }

    #[test]
    fn json_cannot_smuggle_in_an_invalid_name() {
        assert!(serde_json::from_str::<Realm>("\"two words\"").is_err());
    }
}
