//! The gateway's HTTP contract, seen from outside.
//!
//! One method per call ([`files`], [`download`], [`deletions`],
//! [`links`], [`login`]); each returns what the server answered or
//! the [`Failure`] to report. What needs a session carries its access token, renewed as needed
//! ([`session`]). Redirects are not followed: the contract has none, and a token must not wander.
//! Every wait has a limit.

mod answer;
mod deletions;
mod download;
mod files;
mod links;
mod login;
mod model;
mod pages;
mod problem;
mod scrub;
mod server;
mod session;

use std::error::Error;
use std::time::Duration;

use reqwest::{RequestBuilder, Response, StatusCode, redirect};

pub(super) use self::download::{Download, Origin, Version};
pub(super) use self::files::NewFile;
pub(super) use self::links::{NewLink, Permission};
pub(super) use self::login::log_in;
pub(super) use self::model::{Deletion, FileInfo, LinkInfo, Scrub, Unwhole};
pub(super) use self::problem::Problem;
pub(super) use self::server::Server;
use super::background::Background;
use super::credentials::{CredentialStore, Secret};
use super::failure::{AskedWith, Failure};

/// How long a connection may take to come about.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// How long a call without a file in it may take.
const CALL_LIMIT: Duration = Duration::from_secs(60);
/// How long a peer may leave what we sent unacknowledged.
const UNACKNOWLEDGED_LIMIT: Duration = Duration::from_secs(60);
/// How often an idle connection is probed.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// A gateway, and the session of the user there.
#[derive(Debug, Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    server: Server,
    credentials: CredentialStore,
    background: Background,
}

impl Client {
    pub(super) fn new(
        server: Server,
        credentials: CredentialStore,
        background: Background,
    ) -> Result<Self, Failure> {
        Ok(Self { http: http_client(server.is_loopback())?, server, credentials, background })
    }

    /// Makes a small call in the name of the user. A rejected access token is renewed once: the
    /// server may have changed its keys, or this machine its clock.
    async fn call(
        &self,
        request: impl Fn(&reqwest::Client) -> RequestBuilder,
    ) -> Result<Response, Failure> {
        let token = self.access_token(None).await?;
        let attempt = |token: &Secret| {
            let request = request(&self.http).bearer_auth(token.expose()).timeout(CALL_LIMIT);
            async move { request.send().await.map_err(|error| self.unreachable(&error)) }
        };
        let mut response = attempt(&token).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            let token = self.access_token(Some(&token)).await?;
            response = attempt(&token).await?;
        }
        answer::accepted(response, &self.server, AskedWith::Session).await
    }

    /// Asks whether it could take an upload and a download now (`GET /readyz`); without a session.
    pub(super) async fn is_ready(&self) -> Result<(), Failure> {
        let request = self.http.get(self.server.url(&["readyz"])).timeout(CALL_LIMIT);
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        answer::accepted(response, &self.server, AskedWith::Session).await.map(drop)
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        unreachable(&self.server, error)
    }
}

/// A connection pool for one gateway. A proxy of the environment is not asked for this machine
/// itself: it would see the admin's password.
fn http_client(is_loopback: bool) -> Result<reqwest::Client, Failure> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("cidlock/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_LIMIT)
        .tcp_keepalive(KEEPALIVE)
        .tcp_user_timeout(UNACKNOWLEDGED_LIMIT);
    let builder = if is_loopback { builder.no_proxy() } else { builder };
    builder.build().map_err(|error| Failure::Internal(cause(&error)))
}

fn unreachable(server: &Server, error: &reqwest::Error) -> Failure {
    Failure::Unreachable { server: server.to_string(), cause: cause(error) }
}

fn too_slow(server: &Server) -> Failure {
    Failure::Unreachable { server: server.to_string(), cause: "it took too long".to_owned() }
}

/// What lies at the root of `error`. The errors above it only say that a request failed, and
/// name the URL, which may carry a token.
fn cause(error: &(dyn Error + 'static)) -> String {
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    match root.downcast_ref::<reqwest::Error>() {
        Some(error) if error.is_timeout() => "it took too long".to_owned(),
        Some(_) => "the request failed".to_owned(),
        None => root.to_string(),
    }
}
