//! The order of the house: who may know whom, and what may come in from outside.
//!
//! What a layer may use is said in two tables here; licences and bans are said in `deny.toml`.

use std::collections::BTreeSet;

use cargo_metadata::{Metadata, MetadataCommand, Source as Origin};
use cidlock_tests::source::{self, Source, reaches};
use cidlock_tests::{spdx, tools};
use serde::Deserialize;

/// The gateway's modules from the ground up. A module may name those of the rows below its own,
/// and none of its own row.
const LAYERS: &[&[&str]] = &[
    &["clock", "config", "holds", "leftovers", "phase", "spare"],
    &["keyring", "logging", "store"],
    &["access", "object"],
    &["upload", "download", "sharing", "files"],
    &["edit", "deletion"],
    &["migration", "rebuild", "upkeep"],
    &["http"],
    &["serve"],
    &["cli"],
];

/// Names that only some modules of the gateway may use, so that one of them can be replaced alone
/// and a status code, a query or a prompt has one place. (`main` is the root of the binary.) Unit
/// tests may use what they like.
const KEPT: &[(&str, &[&str])] = &[
    ("anyhow", &["cli", "main", "serve"]),
    ("argon2", &["access"]),
    ("axum", &["http", "serve"]),
    ("clap", &["cli", "config", "main"]),
    ("hyper", &["http", "serve"]),
    ("hyper_util", &["http", "serve"]),
    ("indicatif", &["cli"]),
    ("reqwest", &["cli", "config"]),
    ("sqlx", &["store"]),
    ("tower", &["http", "serve"]),
    ("tower_http", &["http", "serve"]),
    ("StatusCode", &["http", "cli"]),
];

#[test]
fn crypto_and_ipfs_client_know_neither_each_other_nor_the_gateway() {
    let members = members();
    for name in ["cidlock-crypto", "cidlock-ipfs-client"] {
        let package = members.packages.iter().find(|package| *package.name == name);
        let ours: Vec<&str> = package
            .expect("it is a member of the workspace")
            .dependencies
            .iter()
            .map(|dependency| dependency.name.as_str())
            .filter(|dependency| dependency.starts_with("cidlock"))
            .collect();
        assert!(ours.is_empty(), "{name} depends on {ours:?}");
    }
}

#[test]
fn crypto_does_no_io() {
    for name in built(&["--package", "cidlock-crypto"]).into_iter().map(|krate| krate.name) {
        let io = ["tokio", "async-std", "mio", "http", "hyper", "reqwest", "cid", "sqlx"];
        assert!(!io.contains(&name.as_str()), "cidlock-crypto pulls in {name}");
    }
}

#[test]
fn nothing_is_built_under_a_licence_that_is_not_on_the_list() {
    let policy = Policy::read();
    let allowed: Vec<&str> = policy.licenses.allow.iter().map(String::as_str).collect();
    let refused: Vec<Built> = built(&["--workspace", "--all-features"])
        .into_iter()
        .filter(|krate| !spdx::satisfied(&krate.licence, &allowed))
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn nothing_that_is_banned_is_built() {
    let policy = Policy::read();
    let names: BTreeSet<String> =
        built(&["--workspace", "--all-features"]).into_iter().map(|krate| krate.name).collect();
    assert!(names.contains("aws-lc-rs"), "the list of what is built is that of the gateway");
    for ban in policy.bans.deny {
        assert!(!names.contains(&ban.name), "{}: {}", ban.name, ban.reason);
    }
}

/// On every platform, not only on this one: the lock file knows them all.
#[test]
fn every_crate_is_ours_or_from_the_official_registry() {
    let lock = read_toml::<Lock>("Cargo.lock");
    let members: Vec<String> =
        members().packages.into_iter().map(|package| package.name.to_string()).collect();
    for package in lock.package {
        match package.source {
            Some(origin) => assert!(origin.is_crates_io(), "{} is from {origin}", package.name),
            None => assert!(members.contains(&package.name), "{} is no member", package.name),
        }
    }
}

#[test]
fn every_member_takes_the_lints_of_the_workspace() {
    for package in members().packages {
        let manifest = std::fs::read_to_string(&package.manifest_path).unwrap();
        let manifest: toml::Table = manifest.parse().unwrap();
        let inherited = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        assert_eq!(inherited, Some(&toml::Value::Boolean(true)), "{}", package.name);
    }
}

#[test]
fn the_modules_of_the_gateway_depend_downwards() {
    let mut wrong = Vec::new();
    for file in gateway() {
        let Some(module) = file.top() else { continue };
        let Some(row) = row(module) else {
            wrong.push(format!("{module} has no place in LAYERS"));
            continue;
        };
        let below: Vec<&str> = LAYERS[..row].concat();
        for reach in reaches(&file.words, file.module.len()) {
            if reach.name != module && !below.contains(&reach.name.as_str()) {
                let place = format!("{}:{}", file.path.display(), reach.line);
                wrong.push(format!("{place}: {module} may not name {}", reach.name));
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_kept_to_a_few_modules_stays_there() {
    let mut wrong = Vec::new();
    for file in gateway() {
        let root = file.path.file_stem().unwrap().to_string_lossy();
        let module = file.top().unwrap_or(&root);
        for word in file.outside_tests() {
            let keepers =
                KEPT.iter().find(|(name, _)| *name == word.text).map(|(_, keepers)| keepers);
            if keepers.is_some_and(|keepers| !keepers.contains(&module)) {
                let place = format!("{}:{}", file.path.display(), word.line);
                wrong.push(format!("{place}: {} does not belong in {module}", word.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_source_is_unsafe_or_unfinished() {
    for member in ["crypto", "ipfs-client", "gateway", "tests"] {
        for file in source::of_crate(&tools::repository().join(member)) {
            for pair in file.words.windows(2) {
                let [word, next] = [&pair[0].text, &pair[1].text].map(String::as_str);
                let unfinished = matches!(word, "todo" | "unimplemented" | "dbg") && next == "!";
                let place = format!("{}:{}", file.path.display(), pair[0].line);
                assert!(word != "unsafe" && !unfinished, "{place}: {word}");
            }
        }
    }
}

#[test]
fn no_file_knows_whose_machine_it_was_written_on() {
    // Taken apart, so that this file is no exception.
    let places =
        [["/wo", "rk/"], ["/ro", "ot/"], ["/Us", "ers/"], ["/tmp/tar", "get"]].map(|p| p.concat());
    for path in source::files(tools::repository()) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for place in &places {
            assert!(!text.contains(place), "{} names {place}", path.display());
        }
    }
}

fn row(module: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&module))
}

fn gateway() -> Vec<Source> {
    let files = source::of_crate(&tools::repository().join("gateway/src"));
    assert!(!files.is_empty(), "the gateway has sources");
    files
}

fn members() -> Metadata {
    MetadataCommand::new()
        .manifest_path(tools::repository().join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo reads the workspace")
}

/// A crate that is compiled for Linux, for a program or to build one.
#[derive(Debug)]
#[expect(dead_code, reason = "the version is shown where a crate is refused")]
struct Built {
    name: String,
    version: String,
    licence: String,
}

/// What cargo compiles. Not `cargo metadata`, which also lists what a crate would use under
/// features that nobody asks for.
fn built(selection: &[&str]) -> Vec<Built> {
    let mut cargo = tools::cargo();
    cargo.args(["tree", "--locked", "--edges", "normal,build", "--prefix", "none", "--no-dedupe"]);
    cargo.args(["--target", "x86_64-unknown-linux-gnu", "--format", "{p}|{l}"]).args(selection);
    let output = cargo.output().expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("cargo prints UTF-8");
    let lines: BTreeSet<&str> = lines.lines().filter(|line| !line.is_empty()).collect();
    let read = |line: &&str| {
        let (package, licence) = line.split_once('|')?;
        let mut words = package.split(' ');
        let (name, version) = (words.next()?.to_owned(), words.next()?.to_owned());
        Some(Built { name, version, licence: licence.trim_end_matches(" (*)").to_owned() })
    };
    lines.iter().map(|line| read(line).expect("`name version|licence`")).collect()
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    source: Option<Origin>,
}

#[derive(Deserialize)]
struct Policy {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

impl Policy {
    fn read() -> Self {
        read_toml("deny.toml")
    }
}

fn read_toml<T: for<'de> Deserialize<'de>>(path: &str) -> T {
    let text =
        std::fs::read_to_string(tools::repository().join(path)).expect("it is in the repository");
    toml::from_str(&text).expect("it has the form that is read here")
}
