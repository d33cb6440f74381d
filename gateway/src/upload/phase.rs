//! Where an upload is, for whoever watches: one event at debug level as it enters each phase.
//!
//! The target is fixed, so that these events can be had without any others
//! (`--log cidlock::phase=debug`). They name the object by its id and say nothing else of it.

use cidlock_crypto::ObjectId;

const TARGET: &str = "cidlock::phase";

/// The phases of an upload, in their order.
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
}

impl Phase {
    /// The upload of `object` has come so far.
    pub(crate) fn entered(self, object: ObjectId) {
        let phase = match self {
            Self::Body => "body",
            Self::Statement => "statement",
            Self::Intent => "intent",
            Self::Commit => "commit",
            Self::Row => "row",
            Self::Reply => "reply",
        };
        tracing::debug!(target: TARGET, phase, %object, "upload");
    }
}
