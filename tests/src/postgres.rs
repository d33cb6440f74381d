//! PostgreSQL: a real server in a temporary directory, on a socket in there and on no port.
//!
//! Nothing of it survives a crash (`fsync=off`): tests ask what a database answers, not what it
//! keeps when the power fails.

use std::fs::{self, File};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, geteuid, kill_process};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;

use crate::{tools, wait};

/// PostgreSQL refuses to run as root, which tests in a container mostly are: then it runs as `nobody`.
const NOBODY: u32 = 65534;

/// A running server; it ends when it is dropped.
#[derive(Debug)]
pub struct Postgres {
    directory: TempDir,
    process: Child,
}

impl Postgres {
    /// Starts one and waits until it answers.
    ///
    /// # Panics
    /// If there is no PostgreSQL server (Debian: `postgresql`), or if it does not start, with its
    /// log.
    pub async fn start() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        if geteuid().is_root() {
            chown(directory.path(), Some(NOBODY), Some(NOBODY)).expect("root can give files away");
        }
        make_cluster(directory.path());
        let process = serve(directory.path());
        let mut server = Self { directory, process };
        wait::until("PostgreSQL", async || {
            if let Some(status) = server.process.try_wait().expect("a child can be asked") {
                panic!("PostgreSQL ended ({status}):\n{}", server.log());
            }
            PgConnection::connect(&server.url("postgres")).await.ok()
        })
        .await;
        server
    }

    /// The URL of a database, which is made if there is none.
    ///
    /// # Panics
    /// If `name` is not made of `a-z`, `0-9` and `_`, or the server refuses.
    pub async fn database(&self, name: &str) -> String {
        let plain = |c| matches!(c, 'a'..='z' | '0'..='9' | '_');
        assert!(name.chars().all(plain), "{name} would have to be escaped");
        let mut admin = self.admin().await;
        let known: Option<i32> = sqlx::query_scalar("SELECT 1 FROM pg_database WHERE datname = $1")
            .bind(name)
            .fetch_optional(&mut admin)
            .await
            .expect("the databases can be listed");
        if known.is_none() {
            let create = AssertSqlSafe(format!("CREATE DATABASE \"{name}\""));
            sqlx::query(create).execute(&mut admin).await.expect("a database can be made");
        }
        self.url(name)
    }

    /// A connection that sees what all others do.
    ///
    /// # Panics
    /// If the server does not answer.
    pub async fn admin(&self) -> PgConnection {
        PgConnection::connect(&self.url("postgres")).await.expect("PostgreSQL answers")
    }

    /// What it logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(log_path(self.directory.path())).unwrap_or_default()
    }

    fn url(&self, database: &str) -> String {
        let host = self.directory.path().to_str().expect("temporary directories are UTF-8");
        format!("postgres://cidlock@localhost/{database}?host={}", host.replace('/', "%2F"))
    }
}

impl Drop for Postgres {
    #[expect(clippy::print_stdout, reason = "shown by the test runner where a test failed")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("--- PostgreSQL's log\n{}", self.log());
        }
        // At once, but so that the server takes its own processes along.
        let _ = kill_process(Pid::from_child(&self.process), Signal::QUIT);
        let _ = self.process.wait();
    }
}

fn make_cluster(directory: &Path) {
    let output = program("initdb", directory)
        .args(["--no-sync", "--auth=trust", "--username=cidlock", "--encoding=UTF8", "--locale=C"])
        .arg("--pgdata")
        .arg(data_path(directory))
        .output()
        .expect("initdb starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "initdb failed ({}):\n{errors}", output.status);
}

fn serve(directory: &Path) -> Child {
    let log = File::create(log_path(directory)).expect("a log can be written");
    let errors = log.try_clone().expect("a file handle can be cloned");
    program("postgres", directory)
        .arg("-D")
        .arg(data_path(directory))
        .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c"])
        .arg(format!("unix_socket_directories={}", directory.display()))
        .stdout(Stdio::from(log))
        .stderr(Stdio::from(errors))
        .spawn()
        .expect("postgres starts")
}

/// One of the server's programs, deaf to the machine's own settings.
fn program(name: &str, directory: &Path) -> Command {
    let mut command = Command::new(tools::postgres().join(name));
    command.env_clear().env("LC_ALL", "C").current_dir(directory).stdin(Stdio::null());
    if geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

fn data_path(directory: &Path) -> PathBuf {
    directory.join("data")
}

fn log_path(directory: &Path) -> PathBuf {
    directory.join("log")
}
