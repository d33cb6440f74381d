//! `cidlock rebuild`: the data directory's lock, what is in it, and the flow over both.

use std::path::PathBuf;

use anyhow::bail;

use super::data_dir::DataDir;
use super::{Truth, engine, first_start};
use crate::config::Config;
use crate::deletion::DeletionLog;
use crate::rebuild::{Found, Rebuild, Restored};
use crate::store::UserId;

/// What a rebuild has done.
#[derive(Debug)]
pub struct Rebuilt {
    /// What was in the engine.
    pub found: Found,
    /// What became of it.
    pub restored: Restored,
    /// Who is the admin again, if there was none.
    pub admin: Option<UserId>,
    /// Whether the catalog has an admin now.
    pub has_admin: bool,
    /// The file with the admin's new password, if there is a new one.
    pub secret: Option<PathBuf>,
    /// Owners who are disabled until somebody takes their files over.
    pub unknown: Vec<UserId>,
}

impl Rebuilt {
    /// Whether anything is known now, or there was nothing to know.
    fn is_worth_keeping(&self) -> bool {
        self.restored.restored > 0 || self.found.damaged.is_empty()
    }
}

/// Rebuilds the catalog in the data directory. `asked` says whose files are the admin's, where there
/// are several owners and the catalog knows no admin.
///
/// # Errors
/// Whatever keeps it from being done, as a sentence for the operator. What was restored by then
/// stays; it may be run again.
pub async fn rebuild(config: &Config, asked: Option<UserId>) -> anyhow::Result<Rebuilt> {
    if !config.data_dir.is_dir() {
        bail!("there is no data directory {}: --data-dir names another", config.data_dir.display());
    }
    let dir = DataDir::lock(&config.data_dir)?;
    if !dir.key_set().try_exists()? {
        bail!(
            "the key set {} is missing: restore it from your backup; without it no file can be opened",
            dir.key_set().display()
        );
    }
    // One that is made anew is a draft until something is in it: an empty catalog would look like one
    // that knows of no files.
    let is_new = !dir.catalog().exists();
    let path = if is_new { dir.catalog_draft() } else { dir.catalog() };
    let truth = Truth::open_at(&path, config, &dir).await?;
    let store = truth.store.clone();
    let rebuilt = restored(config, &dir, truth, asked).await;
    store.close().await;
    if is_new {
        match &rebuilt {
            Ok(rebuilt) if rebuilt.is_worth_keeping() => dir.keep_catalog_draft()?,
            _ => dir.drop_catalog_draft()?,
        }
    }
    rebuilt
}

async fn restored(
    config: &Config,
    dir: &DataDir,
    truth: Truth,
    asked: Option<UserId>,
) -> anyhow::Result<Rebuilt> {
    let Truth { clock, store, keyring, access } = truth;
    let engine = engine::open(config, dir).await?;
    let log = DeletionLog::open(&dir.deletions())?;
    let rebuild = Rebuild { engine, store: store.clone(), keyring, clock, log };

    let found = rebuild.look().await?;
    let admin = match asked {
        Some(id) if !found.owners.contains_key(&id) => {
            let owners: Vec<String> = found.owners.keys().map(UserId::to_string).collect();
            bail!("no file belongs to {id}; the owners are: {}", owners.join(", "));
        }
        Some(id) => Some(id),
        None => found.owners.keys().next().copied().filter(|_| found.owners.len() == 1),
    };
    let present = store.user_by_name(first_start::ADMIN).await?.map(|user| user.id);
    if let Some(id) = asked.filter(|id| Some(*id) != present)
        && (present.is_some() || store.user(id).await?.is_some())
    {
        let catalog = dir.catalog();
        bail!(
            "the catalog knows its users already, and cannot make {id} the admin: move {}* away and run \
             this again",
            catalog.display()
        );
    }
    let mut made = None;
    if let Some(id) = admin {
        let is_new = store.user(id).await?.is_none();
        if is_new && first_start::admin(&access, &*store, dir, id).await? {
            made = Some(id);
        }
    }
    let mut unknown = Vec::new();
    for owner in found.owners.keys() {
        if store.user(*owner).await?.is_none() {
            access.add_unknown_user(*owner).await?;
            unknown.push(*owner);
        }
    }
    let restored = rebuild.restore().await?;
    let secret = made.map(|_| dir.admin_secret());
    let has_admin = present.is_some() || made.is_some();
    Ok(Rebuilt { found, restored, admin: made, has_admin, secret, unknown })
}
