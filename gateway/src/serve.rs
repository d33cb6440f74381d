//! `cidlock serve`: everything put together, and taken down in order.
//!
//! Order of a start: the data directory and its lock, the store (which must not be missing where
//! something was stored), the key set, the first user, the listener's address, the engine, what a
//! crash left of uploads and revisions, what the log of deletions has and the catalog does not know.
//! Nothing is answered before all of it stands. Order of a stop: no new connections, running requests
//! drained or cut, the store closed, the lock given back. A second signal ends the draining.

mod background;
mod data_dir;
mod engine;
mod first_start;
mod inspect;
mod migrate;
mod rebuild;
mod welcome;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use cidlock_crypto::Realm;
use cidlock_crypto::token::TokenLimits;
use cidlock_ipfs_client::engine::ReadRate;
use cidlock_ipfs_client::staging::{Limits, StagingArea};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::access::{Access, Revocations};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, HttpConfig};
use crate::deletion::{DeletionError, DeletionLog, Deletions, Retention};
use crate::download::{Downloads, Headers};
use crate::edit::Edits;
use crate::files::Files;
use crate::holds::Holds;
use crate::http::{self, Pace, Services, Settings};
use crate::keyring::Keyring;
use crate::leftovers::Leftovers;
use crate::logging;
use crate::sharing::Sharing;
use crate::spare::Spare;
use crate::store::{SqlStore, Store, StoreError, UserId};
use crate::upkeep::Scrub;
use crate::upload::Uploads;
use data_dir::DataDir;

pub use inspect::{Finding, State, inspect};
pub use migrate::{Migrated, migrate};
pub use rebuild::{Rebuilt, rebuild};

/// Runs the gateway until SIGTERM or SIGINT.
///
/// # Errors
/// Whatever keeps it from starting, as a sentence for the operator.
pub async fn run(config: Config) -> anyhow::Result<()> {
    logging::start(&config.log).context("log.filter")?;
    let dir = DataDir::lock(&config.data_dir)?;
    let Truth { clock, store, keyring, access } = Truth::open(&config, &dir).await?;
    first_start::admin(&access, &*store, &dir, UserId::generate()).await?;

    let listener = bind(&config.http).await?;
    let bound = listener.local_addr()?;
    let services = services(&config, &dir, clock, keyring, store.clone(), access, bound).await?;
    let undone = services.uploads.recover().await.context("unfinished uploads")?;
    if undone > 0 {
        tracing::info!(undone, "removed what a crash had left of uploads");
    }
    let undone = services.edits.recover().await.context("unfinished revisions")?;
    if undone > 0 {
        tracing::info!(undone, "removed what a crash had left of revisions");
    }
    match services.deletions.catch_up().await {
        Ok(0) => {}
        Ok(again) => {
            tracing::warn!(again, "the catalog is older than the log of deletions: deleted again");
        }
        // The catalog is the truth; the log is there for when that is lost or old.
        Err(DeletionError::Log(error)) => {
            tracing::warn!(%error, "what an older catalog brings back is not looked for");
        }
        Err(error) => return Err(error).context("deletions of before"),
    }
    let retention = Retention::begin(services.deletions.clone(), &config.retention).await?;

    let stop = stop_signals()?;
    let address = dir.announce(bound)?;
    welcome::print(&services.settings.public_url, bound, &dir);
    tracing::info!(%bound, "serving");
    let background = background::begin(&config, &services, retention);
    http::serve(listener, http::router(services), &config.http, stop).await;
    drop(background);
    drop(address);
    store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// What everything else stands on.
struct Truth {
    clock: Arc<dyn Clock>,
    store: Arc<dyn Store>,
    keyring: Arc<Keyring>,
    access: Access,
}

impl Truth {
    /// Of a data directory that has its catalog, or in which nothing was stored yet.
    async fn open(config: &Config, dir: &DataDir) -> anyhow::Result<Self> {
        first_start::is_allowed(dir)?;
        Self::open_at(&dir.catalog(), config, dir).await
    }

    /// With the catalog at `path`, wherever that is, made if it is not there.
    async fn open_at(path: &Path, config: &Config, dir: &DataDir) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let catalog = SqlStore::open_sqlite(path).await;
        let store: Arc<dyn Store> = Arc::new(catalog.map_err(|error| {
            let advice = advice(&error, path);
            anyhow::Error::new(error).context(format!("the catalog cannot be opened: {advice}"))
        })?);
        let keyring = Arc::new(keyring(config, dir, &*store, &*clock).await?);
        let revocations = Arc::new(Revocations::load(&*store, clock.now()).await?);
        let access = Access::new(
            keyring.clone(),
            store.clone(),
            clock.clone(),
            revocations,
            config.tokens.clone(),
            &config.limits,
        );
        Ok(Self { clock, store, keyring, access })
    }
}

/// What to do about a catalog that does not open.
fn advice(error: &StoreError, catalog: &Path) -> String {
    if matches!(error, StoreError::Migration(_)) {
        // It may be of a later version: moved away, its links would be lost.
        return "run the version of cidlock that wrote it, or a later one".to_owned();
    }
    let catalog = catalog.display();
    format!("if it is damaged, move {catalog}* away, and `cidlock rebuild` restores it")
}

/// The key set, made now if nothing was ever stored here.
async fn keyring(
    config: &Config,
    dir: &DataDir,
    store: &dyn Store,
    clock: &dyn Clock,
) -> anyhow::Result<Keyring> {
    let named = config.tokens.realm.as_deref().map(Realm::parse).transpose();
    let named = named.context("tokens.realm")?;
    let limits = TokenLimits {
        leeway: TokenLimits::MAX_LEEWAY,
        access_lifetime: Duration::from_secs(config.tokens.access_lifetime_s),
        share_lifetime: Duration::from_secs(config.tokens.share_max_lifetime_s),
    };
    let path = dir.key_set();
    let unclaimed = matches!(store.tokens_valid_from().await, Err(StoreError::Unclaimed));
    let fresh = unclaimed && !path.try_exists()?;
    let keyring = if fresh {
        let realm = match named {
            Some(realm) => realm,
            None => Realm::parse(&format!("urn:uuid:{}", uuid::Uuid::new_v4()))?,
        };
        Keyring::create(&path, realm, clock.now(), limits)?
    } else {
        Keyring::open(&path, named.as_ref(), clock.now(), limits)?
    };
    let claimed = store.claim_realm(keyring.realm()).await;
    claimed.context("the catalog and the key set do not belong together")?;
    Ok(keyring)
}

async fn bind(config: &HttpConfig) -> anyhow::Result<TcpListener> {
    let listen = config.listen;
    let bound = TcpListener::bind(listen).await;
    bound.with_context(|| format!("cannot listen on {listen}: choose another with --listen"))
}

async fn services(
    config: &Config,
    dir: &DataDir,
    clock: Arc<dyn Clock>,
    keyring: Arc<Keyring>,
    store: Arc<dyn Store>,
    access: Access,
    bound: SocketAddr,
) -> anyhow::Result<Arc<Services>> {
    let engine = engine::open(config, dir).await?;
    let limits = Limits { max_bytes: config.limits.max_staging_bytes };
    let staging = StagingArea::open(dir.staging(), limits, engine::PARAMS).await?;
    let uploads = Uploads {
        staging,
        engine: engine.clone(),
        store: store.clone(),
        keyring: keyring.clone(),
        clock: clock.clone(),
        spare: Spare::of_this_machine_beside(engine::nodes_here(config)),
        max_file_bytes: config.limits.max_file_bytes,
        leftovers: Leftovers::default(),
    };
    let revocations = access.revocations();
    let holds = Holds::default();
    let sharing = Sharing {
        store: store.clone(),
        keyring: keyring.clone(),
        clock: clock.clone(),
        revocations: revocations.clone(),
        lifetimes: config.tokens.clone(),
    };
    Ok(Arc::new(Services {
        access,
        uploads,
        downloads: Downloads {
            engine: engine.clone(),
            store: store.clone(),
            keyring: keyring.clone(),
            headers: Headers::default(),
        },
        edits: Edits {
            engine: engine.clone(),
            params: engine::PARAMS,
            store: store.clone(),
            keyring: keyring.clone(),
            clock: clock.clone(),
            leftovers: Leftovers::default(),
        },
        scrub: Scrub {
            engine: engine.clone(),
            store: store.clone(),
            clock: clock.clone(),
            holds: holds.clone(),
            every: Duration::from_secs(config.engine.scrub_every_s),
            rate: Arc::new(ReadRate::per_second(config.engine.scrub_rate_bytes)),
            asked: Arc::default(),
        },
        deletions: Deletions {
            engine,
            store: store.clone(),
            keyring: keyring.clone(),
            clock: clock.clone(),
            revocations,
            log: Arc::new(DeletionLog::open(&dir.deletions())?),
            holds,
        },
        files: Files { store: store.clone(), keyring: keyring.clone(), clock: clock.clone() },
        sharing,
        keyring,
        store,
        settings: Settings {
            public_url: config.http.public_url(bound),
            max_name_bytes: config.limits.max_name_bytes,
            max_retention_s: config.limits.max_retention_s,
            header_timeout: config.http.header_timeout(),
            pace: Pace {
                window: Duration::from_secs(config.http.upload_idle_timeout_s),
                min_bytes: config.http.upload_min_bytes,
            },
        },
    }))
}

/// Each call resolves at the next SIGTERM or SIGINT.
fn stop_signals() -> anyhow::Result<impl AsyncFnMut()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move || {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
