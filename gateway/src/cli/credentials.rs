//! What `login` leaves for the other commands: `$XDG_CONFIG_HOME/cidlock/credentials.json`.
//!
//! A refresh token is good for one use, and a second use ends the session for everyone. So the
//! file is only written under an exclusive lock on `credentials.lock` beside it, by the one value
//! that proves the lock is held ([`Locked`]); it is replaced as a whole and made durable before
//! what it says is used. File 0600, directory 0700; a file that others can read is not used.

mod account;
mod file;
mod secret;

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;
use std::time::Duration;

pub(super) use self::account::Account;
use self::file::Document;
pub(super) use self::secret::Secret;
use super::client::Server;
use super::failure::Failure;

/// How long a command waits for another that renews the session at the same time. Longer than
/// one renewal can take.
const LOCK_PATIENCE: Duration = Duration::from_secs(90);
/// How often it looks.
const LOCK_INTERVAL: Duration = Duration::from_millis(20);

/// The user's credentials, on disk.
#[derive(Debug, Clone)]
pub(super) struct CredentialStore {
    directory: PathBuf,
}

impl CredentialStore {
    /// The store of the user who runs this program.
    pub(super) fn of_the_user() -> Result<Self, Failure> {
        let home = configuration_home().ok_or_else(|| {
            Failure::Credentials("no home directory: set XDG_CONFIG_HOME or HOME".to_owned())
        })?;
        Ok(Self { directory: home.join("cidlock") })
    }

    /// A store in `directory`.
    #[cfg(test)]
    pub(super) fn at(directory: &std::path::Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// What is known of the user at `server`.
    pub(super) fn account(&self, server: &Server) -> Result<Option<Account>, Failure> {
        Ok(self.read()?.accounts.remove(&server.to_string()))
    }

    /// The server of the last login.
    pub(super) fn last_server(&self) -> Result<Option<Server>, Failure> {
        let last = self.read()?.last;
        last.map(|text| text.parse().map_err(|_| self.unusable("names no server"))).transpose()
    }

    /// Waits for the right to change the file.
    pub(super) async fn lock(&self) -> Result<Locked<'_>, Failure> {
        let path = self.directory.join("credentials.lock");
        let failed = |error| Failure::local(format_args!("cannot lock {}", path.display()), error);
        DirBuilder::new().recursive(true).mode(0o700).create(&self.directory).map_err(failed)?;
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        let acquired = tokio::time::timeout(LOCK_PATIENCE, async {
            while !try_lock(&file)? {
                tokio::time::sleep(LOCK_INTERVAL).await;
            }
            Ok(())
        });
        acquired.await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())).map_err(failed)?;
        Ok(Locked { store: self, _file: file })
    }

    fn path(&self) -> PathBuf {
        self.directory.join("credentials.json")
    }

    fn read(&self) -> Result<Document, Failure> {
        file::read(&self.path()).map_err(|error| self.unusable(&error.to_string()))
    }

    fn unusable(&self, why: &str) -> Failure {
        Failure::Credentials(format!("{} {why}", self.path().display()))
    }
}

/// The right to change the file; given back when dropped.
pub(super) struct Locked<'a> {
    store: &'a CredentialStore,
    _file: File,
}

impl Locked<'_> {
    /// What is known of the user at `server`, now that nobody else can change it.
    pub(super) fn account(&self, server: &Server) -> Result<Option<Account>, Failure> {
        self.store.account(server)
    }

    /// Keeps `account` for `server`; durable when this returns.
    pub(super) fn keep(&self, server: &Server, account: Account) -> Result<(), Failure> {
        self.change(|document| {
            document.accounts.insert(server.to_string(), account);
        })
    }

    /// Keeps `account`, and makes `server` the one that commands without `--server` mean.
    pub(super) fn keep_login(&self, server: &Server, account: Account) -> Result<(), Failure> {
        self.change(|document| {
            document.accounts.insert(server.to_string(), account);
            document.last = Some(server.to_string());
        })
    }

    /// Forgets the session at `server`.
    pub(super) fn forget(&self, server: &Server) -> Result<(), Failure> {
        self.change(|document| {
            document.accounts.remove(&server.to_string());
        })
    }

    fn change(&self, edit: impl FnOnce(&mut Document)) -> Result<(), Failure> {
        let mut document = self.store.read()?;
        edit(&mut document);
        let path = self.store.path();
        file::replace(&self.store.directory, &path, &document)
            .map_err(|error| Failure::local(format_args!("cannot write {}", path.display()), error))
    }
}

fn try_lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(std::fs::TryLockError::WouldBlock) => Ok(false),
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}

/// `$XDG_CONFIG_HOME`, or `~/.config`. A relative path there is ignored, as its specification
/// says.
fn configuration_home() -> Option<PathBuf> {
    std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(".config")))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::*;

    fn server(port: u16) -> Server {
        format!("http://127.0.0.1:{port}").parse().unwrap()
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[tokio::test]
    async fn accounts_are_kept_per_server_and_the_last_login_is_remembered() {
        let dir = tempfile::tempdir().unwrap();
        let store = CredentialStore::at(&dir.path().join("deep/cidlock"));
        assert!(store.account(&server(1)).unwrap().is_none());
        assert!(store.last_server().unwrap().is_none());

        let locked = store.lock().await.unwrap();
        locked.keep_login(&server(1), Account::for_tests("one")).unwrap();
        locked.keep_login(&server(2), Account::for_tests("two")).unwrap();
        locked.keep(&server(1), Account::for_tests("renewed")).unwrap();
        drop(locked);
        assert_eq!(store.account(&server(1)).unwrap().unwrap().user, "renewed");
        assert_eq!(store.account(&server(2)).unwrap().unwrap().user, "two");
        assert_eq!(store.last_server().unwrap(), Some(server(2)));

        store.lock().await.unwrap().forget(&server(2)).unwrap();
        assert!(store.account(&server(2)).unwrap().is_none());
        assert!(store.account(&server(1)).unwrap().is_some());
    }

    #[tokio::test]
    async fn nobody_else_can_read_them() {
        let dir = tempfile::tempdir().unwrap();
        let store = CredentialStore::at(&dir.path().join("cidlock"));
        store.lock().await.unwrap().keep(&server(1), Account::for_tests("a")).unwrap();
        assert_eq!(mode(&store.directory), 0o700);
        assert_eq!(mode(&store.path()), 0o600);
        assert_eq!(mode(&store.directory.join("credentials.lock")), 0o600);
        let names: Vec<_> = std::fs::read_dir(&store.directory).unwrap().collect();
        assert_eq!(names.len(), 2, "nothing else is left in the directory");

        std::fs::set_permissions(store.path(), std::fs::Permissions::from_mode(0o640)).unwrap();
        let error = store.account(&server(1)).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
    }

    #[tokio::test]
    async fn a_file_that_is_not_understood_is_an_error_without_its_content() {
        let dir = tempfile::tempdir().unwrap();
        let store = CredentialStore::at(dir.path());
        for text in ["", "{", r#"{"version":2}"#, r#"{"version":1,"servers":"sesame"}"#] {
            file::write_for_tests(&store.path(), text);
            let error = store.account(&server(1)).unwrap_err().to_string();
            assert!(!error.contains("sesame"), "{error}");
            assert!(error.contains("cidlock login"), "{error}");
        }
    }

    #[tokio::test]
    async fn one_holds_the_lock_and_the_next_one_waits_for_it() {
        let dir = tempfile::tempdir().unwrap();
        let store = CredentialStore::at(dir.path());
        let first = store.lock().await.unwrap();
        let second = tokio::time::timeout(Duration::from_millis(100), store.lock()).await;
        assert!(second.is_err(), "two held the lock");
        drop(first);
        store.lock().await.unwrap();
    }
}
