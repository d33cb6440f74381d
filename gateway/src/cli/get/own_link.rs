//! The link under which a user reads a file of their own: made for one download, and taken back
//! when that is over, however it ended.

use super::super::Context;
use super::super::background::Background;
use super::super::client::{Client, Download, LinkInfo, NewLink};
use super::super::failure::Failure;

/// How long a download may take, in seconds. The gateway cuts it when its link expires.
const LIFETIME_S: u64 = 24 * 3600;

/// Authority to read one file, for as long as this lives.
pub(super) struct OwnLink {
    client: Client,
    cid: String,
    link: LinkInfo,
    background: Background,
}

impl OwnLink {
    pub(super) async fn make(
        client: Client,
        cid: &str,
        context: &Context,
    ) -> Result<Self, Failure> {
        let wanted = NewLink {
            expires_in: Some(LIFETIME_S),
            permissions: &["read"],
            name: Some("cidlock get"),
        };
        let link = client.create_link(cid, &wanted).await?;
        let background = context.background.clone();
        Ok(Self { client, cid: cid.to_owned(), link, background })
    }

    pub(super) async fn download(&self) -> Result<Download, Failure> {
        self.client.download(&self.cid, &self.link.token).await
    }
}

impl Drop for OwnLink {
    fn drop(&mut self) {
        let (client, id) = (self.client.clone(), self.link.id.clone());
        self.background.start(async move {
            // A link that could not be taken back expires by itself, and nobody else has it.
            let _ = client.revoke_link(&id).await;
        });
    }
}
