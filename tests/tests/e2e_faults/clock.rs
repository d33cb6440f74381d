//! A clock that is set back, and forward again. Time is injected below HTTP, so the flows are put
//! together here as `serve` puts them together.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use cidlock::access::{Access, AccessError, Caller, NewPassword, Read, Revocations, Scope, Share};
use cidlock::clock::Clock;
use cidlock::config::{LimitsConfig, TokensConfig};
use cidlock::files::Files;
use cidlock::keyring::Keyring;
use cidlock::sharing::{LinkRequest, Sharing};
use cidlock::spare::Spare;
use cidlock::store::{PageLimit, SqlStore, Store, UserId};
use cidlock::upload::{FileName, MediaType, NewFile, Uploads};
use cidlock_crypto::token::{TokenError, TokenLimits};
use cidlock_crypto::{Permissions, Realm};
use cidlock_ipfs_client::dag::DagParams;
use cidlock_ipfs_client::engine::Embedded;
use cidlock_ipfs_client::staging::{Limits, StagingArea};
use futures::stream;

/// An hour at which nothing happens by itself, in seconds since 1970.
const NOON: u64 = 1_800_000_000;

/// Seconds that a token's times may be off (RFC 7519 allows "a few minutes", this project five).
const LEEWAY_S: u64 = 5;

struct Hand(AtomicU64);

impl Hand {
    fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now_unix_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst) * 1000
    }
}

struct House {
    clock: Arc<Hand>,
    access: Access,
    uploads: Uploads,
    files: Files,
    sharing: Sharing,
    password: NewPassword,
}

impl House {
    async fn build(directory: &Path) -> Self {
        let clock = Arc::new(Hand(AtomicU64::new(NOON - 86_400)));
        let store: Arc<dyn Store> =
            Arc::new(SqlStore::open_sqlite(&directory.join("catalog.db")).await.unwrap());
        let realm = Realm::parse("urn:example:realm").unwrap();
        let keys = directory.join("keys.json");
        let keyring = Keyring::create(&keys, realm, clock.now(), TokenLimits::default()).unwrap();
        let keyring = Arc::new(keyring);
        store.claim_realm(keyring.realm()).await.unwrap();
        let revocations = Arc::new(Revocations::load(&*store, clock.now()).await.unwrap());
        let (tokens, limits) = (TokensConfig::default(), LimitsConfig::default());
        let access = Access::new(
            keyring.clone(),
            store.clone(),
            clock.clone(),
            revocations.clone(),
            tokens.clone(),
            &limits,
        );
        let password = NewPassword::generate().unwrap();
        access.add_user(UserId::generate(), "ann", password.0.clone(), Vec::new()).await.unwrap();
        let params = DagParams::UNIXFS_V1_2025;
        let limits = Limits { max_bytes: 1 << 30 };
        let staging = directory.join("staging");
        let uploads = Uploads {
            staging: StagingArea::open(staging, limits, params).await.unwrap(),
            engine: Arc::new(Embedded::open(directory.join("objects"), params).await.unwrap()),
            store: store.clone(),
            keyring: keyring.clone(),
            clock: clock.clone(),
            spare: Spare::of(0),
            leftovers: cidlock::leftovers::Leftovers::default(),
            max_file_bytes: 1 << 20,
        };
        let files = Files { store: store.clone(), keyring: keyring.clone(), clock: clock.clone() };
        let sharing =
            Sharing { store, keyring, clock: clock.clone(), revocations, lifetimes: tokens };
        Self { clock, access, uploads, files, sharing, password }
    }

    async fn caller(&self, token: &str) -> Result<Caller, AccessError> {
        self.access.caller(token, Scope::FilesWrite).await
    }

    async fn store(&self, by: &Caller, name: &str, retention_s: Option<u64>) -> cid::Cid {
        let new = NewFile {
            name: FileName::parse(name, 255).unwrap(),
            media_type: MediaType::octet_stream(),
            retention: retention_s.map(Duration::from_secs),
            expected_sha256: None,
        };
        let body = stream::iter([Ok(Bytes::from_static(b"content"))]);
        self.uploads.store(by, new, body).await.unwrap().cid
    }

    /// The names of all files, a page of one file after the other.
    async fn names(&self, of: &Caller) -> Vec<String> {
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let page = self.files.list(of, after, PageLimit::new(1).unwrap()).await.unwrap();
            names.extend(page.items.iter().map(|file| file.statement.name.clone()));
            after = page.next;
            if after.is_none() {
                return names;
            }
        }
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_loses_no_file_and_opens_nothing_early_or_late() {
    let directory = tempfile::tempdir().unwrap();
    let house = House::build(directory.path()).await;
    house.clock.set(NOON);
    let login = house.access.login("ann", house.password.0.clone(), "test").await.unwrap();
    let token = login.access.expose().to_owned();
    let ann = house.caller(&token).await.unwrap();
    let first = house.store(&ann, "first", None).await;
    let _ = house.store(&ann, "short-lived", Some(60)).await;
    let own = house.access.grant::<Share>(&token, &first).await.unwrap();
    let request =
        LinkRequest { expires_in_s: Some(100), permissions: Some(Permissions::READ), label: None };
    let (_, link) = house.sharing.create(&own, request).await.unwrap();

    // A little: tokens are good, and a file that is younger by its clock is in its place.
    house.clock.set(NOON - LEEWAY_S);
    let _ = house.access.grant::<Read>(link.expose(), &first).await.unwrap();
    let ann = house.caller(&token).await.unwrap();
    let _ = house.store(&ann, "second", None).await;
    // More: a token from the future is none, whoever issued it.
    house.clock.set(NOON - LEEWAY_S - 1);
    for refused in [
        house.caller(&token).await.err(),
        house.access.grant::<Read>(link.expose(), &first).await.err(),
    ] {
        let early = matches!(refused, Some(AccessError::Token(TokenError::IssuedInFuture)));
        assert!(early, "{refused:?}");
    }
    // An hour: who logs in works as ever, and so does a session from the future.
    house.clock.set(NOON - 3600);
    let again = house.access.login("ann", house.password.0.clone(), "test").await.unwrap();
    let earlier = house.caller(again.access.expose()).await.unwrap();
    let _ = house.store(&earlier, "third", None).await;
    let refreshed = house.access.refresh(login.refresh.expose()).await.unwrap();
    let _ = house.caller(refreshed.access.expose()).await.unwrap();
    let mut names = house.names(&earlier).await;
    names.sort();
    assert_eq!(names, ["first", "second", "short-lived", "third"], "each of them once");

    // Forward again: what was not over is good, and what is over is over at its own time.
    house.clock.set(NOON + 59);
    assert_eq!(house.names(&earlier).await.len(), 4);
    house.clock.set(NOON + 60);
    assert_eq!(house.names(&earlier).await.len(), 3);
    let _ = house.caller(&token).await.unwrap();
    house.clock.set(NOON + 99 + LEEWAY_S);
    let late = house.access.grant::<Read>(link.expose(), &first).await;
    assert!(late.is_ok_and(|grant| grant.validity().check().is_err()), "not a byte after its end");
    house.clock.set(NOON + 100 + LEEWAY_S);
    let expired = house.access.grant::<Read>(link.expose(), &first).await.err();
    assert!(matches!(expired, Some(AccessError::Token(TokenError::Expired))), "{expired:?}");
}
