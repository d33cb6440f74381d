//! Deletions over a real store and a real engine, with a clock that is moved.

mod beside_an_edit;
mod overdue;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cidlock_crypto::token::TokenLimits;
use cidlock_crypto::{Realm, UnixTime};
use cidlock_ipfs_client::dag::DagParams;
use cidlock_ipfs_client::engine::Embedded;
use cidlock_ipfs_client::staging::{Limits, StagingArea};
use futures::stream;
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::{DeletionLog, Deletions};
use crate::access::{Access, Caller, Delete, Grant, Revocations, Scope};
use crate::clock::Clock;
use crate::config::{LimitsConfig, TokensConfig};
use crate::holds::Holds;
use crate::keyring::Keyring;
use crate::leftovers::Leftovers;
use crate::object::pin_name;
use crate::spare::Spare;
use crate::store::{FileRow, SqlStore, Store, UserId};
use crate::upload::{FileName, MediaType, NewFile, Uploads};

const START: UnixTime = UnixTime(1_800_000_000);
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

/// A clock that stands still until it is set.
struct SetClock(AtomicU64);

impl Clock for SetClock {
    fn now_unix_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst) * 1000
    }
}

/// A gateway without HTTP, in a directory that goes with it.
struct Bench {
    clock: Arc<SetClock>,
    engine: Embedded,
    access: Access,
    uploads: Uploads,
    deletions: Deletions,
    _dir: TempDir,
}

impl Bench {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let clock = Arc::new(SetClock(AtomicU64::new(START.0)));
        let store = SqlStore::open_sqlite(&at("catalog.db")).await.unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let limits = TokenLimits {
            leeway: TokenLimits::MAX_LEEWAY,
            access_lifetime: Duration::from_secs(600),
            share_lifetime: Duration::from_secs(DAY),
        };
        let realm = Realm::parse("urn:example:realm").unwrap();
        store.claim_realm(&realm).await.unwrap();
        let keyring = Arc::new(Keyring::create(&at("keys.json"), realm, START, limits).unwrap());
        let revocations = Arc::new(Revocations::load(&*store, START).await.unwrap());
        let access = Access::new(
            keyring.clone(),
            store.clone(),
            clock.clone(),
            revocations.clone(),
            TokensConfig::default(),
            &LimitsConfig::default(),
        );
        let password = Zeroizing::new("password".to_owned());
        access.add_user(UserId::generate(), "ada", password, Vec::new()).await.unwrap();
        let params = DagParams::UNIXFS_V1_2025;
        let engine = Embedded::open(at("objects"), params).await.unwrap();
        let limits = Limits { max_bytes: 1 << 20 };
        let uploads = Uploads {
            staging: StagingArea::open(at("staging"), limits, params).await.unwrap(),
            engine: Arc::new(engine.clone()),
            store: store.clone(),
            keyring: keyring.clone(),
            clock: clock.clone(),
            spare: Spare::of(0),
            max_file_bytes: 1 << 20,
            leftovers: Leftovers::default(),
        };
        let deletions = Deletions {
            engine: Arc::new(engine.clone()),
            store,
            keyring,
            clock: clock.clone(),
            revocations,
            log: Arc::new(DeletionLog::open(&at("deletions.log")).unwrap()),
            holds: Holds::default(),
        };
        Self { clock, engine, access, uploads, deletions, _dir: dir }
    }

    /// From now on it is so many seconds after the start.
    fn set_clock(&self, after_start: u64) {
        self.clock.0.store(START.0 + after_start, Ordering::SeqCst);
    }

    /// The only user's access token, valid now.
    async fn token(&self) -> String {
        let password = Zeroizing::new("password".to_owned());
        let tokens = self.access.login("ada", password, "tests").await.unwrap();
        tokens.access.expose().to_owned()
    }

    async fn caller(&self) -> Caller {
        self.access.caller(&self.token().await, Scope::FilesWrite).await.unwrap()
    }

    async fn grant(&self, file: &FileRow) -> Grant<Delete> {
        self.access.grant::<Delete>(&self.token().await, &file.cid).await.unwrap()
    }

    /// Stores a small file that is kept for so long.
    async fn store(&self, retention_s: Option<u64>) -> FileRow {
        let new = NewFile {
            name: FileName::parse("a", 255).unwrap(),
            media_type: MediaType::octet_stream(),
            retention: retention_s.map(Duration::from_secs),
            expected_sha256: None,
        };
        let body = stream::iter([Ok("content".into())]);
        self.uploads.store(&self.caller().await, new, body).await.unwrap()
    }

    /// Whether the catalog and the engine have the file; they must agree.
    async fn has(&self, file: &FileRow) -> bool {
        let known = self.deletions.store.file(file.id).await.unwrap().is_some();
        assert_eq!(self.engine.path_of(&pin_name(file.id)).exists(), known);
        known
    }

    /// The names of the files that the engine has of the object.
    fn files_of(&self, file: &FileRow) -> Vec<String> {
        let path = self.engine.path_of(&pin_name(file.id));
        let entries = std::fs::read_dir(path.parent().unwrap()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with(&file.id.to_string())).collect()
    }
}
