use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;

use super::*;
use crate::cli::background::Background;

/// A server that rotates refresh tokens as the contract says: one use each, and a second use
/// ends the session.
#[derive(Default)]
struct Realm {
    renewals: AtomicU32,
    valid: Mutex<Option<u32>>,
}

async fn renew(State(realm): State<Arc<Realm>>, form: String) -> Response {
    let (_, presented) =
        form.split_once("grant_type=refresh_token&refresh_token=refresh-").unwrap();
    let presented: u32 = presented.parse().unwrap();
    let mut valid = realm.valid.lock().unwrap();
    if *valid != Some(presented) {
        *valid = None;
        let refusal = axum::Json(json!({ "code": "invalid_grant" }));
        return (StatusCode::BAD_REQUEST, refusal).into_response();
    }
    *valid = Some(presented + 1);
    realm.renewals.fetch_add(1, Ordering::SeqCst);
    axum::Json(json!({
        "access_token": format!("access-{}", presented + 1),
        "token_type": "Bearer",
        "expires_in": 600,
        "refresh_token": format!("refresh-{}", presented + 1),
    }))
    .into_response()
}

/// Accepts the newest access token only.
async fn list(State(realm): State<Arc<Realm>>, headers: HeaderMap) -> Response {
    let newest = realm.valid.lock().unwrap().map(|number| format!("Bearer access-{number}"));
    if headers["authorization"].to_str().ok() != newest.as_deref() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    axum::Json(json!({ "items": [], "next": null })).into_response()
}

struct Fixture {
    realm: Arc<Realm>,
    server: Server,
    credentials: CredentialStore,
    _directory: tempfile::TempDir,
}

impl Fixture {
    /// A server at which a user is logged in with `access-0` and `refresh-0`.
    async fn new(access_expires_at: Timestamp) -> Self {
        let realm = Arc::new(Realm { valid: Mutex::new(Some(0)), ..Realm::default() });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server: Server = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let routes = axum::Router::new()
            .route("/oauth/token", post(renew))
            .route("/v1/files", get(list))
            .with_state(realm.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });

        let directory = tempfile::tempdir().unwrap();
        let credentials = CredentialStore::at(directory.path());
        let account = Account {
            access_token: Secret::new("access-0".into()),
            access_expires_at,
            refresh_token: Secret::new("refresh-0".into()),
            user: "admin".into(),
        };
        credentials.lock().await.unwrap().keep(&server, account).unwrap();
        Self { realm, server, credentials, _directory: directory }
    }

    /// A client as another process would have it.
    fn client(&self) -> Client {
        let credentials = self.credentials.clone();
        Client::new(self.server.clone(), credentials, Background::default()).unwrap()
    }

    fn renewals(&self) -> u32 {
        self.realm.renewals.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn a_token_that_lasts_is_used_without_asking() {
    let fixture = Fixture::new(Timestamp::MAX).await;
    fixture.client().files().next(1).await.unwrap();
    assert_eq!(fixture.renewals(), 0);
}

#[tokio::test]
async fn clients_in_parallel_renew_once_and_share_the_result() {
    let fixture = Fixture::new(Timestamp::UNIX_EPOCH).await;
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let client = fixture.client();
        clients.spawn(async move { client.files().next(1).await.map(drop) });
    }
    while let Some(result) = clients.join_next().await {
        result.unwrap().unwrap();
    }
    assert_eq!(fixture.renewals(), 1);
    let kept = fixture.credentials.account(&fixture.server).unwrap().unwrap();
    assert_eq!(kept.refresh_token.expose(), "refresh-1");
    assert_eq!(kept.access_token.expose(), "access-1");
}

#[tokio::test]
async fn a_rejected_token_is_renewed_though_it_should_have_lasted() {
    let fixture = Fixture::new(Timestamp::MAX).await;
    *fixture.realm.valid.lock().unwrap() = Some(7);
    let account = Account {
        access_expires_at: Timestamp::MAX,
        refresh_token: Secret::new("refresh-7".into()),
        ..Account::for_tests("admin")
    };
    fixture.credentials.lock().await.unwrap().keep(&fixture.server, account).unwrap();
    fixture.client().files().next(1).await.unwrap();
    assert_eq!(fixture.renewals(), 1);
}

#[tokio::test]
async fn a_session_that_is_not_renewed_is_over_and_forgotten() {
    let fixture = Fixture::new(Timestamp::UNIX_EPOCH).await;
    *fixture.realm.valid.lock().unwrap() = None;
    let failure = fixture.client().files().next(1).await.err().unwrap();
    assert!(matches!(failure, Failure::SessionEnded(_)), "{failure}");
    let failure = fixture.client().files().next(1).await.err().unwrap();
    assert!(matches!(failure, Failure::NotLoggedIn(_)), "{failure}");
}

#[tokio::test]
async fn a_server_that_is_away_does_not_cost_the_session() {
    let fixture = Fixture::new(Timestamp::UNIX_EPOCH).await;
    // Nothing listens on port 1.
    let away: Server = "http://127.0.0.1:1".parse().unwrap();
    let account = Account::for_tests("admin");
    fixture.credentials.lock().await.unwrap().keep(&away, account).unwrap();
    let client =
        Client::new(away.clone(), fixture.credentials.clone(), Background::default()).unwrap();
    let failure = client.files().next(1).await.err().unwrap();
    assert!(matches!(failure, Failure::Unreachable { .. }), "{failure}");
    assert!(fixture.credentials.account(&away).unwrap().is_some());
}
