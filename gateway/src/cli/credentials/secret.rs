//! A token as it is kept in memory: wiped when dropped, never shown by `Debug`.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A token or password.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Secret(SecretString);

impl Secret {
    pub(in crate::cli) fn new(text: String) -> Self {
        Self(text.into())
    }

    /// The text itself, for the request or the file it is meant for.
    pub(in crate::cli) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether both are the same. Both are ours: nobody can learn from the time it takes.
    pub(in crate::cli) fn is(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.expose().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_it() {
        assert!(!format!("{:?}", Secret::new("sesame".into())).contains("sesame"));
    }
}
