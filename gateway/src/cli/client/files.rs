//! Files: `POST /v1/files`, `GET /v1/files`, `GET /files/{cid}`.

use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use reqwest::{Body, Response, StatusCode, Url};
use tokio::time::timeout;

use super::super::credentials::Secret;
use super::super::failure::{AskedWith, Failure};
use super::model::FileInfo;
use super::pages::Pages;
use super::{Client, Server, answer, cause, http_client, unreachable};

/// How long a server may work on an upload after its last byte: it confirms the pin.
const COMMIT_LIMIT: Duration = Duration::from_secs(15 * 60);
/// How long a download may go without a byte.
const IDLE_LIMIT: Duration = Duration::from_secs(90);

/// What is told about a file before its bytes.
#[derive(Debug)]
pub(in crate::cli) struct NewFile<'a> {
    pub(in crate::cli) name: Option<&'a str>,
    pub(in crate::cli) media_type: &'a str,
    /// Bytes, where that is known beforehand.
    pub(in crate::cli) size: Option<u64>,
    /// Retention, in seconds.
    pub(in crate::cli) expires_in: Option<u64>,
}

impl Client {
    /// Uploads `body` with the authority of `token`, an access token; `sent` resolves when the
    /// last byte has been handed over.
    pub(in crate::cli) async fn upload(
        &self,
        token: &Secret,
        file: &NewFile<'_>,
        body: impl Stream<Item = std::io::Result<Bytes>> + Send + 'static,
        sent: impl Future<Output = ()>,
    ) -> Result<FileInfo, Failure> {
        let mut url = self.server.url(&["v1", "files"]);
        if let Some(name) = file.name {
            url.query_pairs_mut().append_pair("name", name);
        }
        if let Some(seconds) = file.expires_in {
            url.query_pairs_mut().append_pair("expires_in", &seconds.to_string());
        }
        let mut request = self
            .http
            .post(url)
            .bearer_auth(token.expose())
            .header(CONTENT_TYPE, file.media_type)
            .body(Body::wrap_stream(body));
        if let Some(size) = file.size {
            request = request.header(CONTENT_LENGTH, size);
        }
        let overdue = async {
            sent.await;
            tokio::time::sleep(COMMIT_LIMIT).await;
        };
        let response = tokio::select! {
            response = request.send() => response.map_err(|error| self.unreachable(&error))?,
            () = overdue => return Err(too_slow(&self.server)),
        };
        let response = answer::accepted(response, &self.server, AskedWith::Session).await?;
        answer::json(response, &self.server).await
    }

    /// The user's files, newest first.
    pub(in crate::cli) fn files(&self) -> Pages<'_, FileInfo> {
        Pages::new(self, self.server.url(&["v1", "files"]))
    }

    /// Begins to download a file of the user's own.
    pub(in crate::cli) async fn download(&self, cid: &str) -> Result<Download, Failure> {
        let token = self.access_token(None).await?;
        match self.download_with(cid, &token).await {
            // Refused before its time, perhaps because a clock was set: once more with another.
            Err(failure) if failure.status() == Some(401) => {
                let token = self.access_token(Some(&token)).await?;
                self.download_with(cid, &token).await
            }
            begun => begun,
        }
    }

    async fn download_with(&self, cid: &str, token: &Secret) -> Result<Download, Failure> {
        let request = self.http.get(self.server.url(&["files", cid])).bearer_auth(token.expose());
        Download::begin(request, self.server.clone(), AskedWith::Session).await
    }
}

/// Begins to download what a link leads to. The link is all the authority there is.
pub(in crate::cli) async fn download_by_link(
    url: Url,
    server: Server,
) -> Result<Download, Failure> {
    let http = http_client(server.is_loopback())?;
    Download::begin(http.get(url), server, AskedWith::Link).await
}

/// A download whose head has come.
#[derive(Debug)]
pub(in crate::cli) struct Download {
    response: Response,
    total: Option<u64>,
    done: u64,
}

impl Download {
    async fn begin(
        request: reqwest::RequestBuilder,
        server: Server,
        with: AskedWith,
    ) -> Result<Self, Failure> {
        let answer = timeout(IDLE_LIMIT, request.send());
        let response = answer
            .await
            .map_err(|_| too_slow(&server))?
            .map_err(|error| unreachable(&server, &error))?;
        let response = answer::accepted(response, &server, with).await?;
        if response.status() != StatusCode::OK {
            let cause = format!("it answers a download with status {}", response.status());
            return Err(answer::unintelligible(&server, cause));
        }
        let total = response.content_length();
        Ok(Self { response, total, done: 0 })
    }

    /// The head of the answer.
    pub(in crate::cli) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// How many bytes there should be, if the server said so.
    pub(in crate::cli) fn total(&self) -> Option<u64> {
        self.total
    }

    /// The next bytes; none at the end, which is the end that was announced.
    pub(in crate::cli) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
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

fn too_slow(server: &Server) -> Failure {
    Failure::Unreachable { server: server.to_string(), cause: "it took too long".to_owned() }
}
