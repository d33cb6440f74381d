//! The signals that end a client command: what it was doing is dropped, and with it whatever
//! it had half written.

use tokio::signal::unix::{SignalKind, signal};

/// A signal that asks a program to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// Ctrl-C, SIGINT.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

impl Signal {
    /// 128 + the signal's number, as a shell reports a program that the signal ended.
    pub(super) fn exit_code(self) -> u8 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

/// Waits for one of them. Where no handler can be installed the signal keeps its usual effect.
pub(super) async fn stopped() -> Signal {
    tokio::select! {
        () = arrival(SignalKind::interrupt()) => Signal::Interrupt,
        () = arrival(SignalKind::terminate()) => Signal::Terminate,
    }
}

async fn arrival(kind: SignalKind) {
    if let Ok(mut stream) = signal(kind) {
        stream.recv().await;
    } else {
        std::future::pending::<()>().await;
    }
}
