//! What a token may let its bearer do with one object.

use std::fmt;
use std::ops::BitOr;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One thing that can be done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    /// Read its bytes.
    Read,
    /// See its metadata, not its bytes.
    Stat,
    /// Hand a part of one's own permissions on.
    Share,
    /// Delete it.
    Delete,
}

impl Permission {
    const EVERY: [Self; 4] = [Self::Read, Self::Stat, Self::Share, Self::Delete];

    /// The name in tokens and in the HTTP interface.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Stat => "stat",
            Self::Share => "share",
            Self::Delete => "delete",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of [`Permission`]s. In JSON it is an array of names, each at most once.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Permissions(u8);

impl Permissions {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// [`Permission::Read`] alone.
    pub const READ: Self = Self(Permission::Read.bit());
    /// [`Permission::Stat`] alone.
    pub const STAT: Self = Self(Permission::Stat.bit());
    /// [`Permission::Share`] alone.
    pub const SHARE: Self = Self(Permission::Share.bit());
    /// [`Permission::Delete`] alone.
    pub const DELETE: Self = Self(Permission::Delete.bit());
    /// Everything.
    pub const ALL: Self = Self(0b1111);

    /// Whether all of `other` is in this set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What both sets have.
    #[must_use]
    pub const fn intersect(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether the set allows nothing.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The members, always in the same order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::EVERY.into_iter().filter(move |one| self.0 & one.bit() != 0)
    }
}

impl From<Permission> for Permissions {
    fn from(one: Permission) -> Self {
        Self(one.bit())
    }
}

impl BitOr for Permissions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for Permissions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Permissions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(NamesVisitor)
    }
}

struct NamesVisitor;

impl<'de> Visitor<'de> for NamesVisitor {
    type Value = Permissions;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of permissions, each at most once")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Permissions, A::Error> {
        let mut set = Permissions::NONE;
        while let Some(one) = names.next_element::<Permission>()? {
            if set.contains(one.into()) {
                return Err(A::Error::custom("a permission is named twice"));
            }
            set = set | one.into();
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_meet_and_contain() {
        let both = Permissions::READ | Permissions::SHARE;
        assert!(both.contains(Permissions::READ));
        assert!(!both.contains(Permissions::READ | Permissions::STAT));
        assert!(both.contains(Permissions::NONE));
        assert_eq!(both.intersect(Permissions::SHARE | Permissions::DELETE), Permissions::SHARE);
        assert!(both.intersect(Permissions::STAT).is_empty());
        let all =
            Permission::EVERY.into_iter().fold(Permissions::NONE, |set, one| set | one.into());
        assert_eq!(all, Permissions::ALL);
    }

    #[test]
    fn json_is_an_array_of_names_in_one_order() {
        let set: Permissions = serde_json::from_str(r#"["share","read"]"#).unwrap();
        assert_eq!(serde_json::to_string(&set).unwrap(), r#"["read","share"]"#);
        assert_eq!(format!("{set:?}"), "{Read, Share}");
    }

    #[test]
    fn unknown_repeated_and_mistyped_names_are_refused() {
        for bad in
            [r#"["read","read"]"#, r#"["write"]"#, r#"["Read"]"#, r#""read""#, "[1]", "null", "15"]
        {
            assert!(serde_json::from_str::<Permissions>(bad).is_err(), "{bad}");
        }
    }
}
