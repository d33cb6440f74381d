//! Where a gateway keeps its things, and the commands that can be given there.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::tools;

/// An empty machine, as far as cidlock can see; it goes when it is dropped.
#[derive(Debug)]
pub struct Home {
    directory: TempDir,
    /// The process whose file systems hold the data directory, if they are its own.
    mounted_by: Option<u32>,
}

impl Home {
    /// Makes one.
    ///
    /// # Panics
    /// Without a temporary directory.
    #[must_use]
    pub fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        Self { directory, mounted_by: None }
    }

    /// One whose configuration file says `toml`.
    ///
    /// # Panics
    /// Without a temporary directory.
    #[must_use]
    pub fn configured(toml: &str) -> Self {
        let home = Self::new();
        home.configure(toml);
        home
    }

    /// Lets the configuration file say `toml`, from the next start on.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn configure(&self, toml: &str) {
        std::fs::write(self.configuration(), toml).expect("a configuration can be written");
    }

    /// The home directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The data directory.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        let data = self.data_of_the_process();
        match self.mounted_by {
            Some(process) => PathBuf::from(format!("/proc/{process}/root{}", data.display())),
            None => data,
        }
    }

    /// From now on the data directory is what `process` sees there.
    pub(super) fn is_mounted_by(&mut self, process: u32) {
        self.mounted_by = Some(process);
    }

    pub(super) fn data_of_the_process(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// The secret of the user `admin`, as the first start wrote it.
    ///
    /// # Panics
    /// Before the first start.
    #[must_use]
    pub fn admin_secret(&self) -> String {
        let secret = std::fs::read_to_string(self.data().join("admin.secret"));
        secret.expect("the first start writes admin.secret").trim().to_owned()
    }

    /// `cidlock <arguments>` in this home: it sees the data directory, the configuration and a home
    /// directory of its own, and nothing of the machine's environment.
    #[must_use]
    pub fn cidlock(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(tools::cidlock());
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.directory.path())
            .env("CIDLOCK_DATA_DIR", self.data_of_the_process())
            .env("RUST_BACKTRACE", "1")
            .current_dir(self.directory.path())
            .stdin(Stdio::null());
        command
    }

    /// `cidlock serve` on a free port of loopback, not yet started.
    #[must_use]
    pub fn serve(&self) -> Command {
        let mut command = self.cidlock(&["serve"]);
        command.env("CIDLOCK_LISTEN", "127.0.0.1:0");
        if self.configuration().exists() {
            command.env("CIDLOCK_CONFIG", self.configuration());
        }
        command
    }

    /// What gateways in this home have logged and printed so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// The log, to be written on.
    pub(super) fn open_log(&self) -> File {
        let log = OpenOptions::new().create(true).append(true).open(self.log_path());
        log.expect("a log can be written")
    }

    fn log_path(&self) -> PathBuf {
        self.directory.path().join("serve.log")
    }

    /// The configuration file a gateway of this home is started with, where a test has written one.
    #[must_use]
    pub fn configuration(&self) -> PathBuf {
        self.directory.path().join("cidlock.toml")
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}
