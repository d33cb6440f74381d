//! The one line that the log has of a request, written when it is known how it ended.
//!
//! A [`Line`] goes with the request: it belongs to the layer until there is an answer, then to the
//! answer's body, then to the connection, until that has handed the last byte to the system. Whoever
//! drops it writes it, so that there is one whatever becomes of the request.
//!
//! Nothing in it is the client's choice but the request's id, which was checked.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use cidlock_ipfs_client::engine::EngineError;
use http::{Method, StatusCode};

use crate::access::Ended;
use crate::download::DownloadError;
use crate::http::connection::Connection;

/// The fixed target of these lines, for filters.
const TARGET: &str = "cidlock::request";

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum End {
    /// The whole answer was handed to the system.
    Complete,
    /// The client went away, in its own body or in the answer.
    ClientCut,
    /// The gateway broke it off; why, in one word.
    Cut(&'static str),
}

impl End {
    fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::ClientCut => "client_cut",
            Self::Cut(_) => "cut",
        }
    }

    fn reason(self) -> Option<&'static str> {
        if let Self::Cut(reason) = self { Some(reason) } else { None }
    }

    /// Why the gateway broke an answer off whose body failed with `error`.
    pub(super) fn failed(error: &(dyn Error + 'static)) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(error) = error.downcast_ref::<DownloadError>() {
                return Self::Cut(match error {
                    DownloadError::Ended(Ended::Revoked) => "revoked",
                    DownloadError::Ended(_) => "expired",
                    DownloadError::Engine(EngineError::Corrupt { .. }) => "corrupt",
                    DownloadError::Engine(_) => "engine",
                    _ => "corrupt",
                });
            }
            cause = error.source();
        }
        Self::Cut("internal")
    }
}

/// What has come of a request's body, as far as its handler has asked for it.
#[derive(Debug, Default)]
pub(in crate::http) struct Arriving {
    bytes: AtomicU64,
    cut: AtomicBool,
}

impl Arriving {
    /// `len` more bytes were taken.
    pub(in crate::http) fn came(&self, len: usize) {
        self.bytes.fetch_add(len as u64, Ordering::Relaxed);
    }

    /// It ended before its end.
    pub(in crate::http) fn was_cut(&self) {
        self.cut.store(true, Ordering::Relaxed);
    }
}

/// What is known of a request so far.
#[derive(Debug)]
pub(in crate::http) struct Line {
    pub(super) method: &'static str,
    /// The route's template; the path itself may have a name in it.
    pub(super) route: Option<String>,
    pub(super) request_id: String,
    pub(super) begun: Instant,
    pub(super) arriving: Arc<Arriving>,
    /// `None` until there is an answer.
    pub(super) status: Option<StatusCode>,
    /// That of the problem, where the answer is one.
    pub(super) code: Option<&'static str>,
    pub(super) bytes_out: u64,
    pub(super) connection: Option<Arc<Connection>>,
    /// `None` as long as whoever drops this has cut the request short.
    pub(super) end: Option<End>,
}

impl Line {
    /// Writes it, with this end.
    pub(in crate::http) fn write(mut self, end: End) {
        self.end = Some(end);
    }

    /// The whole answer is on its way; the connection knows when the system has it.
    pub(super) fn answered(self) {
        match self.connection.clone() {
            Some(connection) => connection.answered(self),
            None => self.write(End::Complete),
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let connection = self.connection.as_ref();
        let cut_short = || connection.map_or(End::ClientCut, |connection| connection.cut_short());
        let end = if self.arriving.cut.load(Ordering::Relaxed) {
            End::ClientCut
        } else {
            self.end.unwrap_or_else(cut_short)
        };
        tracing::info!(
            target: TARGET,
            parent: None,
            method = self.method,
            route = self.route,
            status = self.status.map(|status| status.as_u16()),
            code = self.code,
            end = end.name(),
            reason = end.reason(),
            bytes_in = self.arriving.bytes.load(Ordering::Relaxed),
            bytes_out = self.bytes_out,
            duration_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            request_id = self.request_id,
            "request"
        );
    }
}

/// The method's name; one that is not of HTTP could be any text.
pub(super) fn method_name(method: &Method) -> &'static str {
    const KNOWN: [(&Method, &str); 9] = [
        (&Method::GET, "GET"),
        (&Method::HEAD, "HEAD"),
        (&Method::POST, "POST"),
        (&Method::PUT, "PUT"),
        (&Method::PATCH, "PATCH"),
        (&Method::DELETE, "DELETE"),
        (&Method::OPTIONS, "OPTIONS"),
        (&Method::TRACE, "TRACE"),
        (&Method::CONNECT, "CONNECT"),
    ];
    KNOWN.iter().find(|(known, _)| *known == method).map_or("other", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use cidlock_crypto::chunked::OpenError;

    use super::*;

    #[test]
    fn a_body_that_fails_says_why_through_whatever_wraps_its_error() {
        let unavailable = EngineError::Unavailable { doing: "read", source: "gone".into() };
        let corrupt = EngineError::Corrupt { what: String::new(), problem: String::new() };
        for (error, reason) in [
            (DownloadError::Ended(Ended::Revoked), "revoked"),
            (DownloadError::Ended(Ended::Expired), "expired"),
            (DownloadError::Engine(unavailable), "engine"),
            (DownloadError::Engine(corrupt), "corrupt"),
            (DownloadError::Open(OpenError::Chunk { chunk: 0 }), "corrupt"),
            (DownloadError::HeaderCut, "corrupt"),
        ] {
            assert_eq!(End::failed(&error), End::Cut(reason));
            let wrapped = axum::Error::new(axum::Error::new(error));
            assert_eq!(End::failed(&wrapped), End::Cut(reason));
        }
        assert_eq!(End::failed(&std::io::Error::other("?")), End::Cut("internal"));
    }

    #[test]
    fn a_method_that_is_none_is_not_repeated() {
        assert_eq!(method_name(&Method::DELETE), "DELETE");
        assert_eq!(method_name(&Method::from_bytes(b"SECRET").unwrap()), "other");
    }
}
