//! Everything read back: `/v1/admin/scrub`.

use super::super::failure::Failure;
use super::model::Scrub;
use super::{Client, answer};

impl Client {
    /// Begins a pass, or joins one that somebody has asked for.
    pub(in crate::cli) async fn begin_scrub(&self) -> Result<Scrub, Failure> {
        let url = self.server.url(&["v1", "admin", "scrub"]);
        let response = self.call(|http| http.post(url.clone())).await?;
        answer::json(response, &self.server).await
    }

    /// How far the newest pass is.
    pub(in crate::cli) async fn scrub(&self) -> Result<Scrub, Failure> {
        let url = self.server.url(&["v1", "admin", "scrub"]);
        let response = self.call(|http| http.get(url.clone())).await?;
        answer::json(response, &self.server).await
    }
}
