//! A `serve` that runs on this machine, found by its data directory.
//!
//! `admin.secret` is the password of its first user. It is sent to no address but the one that
//! this very `serve` wrote to `serve.address`, and only on this machine: whoever can read the
//! directory is its owner, and whoever else may listen on some port is not.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::super::client::Server;
use super::super::credentials::Secret;
use super::super::failure::Failure;
use super::password;

/// The longest address that is read, in bytes.
const MAX_ADDRESS_BYTES: u64 = 1024;

/// The running `serve` of `directory` and its admin's password, if it has one and is what `named`
/// means.
pub(super) fn find(
    directory: &Path,
    named: Option<&Server>,
) -> Result<Option<(Server, Secret)>, Failure> {
    let Some(running) = running(directory) else { return Ok(None) };
    if !running.is_loopback() || named.is_some_and(|named| !is_same_listener(named, &running)) {
        return Ok(None);
    }
    let secret = directory.join("admin.secret");
    match File::open(&secret) {
        // Another user's directory, or one whose secret was put away.
        Err(error) if is_not_ours(&error) => Ok(None),
        Err(error) => Err(password::unreadable(&secret, error)),
        Ok(_) => {
            let password = password::from_file(&secret)?;
            Ok(Some((named.cloned().unwrap_or(running), password)))
        }
    }
}

/// Where the `serve` of `directory` listens, as far as it says so.
fn running(directory: &Path) -> Option<Server> {
    let mut text = String::new();
    let file = File::open(directory.join("serve.address")).ok()?;
    file.take(MAX_ADDRESS_BYTES).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// `localhost`, `127.0.0.1` and `[::1]` are the same machine; the port tells listeners apart.
fn is_same_listener(named: &Server, running: &Server) -> bool {
    named.is_loopback() && named.port() == running.port()
}

fn is_not_ours(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn found(dir: &tempfile::TempDir, named: Option<&str>) -> Option<(String, String)> {
        let named = named.map(|text| text.parse().unwrap());
        let found = find(dir.path(), named.as_ref()).unwrap();
        found.map(|(server, secret)| (server.to_string(), secret.expose().to_owned()))
    }

    #[test]
    fn a_running_serve_is_found_with_its_secret() {
        let dir = data_dir(Some("http://127.0.0.1:9999\n"), Some("sesame\n"));
        let expected = Some(("http://127.0.0.1:9999".to_owned(), "sesame".to_owned()));
        assert_eq!(found(&dir, None), expected);
        assert_eq!(found(&dir, Some("http://127.0.0.1:9999/")), expected);
        let by_name = Some(("http://localhost:9999".to_owned(), "sesame".to_owned()));
        assert_eq!(found(&dir, Some("http://localhost:9999")), by_name);
    }

    #[test]
    fn the_secret_is_for_the_serve_that_wrote_it_alone() {
        let dir = data_dir(Some("http://127.0.0.1:9999"), Some("sesame"));
        for other in ["http://127.0.0.1:8787", "http://files.example:9999", "https://a.example"] {
            assert_eq!(found(&dir, Some(other)), None, "{other}");
        }
        let elsewhere = data_dir(Some("http://192.0.2.1:9999"), Some("sesame"));
        assert_eq!(found(&elsewhere, None), None);
    }

    #[test]
    fn without_a_running_serve_or_a_secret_nothing_is_found() {
        for (address, secret) in [
            (None, None),
            (None, Some("sesame")),
            (Some("http://127.0.0.1:1"), None),
            (Some("?"), Some("s")),
        ] {
            let dir = data_dir(address, secret);
            assert_eq!(found(&dir, None), None, "{address:?} {secret:?}");
            assert_eq!(found(&dir, Some("http://127.0.0.1:8787")), None);
        }
    }
}
