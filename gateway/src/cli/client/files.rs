//! Files: `POST /v1/files`, `GET /v1/files`.

use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use reqwest::Body;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};

use super::super::credentials::Secret;
use super::super::failure::{AskedWith, Failure};
use super::model::FileInfo;
use super::pages::Pages;
use super::{Client, answer, too_slow};

/// How long a server may work on an upload after its last byte: it confirms the pin.
const COMMIT_LIMIT: Duration = Duration::from_secs(15 * 60);

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

    /// Those of the user's files that have `part` in their names, newest first.
    pub(in crate::cli) fn files_named(&self, part: &str) -> Pages<'_, FileInfo> {
        let mut url = self.server.url(&["v1", "files"]);
        url.query_pairs_mut().append_pair("q", part);
        Pages::new(self, url)
    }
}
