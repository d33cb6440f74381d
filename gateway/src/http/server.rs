//! The accept loop: connections bounded in number, and each of them in time and memory.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;

use super::connection::{Connection, Watched};
use crate::config::HttpConfig;

/// Read and write buffers of a connection, each, in bytes. More costs memory per slow client and
/// gains a tenth of a core per GB.
const MAX_BUF_LEN: usize = 128 << 10;

/// The longest head of a request, in bytes; a token of 8 KiB in the query must fit.
const MAX_HEAD_LEN: usize = 32 << 10;

/// The most headers of a request.
const MAX_HEADERS: usize = 64;

/// How long to wait when the system refuses to give another socket.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves `router` on `listener` until `stop` says so, then lets running requests end for at most
/// the configured time, or until `stop` says so again. What still runs then is cut.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    config: &HttpConfig,
    mut stop: impl AsyncFnMut(),
) {
    let graceful = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(config.max_connections));
    let cut = CancellationToken::new();
    {
        let mut stopped = pin!(stop());
        loop {
            let (stream, slot) = tokio::select! {
                accepted = accept(&listener, &slots) => accepted,
                () = &mut stopped => break,
            };
            let known = Connection::new(cut.clone());
            let served = connection(stream, known, router.clone(), config, graceful.watcher());
            let served = cut.clone().run_until_cancelled_owned(served);
            tokio::spawn(async move {
                served.await;
                drop(slot);
            });
        }
    }
    drop(listener);
    tracing::info!(connections = graceful.count(), "draining");
    let drained = tokio::select! {
        drained = timeout(Duration::from_secs(config.drain_timeout_s), graceful.shutdown()) => {
            drained.is_ok()
        }
        () = stop() => false,
    };
    if !drained {
        tracing::warn!("requests that still ran are cut");
    }
    cut.cancel();
    // No connection outlives this. What one has begun and left to a task of its own (a commit, a
    // revocation) may: should it meet a closed store, it is to the next start as after a crash.
    let all = u32::try_from(config.max_connections).unwrap_or(u32::MAX);
    let _ = slots.acquire_many(all).await;
}

/// The next connection, once there is a slot for it.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed, so there always is a permit in the end.
    let slot = slots.clone().acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // An answer may leave in several writes, and none is to wait for the client to
                // acknowledge the one before. A connection that is closed already can do without.
                let _ = stream.set_nodelay(true);
                return (stream, slot);
            }
            Err(error) => {
                // A client that left between the handshake and here is no reason to pause.
                if !matches!(error.kind(), io::ErrorKind::ConnectionAborted) {
                    tracing::warn!(%error, "cannot accept connections");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

fn connection(
    stream: TcpStream,
    known: Arc<Connection>,
    router: Router,
    config: &HttpConfig,
    watcher: Watcher,
) -> impl Future<Output = ()> + Send + 'static {
    let mut stream = TimeoutStream::new(stream);
    // A reader that takes nothing for so long is gone; reads are timed where bodies are read.
    stream.set_write_timeout(Some(Duration::from_secs(config.download_idle_timeout_s)));
    let stream = Watched::new(Box::pin(stream), known.clone());
    let router = TowerToHyperService::new(router);
    let router = service_fn(move |mut request: hyper::Request<_>| {
        request.extensions_mut().insert(known.clone());
        router.call(request)
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(config.header_timeout())
        .max_buf_size(MAX_BUF_LEN)
        .max_header_size(MAX_HEAD_LEN)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), router);
    let served = watcher.watch(served);
    async move {
        if let Err(error) = served.await {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}
