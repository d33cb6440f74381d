//! Deletions: `GET`, `DELETE /v1/files/{cid}`, `GET /v1/deletions/{id}`.

use super::super::failure::Failure;
use super::model::{Deletion, FileInfo};
use super::{Client, answer};

impl Client {
    /// One of the user's files.
    pub(in crate::cli) async fn file(&self, cid: &str) -> Result<FileInfo, Failure> {
        let url = self.server.url(&["v1", "files", cid]);
        let response = self.call(|http| http.get(url.clone())).await?;
        answer::json(response, &self.server).await
    }

    /// Deletes one of the user's files.
    pub(in crate::cli) async fn delete_file(&self, cid: &str) -> Result<Deletion, Failure> {
        let url = self.server.url(&["v1", "files", cid]);
        let response = self.call(|http| http.delete(url.clone())).await?;
        answer::json(response, &self.server).await
    }

    /// A deletion, as it stands now.
    pub(in crate::cli) async fn deletion(&self, id: &str) -> Result<Deletion, Failure> {
        let url = self.server.url(&["v1", "deletions", id]);
        let response = self.call(|http| http.get(url.clone())).await?;
        answer::json(response, &self.server).await
    }
}
