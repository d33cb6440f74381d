//! Links: `GET`, `POST /v1/files/{cid}/links`, `GET`, `DELETE /v1/links/{id}`.

use serde::Serialize;

use super::super::failure::Failure;
use super::model::{FreshLink, LinkInfo};
use super::pages::Pages;
use super::{Client, answer};

/// What may be done by a link.
#[derive(Debug, Clone, Copy, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(in crate::cli) enum Permission {
    /// Download the file
    Read,
    /// Ask for its name, type and size
    Stat,
    /// Make narrower links to it
    Share,
    /// Delete it
    Delete,
}

/// What a new link should allow.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct NewLink<'a> {
    /// Seconds; the server's default if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) expires_in: Option<u64>,
    pub(in crate::cli) permissions: &'a [Permission],
    /// For the owner's own list of links.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) name: Option<&'a str>,
}

impl Client {
    /// Makes a link to one of the user's files.
    pub(in crate::cli) async fn create_link(
        &self,
        cid: &str,
        link: &NewLink<'_>,
    ) -> Result<FreshLink, Failure> {
        let url = self.server.url(&["v1", "files", cid, "links"]);
        let response = self.call(|http| http.post(url.clone()).json(link)).await?;
        answer::json(response, &self.server).await
    }

    /// The links to one of the user's files, newest first.
    pub(in crate::cli) fn links_to(&self, cid: &str) -> Pages<'_, LinkInfo> {
        Pages::new(self, self.server.url(&["v1", "files", cid, "links"]))
    }

    /// One link of the user's.
    pub(in crate::cli) async fn link(&self, id: &str) -> Result<LinkInfo, Failure> {
        let url = self.server.url(&["v1", "links", id]);
        let response = self.call(|http| http.get(url.clone())).await?;
        answer::json(response, &self.server).await
    }

    /// Takes a link back.
    pub(in crate::cli) async fn revoke_link(&self, id: &str) -> Result<(), Failure> {
        let url = self.server.url(&["v1", "links", id]);
        self.call(|http| http.delete(url.clone())).await.map(drop)
    }
}
