//! `cidlock migrate`: the data directory's lock, both engines, and the flow from one to the other.

use std::net::SocketAddr;

use anyhow::bail;
use cidlock_ipfs_client::staging::{Limits, StagingArea};

use super::data_dir::DataDir;
use super::{Truth, engine, services};
use crate::config::{Config, EngineConfig};
use crate::migration::{Migration, Moved};
use crate::store::{FileRow, PageLimit};

/// What a migration has done.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// Files moved now.
    pub moved: u64,
    /// Files that an earlier run had moved.
    pub before: u64,
    /// Files that were not.
    pub failed: u64,
    /// Of how many the source has not let go; none if it was not asked to.
    pub kept: Option<u64>,
}

/// Moves all objects to the engine of this kind from the other, and then, if `drop_source`, has the
/// source let go of them. `each` is told how many files there are, and what has become of one.
///
/// # Errors
/// Whatever keeps it from being done, as a sentence for the operator. It may be run again.
pub async fn migrate(
    config: &Config,
    to: &str,
    drop_source: bool,
    mut each: impl FnMut(u64, &FileRow, &Moved),
) -> anyhow::Result<Migrated> {
    if !config.data_dir.is_dir() {
        bail!("there is no data directory {}", config.data_dir.display());
    }
    let from = if to == EngineConfig::KUBO { EngineConfig::EMBEDDED } else { EngineConfig::KUBO };
    let (source, mut target) = (of_kind(config, from), of_kind(config, to));
    target.kubo.min_replicas = engine::replicas(&target.kubo).max(1);
    let dir = DataDir::lock(&config.data_dir)?;
    let Truth { clock, store, keyring, access } = Truth::open(&source, &dir).await?;
    finish_what_was_begun(&source, &dir, Truth { clock, store: store.clone(), keyring, access })
        .await?;

    let (from, to) = (engine::open(&source, &dir).await?, engine::open(&target, &dir).await?);
    let health = to.health().await?;
    if let Some(node) = health.nodes.iter().find(|node| node.problem.is_some()) {
        let problem = node.problem.as_deref().unwrap_or_default();
        bail!(
            "the node {} is not well, and every node is to have every object: {problem}",
            node.node
        );
    }
    let limits = Limits { max_bytes: config.limits.max_staging_bytes };
    let staging = StagingArea::open(dir.staging(), limits, engine::PARAMS).await?;
    let migration = Migration { from, to, staging, store: store.clone() };
    let (files, mut done) = (store.count_files().await?, Migrated::default());
    migration
        .run(|file, moved| {
            let count = match &moved {
                Moved::Now => &mut done.moved,
                Moved::Before => &mut done.before,
                Moved::Not(_) => &mut done.failed,
            };
            *count += 1;
            each(files, file, &moved);
        })
        .await?;
    if drop_source && done.failed == 0 {
        done.kept = Some(migration.drop_source().await?);
    }
    store.close().await;
    Ok(done)
}

fn of_kind(config: &Config, kind: &str) -> Config {
    let mut config = config.clone();
    kind.clone_into(&mut config.engine.kind);
    config
}

/// What a crash has left is of the source, and nobody would find it there afterwards.
async fn finish_what_was_begun(source: &Config, dir: &DataDir, truth: Truth) -> anyhow::Result<()> {
    let Truth { clock, store, keyring, access } = truth;
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let services = services(source, dir, clock, keyring, store.clone(), access, nowhere).await?;
    services.uploads.recover().await?;
    services.edits.recover().await?;
    services.deletions.catch_up().await?;
    services.deletions.resume().await?;
    let begun = store.intents(None, PageLimit::MAX).await?.len()
        + store.revision_intents(None, PageLimit::MAX).await?.len()
        + store.pending_deletions(None, PageLimit::MAX).await?.len();
    if begun > 0 {
        bail!(
            "{begun} uploads, changes or deletions are not finished on the source: see that all of \
             its nodes are up, and run this again"
        );
    }
    Ok(())
}
