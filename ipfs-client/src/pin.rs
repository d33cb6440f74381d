//! Pins: what an engine was asked to keep, under which name, and the proof that it does.

use std::fmt;
use std::str::FromStr;

use cid::Cid;

/// The name of a pin: 1 to 64 characters out of `a-z`, `0-9` and `-`.
///
/// Safe as a file name and in a query string.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PinName(String);

impl PinName {
    /// The longest name, in characters.
    pub const MAX_LEN: usize = 64;

    /// Takes `name` if it is a pin's name.
    pub fn parse(name: &str) -> Result<PinName, PinNameError> {
        if name.is_empty() || name.len() > Self::MAX_LEN {
            return Err(PinNameError::Length(name.len()));
        }
        match name.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-')) {
            Some(c) => Err(PinNameError::Character(c)),
            None => Ok(PinName(name.to_owned())),
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PinName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PinName {
    type Err = PinNameError;

    fn from_str(name: &str) -> Result<PinName, PinNameError> {
        PinName::parse(name)
    }
}

/// Why a text is not the name of a pin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PinNameError {
    /// Empty or too long.
    #[error("a pin's name has 1 to {max} characters, not {0}", max = PinName::MAX_LEN)]
    Length(usize),
    /// A character outside `a-z`, `0-9` and `-`.
    #[error("{0:?} may not occur in a pin's name")]
    Character(char),
}

/// One pin of an engine, as it lists it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pin {
    /// What it is called.
    pub name: PinName,
    /// The directory that is kept, with all below it.
    pub root: Cid,
}

/// Proof that an engine confirmed a pin.
///
/// Whoever records an object as stored asks for this, so that nothing unpinned can be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a pin that nobody records is a leftover"]
pub struct Pinned {
    pin: Pin,
    replicas: Vec<Replica>,
}

impl Pinned {
    /// For engines alone, and only after the keeper of the blocks confirmed that all of them are
    /// kept durably under `pin`.
    pub fn confirmed_by_engine(pin: Pin, replicas: Vec<Replica>) -> Pinned {
        Pinned { pin, replicas }
    }

    /// What is pinned.
    pub fn pin(&self) -> &Pin {
        &self.pin
    }

    /// The pin's name.
    pub fn name(&self) -> &PinName {
        &self.pin.name
    }

    /// The directory that is kept.
    pub fn root(&self) -> Cid {
        self.pin.root
    }

    /// Where the blocks are.
    pub fn replicas(&self) -> &[Replica] {
        &self.replicas
    }
}

/// One copy of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replica {
    /// The kind of engine, as [`Engine::name`](crate::engine::Engine::name) gives it.
    pub engine: String,
    /// Which node of that engine.
    pub node: String,
    /// How far that node is.
    pub status: ReplicaStatus,
}

/// How far a node is with its copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplicaStatus {
    /// All blocks are there, and kept.
    Pinned,
    /// Wanted, not there yet.
    Pending,
    /// The node refused or failed; repair will try again.
    Failed,
    /// The node has blocks that are not what they should be, and they could not be replaced.
    Damaged,
}

impl ReplicaStatus {
    /// The status as one lower-case word.
    pub fn as_str(self) -> &'static str {
        match self {
            ReplicaStatus::Pinned => "pinned",
            ReplicaStatus::Pending => "pending",
            ReplicaStatus::Failed => "failed",
            ReplicaStatus::Damaged => "damaged",
        }
    }
}

impl fmt::Display for ReplicaStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an unpin found on the nodes of an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a node that could not be asked may still keep the object"]
pub struct Removal {
    /// Each node that may have had the pin.
    pub nodes: Vec<NodeRemoval>,
}

/// What an unpin found on one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeRemoval {
    /// Which node.
    pub node: String,
    /// What it answered; `None` if it could not be asked, so that it is to be asked again.
    pub found: Option<Unpinned>,
}

impl Removal {
    /// Of an engine with one node, which answered.
    pub fn of_one(node: &str, found: Unpinned) -> Removal {
        Removal { nodes: vec![NodeRemoval { node: node.to_owned(), found: Some(found) }] }
    }

    /// Whether no node keeps the pin any more.
    pub fn is_complete(&self) -> bool {
        self.nodes.iter().all(|node| node.found.is_some())
    }

    /// What was found: [`Unpinned::Removed`] if any node had the pin; `None` if the removal is not
    /// complete.
    pub fn found(&self) -> Option<Unpinned> {
        let removed = self.nodes.iter().any(|node| node.found == Some(Unpinned::Removed));
        let found = if removed { Unpinned::Removed } else { Unpinned::WasAbsent };
        self.is_complete().then_some(found)
    }
}

/// Whether there was a pin to remove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unpinned {
    /// The pin was there and is gone.
    Removed,
    /// There was no such pin.
    WasAbsent,
}

#[cfg(test)]
mod tests {
    use super::{PinName, PinNameError};

    #[test]
    fn names_of_lower_case_letters_digits_and_hyphens_are_taken() {
        let longest = "x".repeat(PinName::MAX_LEN);
        for name in ["a", "0", "-", "0199e8a2-7c3b-7d10-8000-0123456789ab", longest.as_str()] {
            assert_eq!(PinName::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn names_that_could_be_anything_else_are_refused() {
        assert_eq!(PinName::parse(""), Err(PinNameError::Length(0)));
        assert_eq!(PinName::parse(&"x".repeat(65)), Err(PinNameError::Length(65)));
        for (name, c) in
            [("A", 'A'), ("a.b", '.'), ("a/b", '/'), ("a b", ' '), ("ä", 'ä'), ("a\0", '\0')]
        {
            assert_eq!(PinName::parse(name), Err(PinNameError::Character(c)));
        }
    }
}
