//! Ids of what has no format of its own: UUIDv7, so that they sort by the time of their making.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// The text is not a UUID in lower case with hyphens.
#[derive(Debug, Error)]
#[error("not an id")]
pub struct MalformedId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type,
        )]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh id.
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = MalformedId;

            /// Reads the one accepted form: 36 characters, lower case, hyphens.
            fn from_str(text: &str) -> Result<Self, MalformedId> {
                let id = Self(Uuid::try_parse(text).map_err(|_| MalformedId)?);
                if id.to_string() == text { Ok(id) } else { Err(MalformedId) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// A user: `sub` of access tokens, `owner` in statements.
    UserId
}
id! {
    /// A session, that is a family of refresh tokens: `sid` of access tokens.
    SessionId
}
id! {
    /// A link: `jti` of its share token.
    LinkId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let id = LinkId::generate();
        assert_eq!(id.to_string().parse::<LinkId>().unwrap(), id);
        for other in [
            id.to_string().to_uppercase(),
            format!("{{{id}}}"),
            format!("urn:uuid:{id}"),
            id.0.simple().to_string(),
            String::new(),
        ] {
            assert!(other.parse::<LinkId>().is_err(), "{other}");
        }
    }
}
