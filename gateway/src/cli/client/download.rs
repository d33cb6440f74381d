//! `GET /files/{cid}`: a file's bytes, from its beginning or from where an earlier answer ended; and
//! `GET /ipfs/{cid}?format=car`: the blocks that it is made of.

use std::time::Duration;

use bytes::{Buf as _, Bytes};
use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, IF_RANGE, RANGE};
use reqwest::{RequestBuilder, Response, StatusCode, Url};
use tokio::time::timeout;

use super::super::credentials::Secret;
use super::super::failure::{AskedWith, Failure};
use super::{Client, Server, answer, cause, http_client, too_slow, unreachable};

/// How long a download may go without a byte.
const IDLE_LIMIT: Duration = Duration::from_secs(90);

/// Where a file can be had, and by what authority.
pub(in crate::cli) enum Origin {
    /// A file of the user's own, by the session.
    Own { client: Client, cid: String },
    /// The blocks of a file of the user's own, by the session.
    Blocks { client: Client, cid: String },
    /// Whatever a link leads to. The link is all the authority there is.
    Link { http: reqwest::Client, url: Url, server: Server },
}

/// What an answer says it is, so that a later one can be held to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Version {
    etag: HeaderValue,
    /// Bytes.
    total: u64,
}

impl Version {
    /// The length of the file, in bytes.
    pub(in crate::cli) fn total(&self) -> u64 {
        self.total
    }

    fn of(response: &Response) -> Option<Self> {
        let etag = response.headers().get(ETAG)?.clone();
        // A weak one (`W/"..."`) does not promise the same bytes.
        let is_strong = etag.as_bytes().starts_with(b"\"");
        let total = response.content_length()?;
        is_strong.then_some(Self { etag, total })
    }
}

impl Origin {
    /// What `url` leads to.
    pub(in crate::cli) fn link(url: Url, server: Server) -> Result<Self, Failure> {
        Ok(Self::Link { http: http_client(server.is_loopback())?, url, server })
    }

    /// Begins to download the whole file.
    pub(in crate::cli) async fn begin(&self) -> Result<Download, Failure> {
        let response = self.ask(None).await?;
        if response.status() != StatusCode::OK {
            let cause = format!("it answers a download with status {}", response.status());
            return Err(self.unintelligible(cause));
        }
        let (version, total) = (Version::of(&response), response.content_length());
        Ok(Download { response, version, total, done: 0, skip: 0 })
    }

    /// Goes on with `version` at byte `offset`, which lies in it. An answer with the whole of it
    /// serves as well: what is there already is read and dropped.
    pub(in crate::cli) async fn resume(
        &self,
        version: &Version,
        offset: u64,
    ) -> Result<Download, Failure> {
        let response = self.ask(Some((version, offset))).await?;
        let total = version.total;
        let etag = response.headers().get(ETAG);
        let (done, skip) = match response.status() {
            _ if etag != Some(&version.etag) => (None, 0),
            StatusCode::PARTIAL_CONTENT => {
                let due = format!("bytes {offset}-{}/{total}", total - 1);
                let came = response.headers().get(CONTENT_RANGE);
                ((came.is_some_and(|came| came == due.as_str())).then_some(offset), 0)
            }
            StatusCode::OK => ((response.content_length() == Some(total)).then_some(0), offset),
            _ => (None, 0),
        };
        let Some(done) = done else {
            let cause = "it goes on with something else than it began with".to_owned();
            return Err(self.unintelligible(cause));
        };
        let version = Some(version.clone());
        Ok(Download { response, version, total: Some(total), done, skip })
    }

    /// Asks for the file, or for its rest from an offset on, and waits for the head of the answer.
    async fn ask(&self, rest: Option<(&Version, u64)>) -> Result<Response, Failure> {
        match self {
            Self::Link { http, url, server } => {
                send(http.get(url.clone()), rest, server, AskedWith::Link).await
            }
            Self::Own { client, cid } | Self::Blocks { client, cid } => {
                let ask = async |token: &Secret| {
                    let url = match self {
                        Self::Blocks { .. } => {
                            let mut url = client.server.url(&["ipfs", cid]);
                            url.query_pairs_mut().append_pair("format", "car");
                            url
                        }
                        _ => client.server.url(&["files", cid]),
                    };
                    let request = client.http.get(url).bearer_auth(token.expose());
                    send(request, rest, &client.server, AskedWith::Session).await
                };
                let token = client.access_token(None).await?;
                match ask(&token).await {
                    // Refused before its time, perhaps because a clock was set: once more with
                    // another.
                    Err(failure) if failure.status() == Some(401) => {
                        ask(&client.access_token(Some(&token)).await?).await
                    }
                    answered => answered,
                }
            }
        }
    }

    fn unintelligible(&self, cause: String) -> Failure {
        let (Self::Link { server, .. }
        | Self::Own { client: Client { server, .. }, .. }
        | Self::Blocks { client: Client { server, .. }, .. }) = self;
        answer::unintelligible(server, cause)
    }
}

async fn send(
    mut request: RequestBuilder,
    rest: Option<(&Version, u64)>,
    server: &Server,
    with: AskedWith,
) -> Result<Response, Failure> {
    if let Some((version, offset)) = rest {
        request = request.header(RANGE, format!("bytes={offset}-")).header(IF_RANGE, &version.etag);
    }
    let response = timeout(IDLE_LIMIT, request.send())
        .await
        .map_err(|_| too_slow(server))?
        .map_err(|error| unreachable(server, &error))?;
    answer::accepted(response, server, with).await
}

/// A download whose head has come.
#[derive(Debug)]
pub(in crate::cli) struct Download {
    response: Response,
    version: Option<Version>,
    total: Option<u64>,
    /// Where in the file the answer is.
    done: u64,
    /// How many of its next bytes are there already.
    skip: u64,
}

impl Download {
    /// The head of the answer.
    pub(in crate::cli) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// How many bytes the file should have, if the server said so.
    pub(in crate::cli) fn total(&self) -> Option<u64> {
        self.total
    }

    /// What a later answer can be held to; without it there is no going on.
    pub(in crate::cli) fn version(&self) -> Option<&Version> {
        self.version.as_ref()
    }

    /// The next bytes; none at the end, which is the end that was announced.
    pub(in crate::cli) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            let Some(mut bytes) = self.frame().await? else { return Ok(None) };
            let known = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
            bytes.advance(known);
            self.skip -= known as u64;
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
    }

    async fn frame(&mut self) -> Result<Option<Bytes>, Failure> {
        let frame = match timeout(IDLE_LIMIT, self.response.chunk()).await {
            Err(_) => return Err(self.cut("the server sends no more".to_owned())),
            Ok(Err(error)) => return Err(self.cut(cause(&error))),
            Ok(Ok(frame)) => frame,
        };
        match &frame {
            Some(bytes) => self.done += bytes.len() as u64,
            None if self.total.is_some_and(|total| total != self.done) => {
                return Err(self.cut("the connection ended".to_owned()));
            }
            None => {}
        }
        Ok(frame)
    }

    fn cut(&self, cause: String) -> Failure {
        Failure::Cut { done: self.done, total: self.total, cause }
    }
}

#[cfg(test)]
mod tests;
