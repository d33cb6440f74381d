//! A `serve` that runs on this machine, found by its data directory.
//!
//! `admin.secret` is the password of its first user. It is sent to no address but the one that
//! this very `serve` wrote to `serve.address`, and only on this machine: whoever can read the
//! directory is its owner, and whoever else may listen on some port is not.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _};
use std::path::Path;

use super::super::client::Server;
use super::super::credentials::Secret;
use super::super::failure::Failure;
use super::password;

/// The longest address that is read, in bytes.
const MAX_ADDRESS_BYTES: u64 = 1024;

/// Where the `serve` of `directory` listens on this machine, as far as it says so.
///
/// After a crash the file still says so although nobody, or somebody else, listens there: it
/// counts only while the directory's lock is held.
pub(in crate::cli) fn running(directory: &Path) -> Option<Server> {
    let lock = File::open(directory.join("lock")).ok()?;
    if !matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)) {
        return None;
    }
    let mut text = String::new();
    let file = File::open(directory.join("serve.address")).ok()?;
    file.take(MAX_ADDRESS_BYTES).read_to_string(&mut text).ok()?;
    let server = text.trim().parse().ok().map(Server::seen_from_here)?;
    Some(server).filter(Server::is_loopback)
}

/// The password of the admin at `server`, if that is the running `serve` of `directory` and the
/// password can be had.
pub(super) fn admin_secret(directory: &Path, server: &Server) -> Result<Option<Secret>, Failure> {
    // The very same address: another on the same port may be another's.
    if running(directory).as_ref() != Some(server) {
        return Ok(None);
    }
    let secret = directory.join("admin.secret");
    match File::open(&secret) {
        // Another user's directory, or one whose secret was put away.
        Err(error) if is_not_ours(&error) => Ok(None),
        Err(error) => Err(password::unreadable(&secret, error)),
        Ok(_) => password::from_file(&secret).map(Some),
    }
}

fn is_not_ours(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A data directory that is being served as long as what is returned with it lives.
    fn served(address: Option<&str>, secret: Option<&str>) -> (tempfile::TempDir, File) {
        let dir = data_dir(address, secret);
        let lock = File::create(dir.path().join("lock")).unwrap();
        lock.lock().unwrap();
        (dir, lock)
    }

    fn data_dir(address: Option<&str>, secret: Option<&str>) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        if let Some(address) = address {
            std::fs::write(dir.path().join("serve.address"), address).unwrap();
        }
        if let Some(secret) = secret {
            std::fs::write(dir.path().join("admin.secret"), secret).unwrap();
        }
        dir
    }

    fn secret(dir: &tempfile::TempDir, server: &str) -> Option<String> {
        let secret = admin_secret(dir.path(), &server.parse().unwrap()).unwrap();
        secret.map(|secret| secret.expose().to_owned())
    }

    #[test]
    fn a_running_serve_is_found_with_its_secret() {
        let (dir, _lock) = served(Some("http://127.0.0.1:9999\n"), Some("sesame\n"));
        assert_eq!(running(dir.path()).unwrap().to_string(), "http://127.0.0.1:9999");
        assert_eq!(secret(&dir, "http://127.0.0.1:9999/").as_deref(), Some("sesame"));
    }

    #[test]
    fn a_serve_on_every_address_is_spoken_to_on_loopback() {
        for (address, seen) in
            [("http://0.0.0.0:99", "http://127.0.0.1:99"), ("http://[::]:99", "http://[::1]:99")]
        {
            let (dir, _lock) = served(Some(address), Some("sesame"));
            assert_eq!(running(dir.path()).unwrap().to_string(), seen);
            assert_eq!(secret(&dir, seen).as_deref(), Some("sesame"));
        }
    }

    #[test]
    fn the_secret_is_for_the_serve_that_wrote_it_alone() {
        let (dir, _lock) = served(Some("http://127.0.0.1:9999"), Some("sesame"));
        for other in [
            "http://127.0.0.1:8787",
            "http://localhost:9999",
            "http://127.0.0.2:9999",
            "http://[::1]:9999",
            "https://127.0.0.1:9999",
            "http://files.example:9999",
            "https://a.example",
        ] {
            assert_eq!(secret(&dir, other), None, "{other}");
        }
        let (elsewhere, _lock) = served(Some("http://192.0.2.1:9999"), Some("sesame"));
        assert_eq!(running(elsewhere.path()), None);
        assert_eq!(secret(&elsewhere, "http://192.0.2.1:9999"), None);
    }

    #[test]
    fn without_a_running_serve_or_a_secret_nothing_is_found() {
        for (address, password) in [
            (None, None),
            (None, Some("sesame")),
            (Some("http://127.0.0.1:8787"), None),
            (Some("?"), Some("sesame")),
        ] {
            let (dir, _lock) = served(address, password);
            assert_eq!(secret(&dir, "http://127.0.0.1:8787"), None, "{address:?} {password:?}");
        }
    }

    #[test]
    fn what_a_crash_left_is_no_running_serve() {
        let (dir, lock) = served(Some("http://127.0.0.1:8787"), Some("sesame"));
        assert!(running(dir.path()).is_some());
        drop(lock);
        assert_eq!(running(dir.path()), None);
        assert_eq!(secret(&dir, "http://127.0.0.1:8787"), None);
    }
}
