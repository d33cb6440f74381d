//! A client of the gateway's HTTP contract, and what it is answered.
//!
//! A [`Client`] does nothing that curl could not do. An [`Answer`] is read to its end, however that
//! ended, so that a test says what of it must hold. What HTTP libraries do not let one do (stop in
//! the middle, send half a body) is done by hand with a [`Wire`](crate::wire::Wire).

mod answer;

use reqwest::{Body, Method, RequestBuilder};
use serde_json::{Value, json};

pub use answer::Answer;

use crate::gateway::Gateway;

/// Somebody who speaks to a gateway, with a token or without.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// A file that was just stored.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The object's id, which its file in the engine is named by.
    pub id: String,
    /// What every other call names it by.
    pub cid: String,
    /// The link that came with it.
    pub url: String,
    /// All that was answered.
    pub json: Value,
}

/// A link that was just made.
#[derive(Clone, Debug)]
pub struct Link {
    /// What takes it back.
    pub id: String,
    /// The share token in it.
    pub token: String,
    /// What opens it.
    pub url: String,
}

impl Client {
    /// Somebody without any credential.
    ///
    /// # Panics
    /// Never, where TLS can be set up.
    #[must_use]
    pub fn stranger(gateway: &Gateway) -> Self {
        // No proxy of this machine shall stand between a test and its gateway.
        let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
        Self { http, base: gateway.url(""), token: None }
    }

    /// The user `admin`, logged in.
    ///
    /// # Panics
    /// If the login fails.
    pub async fn admin(gateway: &Gateway) -> Self {
        Self::user(gateway, "admin", &gateway.home().admin_secret()).await
    }

    /// A user, logged in.
    ///
    /// # Panics
    /// If the login fails.
    pub async fn user(gateway: &Gateway, name: &str, password: &str) -> Self {
        let stranger = Self::stranger(gateway);
        let tokens = stranger.log_in(name, password).await.expect(200).json();
        stranger.bearing(text(&tokens["access_token"]))
    }

    /// The same client with another token.
    #[must_use]
    pub fn bearing(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// The token that its requests carry.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("somebody who was given a token")
    }

    /// A request; `target` is a path below the gateway's address, or a whole URL.
    pub fn request(&self, method: Method, target: &str) -> RequestBuilder {
        let url = if target.starts_with('/') {
            format!("{}{target}", self.base)
        } else {
            target.to_owned()
        };
        let request = self.http.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// `GET target`, not yet sent.
    pub fn get(&self, target: &str) -> RequestBuilder {
        self.request(Method::GET, target)
    }

    /// `HEAD target`, not yet sent.
    pub fn head(&self, target: &str) -> RequestBuilder {
        self.request(Method::HEAD, target)
    }

    /// `POST target`, not yet sent.
    pub fn post(&self, target: &str) -> RequestBuilder {
        self.request(Method::POST, target)
    }

    /// `PATCH target`, not yet sent.
    pub fn patch(&self, target: &str) -> RequestBuilder {
        self.request(Method::PATCH, target)
    }

    /// `DELETE target`, not yet sent.
    pub fn delete(&self, target: &str) -> RequestBuilder {
        self.request(Method::DELETE, target)
    }

    /// A login, whatever comes of it.
    pub async fn log_in(&self, name: &str, password: &str) -> Answer {
        let login = json!({ "username": name, "password": password });
        Answer::to(self.post("/v1/login").json(&login)).await
    }

    /// A refresh, whatever comes of it.
    pub async fn refresh(&self, refresh_token: &str) -> Answer {
        let form = format!("grant_type=refresh_token&refresh_token={refresh_token}");
        let request = self.post("/oauth/token").body(form);
        let form_type = "application/x-www-form-urlencoded";
        Answer::to(request.header(http::header::CONTENT_TYPE, form_type)).await
    }

    /// Stores a file.
    ///
    /// # Panics
    /// If the gateway does not take it.
    pub async fn store(&self, name: &str, content: impl Into<Body>) -> Stored {
        let request = self.post("/v1/files").query(&[("name", name)]).body(content);
        Stored::from(Answer::to(request).await.expect(201).json())
    }

    /// The head of an upload whose body follows by hand; `framing` is `Content-Length` or
    /// `Transfer-Encoding`, and whatever headers there should be beside it.
    ///
    /// # Panics
    /// If there is no token.
    #[must_use]
    pub fn upload_head(&self, name: &str, framing: &str) -> String {
        format!(
            "POST /v1/files?name={name} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
             {framing}\r\n\r\n",
            self.token()
        )
    }

    /// Makes a link to a file; `wish` is the body of that call.
    ///
    /// # Panics
    /// If the gateway does not make it.
    pub async fn link(&self, cid: &str, wish: &Value) -> Link {
        let request = self.post(&format!("/v1/files/{cid}/links")).json(wish);
        let json = Answer::to(request).await.expect(201).json();
        Link { id: text(&json["id"]), token: text(&json["token"]), url: text(&json["url"]) }
    }

    /// Takes a link back.
    ///
    /// # Panics
    /// If the gateway does not.
    pub async fn revoke(&self, link: &str) {
        let _ = Answer::to(self.delete(&format!("/v1/links/{link}"))).await.expect(204);
    }

    /// What is known of a file.
    ///
    /// # Panics
    /// If the gateway does not say it.
    pub async fn info(&self, cid: &str) -> Value {
        Answer::to(self.get(&format!("/v1/files/{cid}"))).await.expect(200).json()
    }

    /// Changes what is said of a file; `change` is the body of that call. Gives back how it is then.
    ///
    /// # Panics
    /// If the gateway does not do it.
    pub async fn change(&self, cid: &str, change: &Value) -> Value {
        let request = self.patch(&format!("/v1/files/{cid}")).json(change);
        Answer::to(request).await.expect(200).json()
    }

    /// The CIDs of the first page of the user's files, newest first.
    ///
    /// # Panics
    /// If the gateway does not list them.
    pub async fn cids(&self) -> Vec<String> {
        let list = Answer::to(self.get("/v1/files?limit=500")).await.expect(200).json();
        let items = list["items"].as_array().expect("a list has items");
        items.iter().map(|file| text(&file["cid"])).collect()
    }
}

impl From<Value> for Stored {
    fn from(json: Value) -> Self {
        Self {
            id: text(&json["id"]),
            cid: text(&json["cid"]),
            url: text(&json["link"]["url"]),
            json,
        }
    }
}

impl Stored {
    /// The token in the link that came with the file.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn link_token(&self) -> &str {
        self.url.split_once("?token=").expect("a link has its token in the query").1
    }
}

/// A member of an answer that must be a text.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is a text")).to_owned()
}
