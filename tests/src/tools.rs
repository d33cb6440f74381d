//! The programs that tests run, and where they are.
//!
//! `tests/run.sh` prepares them and names them in the environment; nothing here looks anywhere
//! else, so that a test cannot run against a version that was not pinned.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use cargo_metadata::Message;

/// Kubo's `ipfs`.
#[must_use]
pub fn ipfs() -> PathBuf {
    prepared("CIDLOCK_TEST_IPFS", "Kubo")
}

/// A Python with the packages of `tests/tools/requirements.txt`.
#[must_use]
pub fn python() -> PathBuf {
    prepared("CIDLOCK_TEST_PYTHON", "Python with its packages")
}

/// The directory of a PostgreSQL server's programs (`initdb`, `postgres`).
#[must_use]
pub fn postgres() -> PathBuf {
    prepared("CIDLOCK_TEST_POSTGRES", "a PostgreSQL server")
}

/// The root of the repository.
#[must_use]
pub fn repository() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        here.parent().expect("the tests are a directory of the repository").to_owned()
    });
    &ROOT
}

/// The cargo that runs these tests, in the repository.
#[must_use]
pub fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut cargo = Command::new(program);
    cargo.current_dir(repository());
    cargo
}

/// The binary `cidlock`, built from the sources as they are now.
///
/// Cargo knows what is fresh, so it is asked, once a process: a test of yesterday's binary would be
/// worse than none. The build is that of `tests/run.sh`: same target directory, profile and features;
/// a test target is named so that the features of what only tests use count as well, and nothing has
/// to be compiled twice.
#[must_use]
pub fn cidlock() -> &'static Path {
    static BINARY: LazyLock<PathBuf> = LazyLock::new(build_cidlock);
    &BINARY
}

fn build_cidlock() -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a path");
    // <target directory>/<profile>/deps/<test>
    let profile = test.ancestors().nth(2).expect("cargo runs tests out of its target directory");
    let target = profile.parent().expect("a profile's directory has a parent");
    let mut cargo = cargo();
    cargo
        .args(["build", "--frozen", "--workspace", "--all-features"])
        .args(["--bin", "cidlock", "--test", "architecture"])
        .args(["--message-format", "json-render-diagnostics", "--target-dir"])
        .arg(target);
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    let output = cargo.output().expect("cargo starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the binary cidlock does not build:\n{errors}");
    Message::parse_stream(output.stdout.as_slice())
        .filter_map(|message| match message.expect("cargo's messages are JSON") {
            Message::CompilerArtifact(built) if built.target.is_bin() => built.executable,
            _ => None,
        })
        .last()
        .expect("a build of one binary yields one")
        .into_std_path_buf()
}

fn prepared(variable: &str, what: &str) -> PathBuf {
    let path = std::env::var_os(variable).map(PathBuf::from);
    match path {
        Some(path) if path.exists() => path,
        Some(path) => panic!("{variable} names {}, which is not there; {ADVICE}", path.display()),
        None => panic!("this test needs {what}: {variable} is not set; {ADVICE}"),
    }
}

const ADVICE: &str = "run the tests by tests/run.sh, or prepare this shell by \
                      `eval \"$(tests/run.sh --tools)\"`";
