//! The first start: when it may be one, and the first user of a fresh store.

use std::fs;

use anyhow::{Context as _, bail};

use super::data_dir::DataDir;
use crate::access::{ADMIN_ROLE, Access, NewPassword};
use crate::keyring::write_secret;
use crate::store::{Store, UserId};

/// What the first user is called.
pub(super) const ADMIN: &str = "admin";

/// Refuses to begin anew where something was stored: a catalog made now would know nothing of it, and
/// a user made now would not be the one whose files they are.
///
/// # Errors
/// The catalog is missing, and objects or a key set are there; says what to do.
pub(super) fn is_allowed(dir: &DataDir) -> anyhow::Result<()> {
    if !dir.lacks_its_catalog() {
        return Ok(());
    }
    bail!(
        "the catalog {} is missing, and files may be stored here: restore it from your backup, or run \
         `cidlock rebuild --data-dir {}`, which makes it anew from the objects and the key set",
        dir.catalog().display(),
        dir.path().display()
    );
}

/// Adds the admin, whose id is `id`, with a password of its own, written to a file that only the
/// owner of the data directory reads. Does nothing where there is one; says whether there was none.
///
/// The file comes first: a crash between the two leaves a password for nobody, which the next
/// start replaces, and never an admin whose password is lost.
pub(super) async fn admin(
    access: &Access,
    store: &dyn Store,
    dir: &DataDir,
    id: UserId,
) -> anyhow::Result<bool> {
    if store.user_by_name(ADMIN).await?.is_some() {
        return Ok(false);
    }
    let password = NewPassword::generate()?;
    let path = dir.admin_secret();
    let written = || format!("the admin's secret {}", path.display());
    if path.exists() {
        fs::remove_file(&path).with_context(written)?;
    }
    write_secret(&path, format!("{}\n", *password.0).as_bytes()).with_context(written)?;
    access.add_user(id, ADMIN, password.0, vec![ADMIN_ROLE.to_owned()]).await?;
    tracing::info!(user = ADMIN, file = %path.display(), "made the first user");
    Ok(true)
}
