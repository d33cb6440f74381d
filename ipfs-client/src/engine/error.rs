//! What an engine can answer instead, by what its caller does next.

use std::io;

use cid::Cid;

use crate::file::is_full;
use crate::pin::{PinName, Removal, Unpinned};
use crate::staging::FollowError;

/// Why an engine did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// There is no such pin, or the object has no such member. Asking again will not help.
    #[error("{what} is not there")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// The name is taken by another root. Nothing was changed.
    #[error("the pin {name} holds another root, {held}")]
    Conflict {
        /// The name that was asked for.
        name: PinName,
        /// What it stands for.
        held: Cid,
    },
    /// What the engine holds is not what it should be: another replica may do.
    #[error("{what} is damaged: {problem}")]
    Corrupt {
        /// What was read.
        what: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The engine has no room.
    #[error("the engine has no room left")]
    Full,
    /// The engine cannot be reached or failed; the same call may do later.
    #[error("the engine cannot {doing}")]
    Unavailable {
        /// What it was about to do.
        doing: &'static str,
        /// What failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The caller asked for bytes that the content does not have.
    #[error("bytes {start}..{end} of a content of {content_len} bytes")]
    BadRange {
        /// First byte asked for.
        start: u64,
        /// End asked for.
        end: u64,
        /// Bytes that there are.
        content_len: u64,
    },
    /// The object's own feed failed, most likely because its upload was given up.
    #[error("the object's feed failed")]
    Feed(#[from] FollowError),
}

impl Removal {
    /// What was found, if all nodes answered.
    pub fn completed(&self) -> Result<Unpinned, EngineError> {
        self.found().ok_or_else(|| {
            let asked = self.nodes.iter().filter(|node| node.found.is_none());
            let names: Vec<&str> = asked.map(|node| node.node.as_str()).collect();
            let source = format!("no answer from {}", names.join(", ")).into();
            EngineError::Unavailable { doing: "remove a pin", source }
        })
    }
}

impl EngineError {
    /// Of an I/O error that is about the engine and not about one object.
    pub fn io(doing: &'static str, source: io::Error) -> EngineError {
        if is_full(&source) {
            EngineError::Full
        } else {
            EngineError::Unavailable { doing, source: Box::new(source) }
        }
    }
}
