//! Where an upload or a deletion is, for whoever watches: one event at debug level as it enters each
//! phase.
//!
//! The target is fixed, so that these events can be had without any others
//! (`--log cidlock::phase=debug`). They name the object by its id and say nothing else of it.

use cidlock_crypto::ObjectId;

const TARGET: &str = "cidlock::phase";

/// The phases of an upload, in their order, then those of a deletion.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Phase {
    /// The body is sealed and staged as it comes.
    Body,
    /// It has ended; what it is is being stated and signed.
    Statement,
    /// The intent is being recorded.
    Intent,
    /// The engine is being asked to keep it.
    Commit,
    /// The intent is becoming a file in the catalog.
    Row,
    /// The file is durable, and its client is to be told.
    Reply,

    /// The catalog is being told that there is no such file any more.
    Record,
    /// The deletion is being copied into the log.
    Log,
    /// The engine is being asked to let go.
    Unpin,
    /// It has let go, and that is being recorded.
    Done,
}

impl Phase {
    /// What is done with `object` has come so far.
    pub(crate) fn entered(self, object: ObjectId) {
        let (of, phase) = match self {
            Self::Body => ("upload", "body"),
            Self::Statement => ("upload", "statement"),
            Self::Intent => ("upload", "intent"),
            Self::Commit => ("upload", "commit"),
            Self::Row => ("upload", "row"),
            Self::Reply => ("upload", "reply"),
            Self::Record => ("deletion", "record"),
            Self::Log => ("deletion", "log"),
            Self::Unpin => ("deletion", "unpin"),
            Self::Done => ("deletion", "done"),
        };
        tracing::debug!(target: TARGET, phase, %object, "{of}");
    }
}
