//! What a node can do instead of what it was asked.

use std::error::Error;

use crate::engine::EngineError;
use crate::staging::FollowError;

/// Why one node did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// It has no such block or pin.
    #[error("it has not got it")]
    Missing,
    /// Its disk is full.
    #[error("it has no room left")]
    Full,
    /// It cannot be reached, or the connection broke.
    #[error("it cannot be reached: {0}")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// It was silent for longer than it may be.
    #[error("it did not {0} in time")]
    Silent(&'static str),
    /// It says no.
    #[error("it refuses with status {status}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it says, cut to a line.
        message: String,
    },
    /// What it answers makes no sense.
    #[error("its answer makes no sense: {0}")]
    Nonsense(String),
    /// It is being fed what it should let go of.
    #[error("it is being fed that object")]
    Busy,
    /// A block that it gave is not what its CID says.
    #[error("a block that it gave is damaged")]
    Damaged,
    /// What it was fed ended early.
    #[error(transparent)]
    Feed(#[from] FollowError),
}

impl Fault {
    /// Whether the node itself is to be doubted, and not only what was asked of it.
    pub(super) fn is_of_the_node(&self) -> bool {
        matches!(self, Fault::Unreachable(_) | Fault::Silent(_))
    }

    /// The engine's error when `doing` something failed on the node `name`.
    pub(super) fn into_error(self, doing: &'static str, name: &str) -> EngineError {
        match self {
            Fault::Full => EngineError::Full,
            Fault::Feed(error) => EngineError::Feed(error),
            Fault::Damaged => EngineError::Corrupt {
                what: format!("a block on the node {name}"),
                problem: "its bytes hash to something else".to_owned(),
            },
            other => {
                EngineError::Unavailable { doing, source: format!("node {name}: {other}").into() }
            }
        }
    }
}

/// A text of a node, fit for a log line.
pub(super) fn line(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let line = text.lines().next().unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(200).collect()
}
