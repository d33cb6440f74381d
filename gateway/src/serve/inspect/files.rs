//! Modes, space, addresses: what needs no lock.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use cidlock_crypto::key_set::KeySet;
use zeroize::Zeroizing;

use super::super::data_dir::has_objects;
use super::Finding;
use crate::config::Config;

/// Less free space than this is worth a word.
pub(super) const LITTLE_SPACE: u64 = 2 << 30;

pub(super) fn look(config: &Config) -> Vec<Finding> {
    let dir: &Path = &config.data_dir;
    let mut findings = vec![directory(dir)];
    findings.extend(key_set(&dir.join("keys.json")));
    findings.extend(private(&dir.join("admin.secret"), "admin's password"));
    findings.extend(space(config));
    findings.extend(one_file_system(dir));
    findings.push(reach(config));
    findings
}

fn mode_of(path: &Path) -> Option<u32> {
    fs::metadata(path).ok().map(|metadata| metadata.permissions().mode() & 0o777)
}

fn directory(dir: &Path) -> Finding {
    let what = "data directory";
    match mode_of(dir) {
        Some(mode) if mode & 0o077 == 0 => Finding::well(what, dir.display().to_string()),
        Some(mode) => Finding::warning(
            what,
            format!("{} can be entered by others (mode {mode:04o})", dir.display()),
            format!("chmod 700 {}", dir.display()),
        ),
        None => Finding::wrong(what, "it cannot be looked at", "run this as the gateway's user"),
    }
}

fn key_set(path: &Path) -> Option<Finding> {
    let what = "key set";
    let shown = path.display();
    if !path.exists() {
        // What was stored without keys is the one thing that cannot be mended.
        let used = path.with_file_name("catalog.db").exists() || has_objects(path.parent()?);
        return used.then(|| {
            let detail = format!("{shown} is missing: no file can be opened");
            Finding::wrong(what, detail, "restore it from your backup")
        });
    }
    if let Some(mode) = mode_of(path).filter(|mode| mode & 0o077 != 0) {
        let detail = format!("{shown} can be read by others (mode {mode:04o})");
        return Some(Finding::wrong(
            what,
            detail,
            format!("find out who has read it, then chmod 600 {shown}"),
        ));
    }
    let read = fs::read(path).map(Zeroizing::new);
    let read = read.map_err(|error| error.to_string());
    Some(match read.and_then(|text| KeySet::from_json(&text).map_err(|e| e.to_string())) {
        Ok(keys) => Finding::well(what, format!("of the realm {}", keys.realm())),
        Err(error) => Finding::wrong(
            what,
            format!("{shown} cannot be used: {error}"),
            "restore it from your backup",
        ),
    })
}

fn private(path: &Path, what: &'static str) -> Option<Finding> {
    let mode = mode_of(path).filter(|mode| mode & 0o077 != 0)?;
    let detail = format!("{} can be read by others (mode {mode:04o})", path.display());
    Some(Finding::wrong(what, detail, format!("chmod 600 {}, and change it", path.display())))
}

fn space(config: &Config) -> Option<Finding> {
    let free = free_bytes(&config.data_dir)?;
    let detail = format!("{} MiB free", free >> 20);
    Some(if free < LITTLE_SPACE {
        Finding::warning("space", detail, "make room, or move the data directory")
    } else {
        Finding::well("space", detail)
    })
}

/// Bytes that may still be written to the file system on which `path` is.
pub(super) fn free_bytes(path: &Path) -> Option<u64> {
    let space = rustix::fs::statvfs(path).ok()?;
    Some(space.f_bavail.saturating_mul(space.f_frsize))
}

/// An upload is kept by renaming its file.
fn one_file_system(dir: &Path) -> Option<Finding> {
    let device = |name: &str| fs::metadata(dir.join(name)).ok().map(|found| found.dev());
    let (objects, staging) = (device("objects")?, device("staging")?);
    (objects != staging).then(|| {
        let detail = "objects/ and staging/ lie on two file systems: no upload can be kept";
        Finding::wrong("file systems", detail, "put both on one, or neither on another")
    })
}

fn reach(config: &Config) -> Finding {
    let (what, listen) = ("address", config.http.listen);
    let url = config.http.public_url.as_deref();
    if url.is_some_and(|url| url.starts_with("https://")) || listen.ip().is_loopback() {
        let links = url.map_or_else(String::new, |url| format!(", links lead to {url}"));
        return Finding::well(what, format!("{listen}{links}"));
    }
    Finding::warning(
        what,
        format!("{listen} can be reached from elsewhere, and links go over plain HTTP"),
        "put a TLS proxy in front, listen on loopback, and set http.public_url to its https:// URL",
    )
}
