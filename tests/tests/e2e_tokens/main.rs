//! Tokens that are not quite right, and sessions that end, through the binary and its HTTP
//! contract.
//!
//! Every forgery is a good token changed in one place and signed again with the realm's own keys
//! out of the data directory, so that what it is refused for is that place.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

mod authority;
mod claims;
mod forged;
mod narrowing;
mod sessions;

use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::forge::Pattern;
use cidlock_tests::gateway::{Lease, Shared};
use serde_json::{Value, json};

static GATEWAY: Shared = Shared::new("");

/// A gateway with a file in it, a login and a link: an access token and a share token, each of
/// which opens that file.
struct Scene {
    gateway: Lease,
    admin: Client,
    file: Stored,
    login: Value,
}

impl Scene {
    async fn set() -> Self {
        let gateway = GATEWAY.lease().await;
        let stranger = Client::stranger(&gateway);
        let secret = gateway.home().admin_secret();
        let login = stranger.log_in("admin", &secret).await.expect(200).json();
        let admin = stranger.bearing(login["access_token"].as_str().unwrap());
        let file = admin.store("a", "content").await;
        Self { gateway, admin, file, login }
    }

    fn access(&self) -> Pattern {
        Pattern::of(self.admin.token(), self.gateway.home())
    }

    fn share(&self) -> Pattern {
        Pattern::of(self.file.link_token(), self.gateway.home())
    }

    fn both(&self) -> [(&'static str, Pattern); 2] {
        [("access", self.access()), ("share", self.share())]
    }

    /// What `token` is answered where the file itself is asked for.
    async fn read(&self, token: &str) -> Answer {
        let bearer = Client::stranger(&self.gateway).bearing(token);
        Answer::to(bearer.get(&format!("/files/{}", self.file.cid))).await
    }

    /// Both ways to present a token are refused, and nothing is said of the file.
    async fn assert_refused(&self, what: &str, token: &str, status: u16, code: &str) {
        let in_header = self.read(token).await;
        assert_ne!(in_header.status, 200, "{what} is good");
        let answered = (in_header.status, in_header.json()["code"].clone());
        assert_eq!(answered, (status, json!(code)), "{what}");
        let said = in_header.assert_refused(status, code);
        let stranger = Client::stranger(&self.gateway);
        let path = format!("/files/{}", self.file.cid);
        let in_query = Answer::to(stranger.get(&path).query(&[("token", token)])).await;
        assert_eq!(in_query.assert_refused(status, code), said, "{what}");
        assert!(!said.contains("eyJ"), "{what}: {said}");
    }

    async fn check(&self, kind: &str, forgeries: Vec<(&str, String)>, status: u16, code: &str) {
        for (what, token) in forgeries {
            self.assert_refused(&format!("{kind}: {what}"), &token, status, code).await;
        }
    }
}
