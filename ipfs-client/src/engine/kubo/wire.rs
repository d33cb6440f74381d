//! HTTP to one node: what is large or frequent. Connections are kept, but for those of
//! [long answers](straight); every wait has a limit.

mod straight;

use std::ops::Range;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use cid::Cid;
use http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderValue, RANGE,
};
use http::{Method, Request, Response, StatusCode, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::Deserialize;

pub(super) use self::straight::Straight;
use super::NodeAddress;
use super::fault::{Fault, line};
use crate::staging::FollowError;

/// What is sent.
pub(super) type Body = UnsyncBoxBody<Bytes, FollowError>;

/// How long it may take to reach a node.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// How long a connection is kept without use.
const IDLE_LIMIT: Duration = Duration::from_secs(20);
/// The most that a connection buffers, each way.
const BUFFER_LEN: usize = 128 * 1024;
/// The longest answer that is not a block.
pub(super) const MAX_ANSWER_LEN: usize = 64 * 1024;

/// A node's RPC and gateway, as they are spoken to.
pub(super) struct Wire {
    client: Client<HttpConnector, Body>,
    /// For connections that are not kept.
    connector: HttpConnector,
    address: NodeAddress,
}

impl Wire {
    pub(super) fn new(address: NodeAddress) -> Wire {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT_LIMIT));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_LIMIT)
            .http1_max_buf_size(BUFFER_LEN)
            .build(connector.clone());
        Wire { client, connector, address }
    }

    pub(super) fn address(&self) -> &NodeAddress {
        &self.address
    }

    /// Calls the RPC and reads its short answer, which must come within `limit`.
    pub(super) async fn call(&self, call: &str, limit: Duration) -> Result<Bytes, Fault> {
        within(limit, "answer", async { short(self.post(call, None, empty()).await?).await }).await
    }

    /// Calls the RPC with a body; the head of the answer comes when the node is done with it.
    pub(super) async fn post(
        &self,
        call: &str,
        media_type: Option<String>,
        body: Body,
    ) -> Result<Response<Incoming>, Fault> {
        let uri = joined(&self.address.rpc, &format!("/api/v0/{call}"))?;
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        if let Some(media_type) = media_type {
            let media_type = HeaderValue::try_from(media_type);
            let media_type = media_type.map_err(|_| Fault::Nonsense("a media type".to_owned()))?;
            request.headers_mut().insert(CONTENT_TYPE, media_type);
        }
        if let Some(authorization) = &self.address.authorization {
            request.headers_mut().insert(AUTHORIZATION, authorization.header().clone());
        }
        self.send(request).await
    }

    /// Asks for `within` of the block `cid`, which has `len` bytes. The body that comes back begins
    /// that many bytes too early, and may go on too long.
    ///
    /// Only what the node has itself: it is told to look nowhere else.
    pub(super) async fn block(
        &self,
        cid: &Cid,
        within: Range<usize>,
        len: usize,
    ) -> Result<(Incoming, usize), Fault> {
        if self.address.gateway.is_none() || within == (0..len) {
            let body = self.whole_block(cid, Some(len)).await?;
            return Ok((body, within.start));
        }
        let range = within.start as u64..within.end as u64;
        let answer = self.send(ranged(self.raw(cid)?, &range)?).await?;
        Ok((body_of(answer, StatusCode::PARTIAL_CONTENT, Some(within.len())).await?, 0))
    }

    /// Asks for the block `cid`, which has `len` bytes if that is known.
    pub(super) async fn whole_block(
        &self,
        cid: &Cid,
        len: Option<usize>,
    ) -> Result<Incoming, Fault> {
        if self.address.gateway.is_none() {
            let call = format!("block/get?arg={cid}&offline=true");
            return body_of(self.post(&call, None, empty()).await?, StatusCode::OK, None).await;
        }
        let answer = self.send(self.raw(cid)?).await?;
        body_of(answer, StatusCode::OK, len).await
    }

    /// Asks for `range` of the file `cid`, which has a gateway to be asked at.
    pub(super) async fn content(&self, cid: &Cid, range: Range<u64>) -> Result<Straight, Fault> {
        let len = usize::try_from(range.end - range.start).ok();
        let request = ranged(self.local(&format!("/ipfs/{cid}"))?, &range)?;
        let answer = straight::send(self.connector.clone(), request).await?;
        body_of(answer, StatusCode::PARTIAL_CONTENT, len).await
    }

    fn raw(&self, cid: &Cid) -> Result<Request<Body>, Fault> {
        self.local(&format!("/ipfs/{cid}?format=raw"))
    }

    /// Of the node's gateway, and of what the node has itself.
    fn local(&self, path: &str) -> Result<Request<Body>, Fault> {
        let gateway = self.address.gateway.as_ref();
        let gateway = gateway.ok_or_else(|| Fault::Nonsense("no gateway".to_owned()))?;
        let mut request = Request::new(empty());
        *request.uri_mut() = joined(gateway, path)?;
        let only_here = HeaderValue::from_static("only-if-cached");
        request.headers_mut().insert(CACHE_CONTROL, only_here);
        request.headers_mut().insert(HOST, host_of(gateway)?);
        Ok(request)
    }

    async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, Fault> {
        self.client.request(request).await.map_err(|error| {
            // What was fed may have ended early; then the node is not to blame.
            let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
            while let Some(error) = cause {
                if let Some(FollowError::Aborted) = error.downcast_ref() {
                    return Fault::Feed(FollowError::Aborted);
                }
                cause = error.source();
            }
            Fault::Unreachable(Box::new(error))
        })
    }
}

/// What is received.
pub(super) trait Received:
    hyper::body::Body<Data = Bytes, Error = hyper::Error> + Unpin
{
}

impl<B: hyper::body::Body<Data = Bytes, Error = hyper::Error> + Unpin> Received for B {}

pub(super) fn empty() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// Runs `work` for at most `limit`.
pub(super) async fn within<T>(
    limit: Duration,
    doing: &'static str,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    tokio::time::timeout(limit, work).await.map_err(|_| Fault::Silent(doing))?
}

/// The body of an answer with that status, and that many bytes if they are known.
async fn body_of<B: Received>(
    answer: Response<B>,
    status: StatusCode,
    len: Option<usize>,
) -> Result<B, Fault> {
    if answer.status() != status {
        return Err(refusal(answer).await);
    }
    let said = answer.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    match len.filter(|len| said != Some(len.to_string().as_str())) {
        Some(_) => Err(Fault::Nonsense("a block of another length".to_owned())),
        None => Ok(answer.into_body()),
    }
}

/// The whole of a short answer, if it is one of success.
pub(super) async fn short(answer: Response<Incoming>) -> Result<Bytes, Fault> {
    collected(succeeded(answer).await?).await
}

/// The body of an answer, if it is one of success.
pub(super) async fn succeeded(answer: Response<Incoming>) -> Result<Incoming, Fault> {
    body_of(answer, StatusCode::OK, None).await
}

async fn collected(mut body: impl Received) -> Result<Bytes, Fault> {
    let mut bytes = BytesMut::new();
    while let Some(piece) = bytes_of(&mut body).await? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > MAX_ANSWER_LEN {
            return Err(Fault::Nonsense("an answer that is too long".to_owned()));
        }
    }
    Ok(bytes.freeze())
}

/// The next bytes of a body; `None` at its end, if the node does not say there that it failed.
pub(super) async fn bytes_of(body: &mut impl Received) -> Result<Option<Bytes>, Fault> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Fault::Unreachable(Box::new(error)))?;
        match frame.into_data() {
            Ok(data) => return Ok(Some(data)),
            // Kubo's way to say that something failed after it had begun to answer.
            Err(trailers)
                if trailers.trailers_ref().is_some_and(|t| t.contains_key("x-stream-error")) =>
            {
                return Err(Fault::Nonsense("an error at the end of an answer".to_owned()));
            }
            Err(_) => {}
        }
    }
    Ok(None)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Refusal {
    message: String,
}

async fn refusal(answer: Response<impl Received>) -> Fault {
    let status = answer.status();
    let text = match within(CONNECT_LIMIT, "say why", collected(answer.into_body())).await {
        Ok(text) => text,
        Err(fault) => return fault,
    };
    match serde_json::from_slice::<Refusal>(&text) {
        Ok(refusal) => refused(status.as_u16(), &refusal.message),
        Err(_) => refused(status.as_u16(), &String::from_utf8_lossy(&text)),
    }
}

/// Codes say next to nothing, so the texts have to: all of them, since the reason comes last.
pub(super) fn refused(status: u16, message: &str) -> Fault {
    let says = |text: &str| message.contains(text);
    if says("no space left on device") || says("disk quota exceeded") || says("file too large") {
        return Fault::Full;
    }
    let missing =
        ["is not pinned", "not pinned or pinned indirectly", "could not find", "not found"];
    let gone = [404, 412].contains(&status);
    if gone || (status == 500 && missing.into_iter().any(says)) {
        return Fault::Missing;
    }
    Fault::Refused { status, message: line(message.as_bytes()) }
}

/// The same request for `range`, which is not empty.
fn ranged(mut request: Request<Body>, range: &Range<u64>) -> Result<Request<Body>, Fault> {
    let text = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
    let text = HeaderValue::try_from(text).map_err(|_| Fault::Nonsense("a range".to_owned()))?;
    request.headers_mut().insert(RANGE, text);
    Ok(request)
}

/// What a gateway is told that it is called: by the name `localhost` it would send every request on to a
/// host of its own for each CID.
fn host_of(gateway: &Uri) -> Result<HeaderValue, Fault> {
    let name = gateway.host().unwrap_or_default();
    let name = if name.eq_ignore_ascii_case("localhost") { "127.0.0.1" } else { name };
    let host = match gateway.port() {
        Some(port) => HeaderValue::try_from(format!("{name}:{port}")),
        None => HeaderValue::try_from(name),
    };
    host.map_err(|_| nonsense_address())
}

fn joined(base: &Uri, path: &str) -> Result<Uri, Fault> {
    let mut parts = base.clone().into_parts();
    parts.path_and_query = path.parse().ok();
    Uri::from_parts(parts).map_err(|_| nonsense_address())
}

fn nonsense_address() -> Fault {
    Fault::Nonsense("an address".to_owned())
}
