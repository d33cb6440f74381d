//! The file of the key set: read with suspicion, written once and whole.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use cidlock_crypto::key_set::{KeySet, KeySetError};
use cidlock_crypto::{EntropyError, Realm};
use zeroize::Zeroizing;

/// No key set is larger; a file that is was not written by us.
const MAX_BYTES: u64 = 1 << 20;

pub(super) fn read(path: &Path) -> Result<KeySet, KeyringError> {
    let unreadable = |source| KeyringError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => KeyringError::Missing { path: path.to_owned() },
        _ => unreadable(source),
    })?;
    let metadata = file.metadata().map_err(unreadable)?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyringError::ReadableByOthers { path: path.to_owned(), mode });
    }
    // With room for all of it, so that growing leaves no copies behind.
    let len = usize::try_from(metadata.len().min(MAX_BYTES)).unwrap_or_default();
    let mut text = Zeroizing::new(Vec::with_capacity(len + 1));
    file.take(MAX_BYTES + 1).read_to_end(&mut text).map_err(unreadable)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(unreadable(io::Error::other("larger than any key set")));
    }
    KeySet::from_json(&text)
        .map_err(|source| KeyringError::Invalid { path: path.to_owned(), source })
}

/// Writes beside `path`, syncs, then links into place, so that the file is there whole or not at
/// all, and an existing one is never replaced.
pub(super) fn write_new(path: &Path, keys: &KeySet) -> Result<(), KeyringError> {
    let unwritable = |source| KeyringError::Unwritable { path: path.to_owned(), source };
    write_secret(path, keys.to_json().as_bytes()).map_err(unwritable)
}

/// Writes beside `path`, syncs, then renames into place: whatever happens, one of the two is there
/// whole.
pub(super) fn replace(path: &Path, keys: &KeySet) -> Result<(), KeyringError> {
    let write = || {
        let draft = draft(path, keys.to_json().as_bytes())?;
        std::fs::rename(draft, path)?;
        File::open(directory_of(path)?)?.sync_all()
    };
    write().map_err(|source| KeyringError::Unwritable { path: path.to_owned(), source })
}

/// Writes a small secret to a new file of mode 0600, durably.
///
/// # Errors
/// `AlreadyExists` where there is such a file; else what the file system said.
pub fn write_secret(path: &Path, secret: &[u8]) -> io::Result<()> {
    let dir = directory_of(path)?;
    let draft = draft(path, secret)?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    linked?;
    File::open(dir)?.sync_all()
}

fn directory_of(path: &Path) -> io::Result<&Path> {
    path.parent().ok_or_else(|| io::Error::other("not a file in a directory"))
}

/// A synced file of mode 0600 beside `path`, to be given its name.
fn draft(path: &Path, secret: &[u8]) -> io::Result<PathBuf> {
    let draft = path.with_extension("new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(secret)?;
    file.sync_all()?;
    Ok(draft)
}

/// Why the key set cannot be used. Each says what an operator does about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// There is a catalog, so there were keys; without them its files cannot be opened.
    #[error(
        "the key set {} is missing: restore it from your backup (a new one could not open the files already stored)",
        path.display()
    )]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// It cannot be read.
    #[error("cannot read the key set {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others than its owner may read it.
    #[error(
        "the key set {} can be read by others (mode {mode:04o}): find out who did, then `chmod 600` it",
        path.display()
    )]
    ReadableByOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It is no key set.
    #[error("the key set {} is not usable: {source}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: KeySetError,
    },
    /// It belongs to another realm than the one configured.
    #[error("the key set {} is of the realm {found}, not of {expected}", path.display())]
    OtherRealm {
        /// The file.
        path: PathBuf,
        /// Its realm.
        found: Realm,
        /// The realm that was expected.
        expected: Realm,
    },
    /// The system gives no randomness to make keys of.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// It cannot be written.
    #[error("cannot write the key set {}: {source}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}
