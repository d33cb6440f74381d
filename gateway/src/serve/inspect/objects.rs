//! The catalog and the objects, held against each other. Under the directory's lock.

use std::collections::HashSet;

use cidlock_crypto::{ObjectId, UnixTime};
use cidlock_ipfs_client::engine::Engine;
use futures::{StreamExt as _, TryStreamExt as _};

use super::super::advice;
use super::super::data_dir::DataDir;
use super::super::engine;
use super::Finding;
use crate::clock::{Clock as _, SystemClock, rfc3339};
use crate::config::Config;
use crate::deletion::{ClockWatch, DeletionLog, LogError};
use crate::object::{STATEMENT_MEMBER, object_ref};
use crate::store::{PageLimit, SqlStore, Store, StoreError, rows};

/// So many of a kind are named one by one.
const NAMED: usize = 10;

pub(super) async fn look(config: &Config) -> Vec<Finding> {
    let what = "catalog";
    let dir = match DataDir::look(&config.data_dir) {
        Ok(Some(dir)) => dir,
        Ok(None) => {
            let detail = "a gateway runs here: catalog and objects are looked at when it does not";
            return vec![Finding::well(what, detail)];
        }
        Err(error) => {
            let detail = format!("the lock cannot be looked at: {error}");
            return vec![Finding::wrong(what, detail, "run this as the gateway's user")];
        }
    };
    if dir.lacks_its_catalog() {
        let mend = "restore it from your backup, or with `cidlock rebuild`; `serve` does not start without it";
        return vec![Finding::wrong(what, "it is missing, and objects or keys are there", mend)];
    }
    if !dir.catalog().exists() {
        return vec![Finding::well(what, "none yet: nothing is stored here")];
    }
    let store = match SqlStore::open_sqlite(&dir.catalog()).await {
        Ok(store) => store,
        Err(error) => return vec![broken(error, &dir)],
    };
    let looked = compare(config, &dir, &store).await;
    store.close().await;
    looked.unwrap_or_else(|error| vec![broken(error, &dir)])
}

fn broken(error: StoreError, dir: &DataDir) -> Finding {
    let mend = advice(&error, &dir.catalog());
    Finding::wrong("catalog", format!("{:#}", anyhow::Error::new(error)), mend)
}

async fn compare(
    config: &Config,
    dir: &DataDir,
    store: &dyn Store,
) -> Result<Vec<Finding>, StoreError> {
    let mut findings = vec![clock(config, store).await?];
    let logged = DeletionLog::ids_in(&dir.deletions());
    findings.push(match &logged {
        Ok(ids) => Finding::well("deletions", format!("{} in the log", ids.len())),
        Err(error @ LogError::Line { .. }) => {
            Finding::wrong("deletions", error.to_string(), "mend that line; each is plain JSON")
        }
        Err(error) => {
            Finding::wrong("deletions", error.to_string(), "run this as the gateway's user")
        }
    });
    let pending = store.pending_deletions(None, PageLimit::MAX).await?.len();
    let begun = store.intents(None, PageLimit::MAX).await?.len()
        + store.revision_intents(None, PageLimit::MAX).await?.len();
    if pending + begun > 0 {
        let detail = format!("{begun} begun and {pending} deletions not finished");
        findings.push(Finding::warning(
            "unfinished",
            detail,
            "the next start of `serve` sees to it",
        ));
    }
    if !config.engine.is_kubo() && !dir.objects().is_dir() {
        let detail = format!("{} is not there", dir.objects().display());
        findings.push(Finding::wrong("objects", detail, "restore it from your backup"));
        return Ok(findings);
    }
    let engine = match engine::open(config, dir).await {
        Ok(engine) => engine,
        // Which was said of the nodes already.
        Err(_) if config.engine.is_kubo() => return Ok(findings),
        Err(error) => {
            let mend = "see that the gateway's user may read and write it";
            findings.push(Finding::wrong("objects", format!("{error:#}"), mend));
            return Ok(findings);
        }
    };
    findings.extend(
        missing(store, &*engine, &logged.unwrap_or_default(), config.engine.is_kubo()).await?,
    );
    findings.extend(unknown(store, &*engine).await?);
    Ok(findings)
}

async fn clock(config: &Config, store: &dyn Store) -> Result<Finding, StoreError> {
    let now = SystemClock.now();
    // Without recording anything.
    let seen = match store.see_clock(UnixTime(0)).await {
        Err(StoreError::Unclaimed) => UnixTime(0),
        seen => seen?,
    };
    let longest = std::time::Duration::from_secs(config.retention.grace_s.max(86_400));
    Ok(match ClockWatch::begin(now, seen, longest).doubt(now) {
        None => Finding::well("clock", rfc3339(now)),
        Some(doubt) => {
            let detail = format!("{doubt}: it is {}, and was {}", rfc3339(now), rfc3339(seen));
            Finding::warning(
                "clock",
                detail,
                "set it right; meanwhile nothing is deleted for its retention",
            )
        }
    })
}

/// Files of the catalog whose object does not give its statement, or another one than the catalog has.
async fn missing(
    store: &dyn Store,
    engine: &dyn Engine,
    deleted: &HashSet<ObjectId>,
    is_kubo: bool,
) -> Result<Vec<Finding>, StoreError> {
    let (mut findings, mut files, mut lost, mut spoilt, mut older) = (Vec::new(), 0, 0, 0, 0);
    let mut all = rows(None, |after| store.files(after, PageLimit::MAX), |file| file.id);
    while let Some(file) = all.try_next().await? {
        if deleted.contains(&file.id) {
            older += 1;
            continue;
        }
        files += 1;
        let pin = object_ref(&file).pin;
        let error = match engine.member(&pin, STATEMENT_MEMBER).await {
            Ok(statement) if statement == file.statement.as_bytes() => continue,
            Ok(_) => {
                spoilt += 1;
                continue;
            }
            Err(error) => error,
        };
        lost += 1;
        if lost <= NAMED {
            let detail = format!("{}: {error}", file.cid);
            let name = pin.name.as_str();
            let mend = if is_kubo {
                "start its nodes; `cidlock verify --all` says what is left of it".to_owned()
            } else {
                format!("restore {name}.car, below objects/, from your backup")
            };
            findings.push(Finding::wrong("file", detail, mend));
        }
    }
    if older > 0 {
        let detail =
            format!("{older} files that the log of deletions has are in the catalog: it is older");
        let mend = "the next start of `serve` deletes them again";
        findings.push(Finding::warning("catalog", detail, mend));
    }
    if spoilt > 0 {
        let detail = format!("{spoilt} of {files} files are not recorded as their objects state");
        let mend = "restore it from your backup, or move it away and run `cidlock rebuild`, which ends all links and logins";
        findings.push(Finding::wrong("catalog", detail, mend));
    }
    findings.push(if lost == 0 {
        Finding::well(
            "files",
            format!("{files}, each with its object (`cidlock verify` reads them)"),
        )
    } else {
        let detail = format!("{lost} of {files} have no object, or a damaged one");
        Finding::wrong("files", detail, "restore their objects from your backup")
    });
    Ok(findings)
}

/// Objects that no file of the catalog is about.
async fn unknown(store: &dyn Store, engine: &dyn Engine) -> Result<Vec<Finding>, StoreError> {
    let (mut unknown, mut names) = (0, Vec::new());
    let mut pins = engine.pins();
    while let Some(pin) = pins.next().await {
        // What is damaged was named by its file.
        let Ok(pin) = pin else { continue };
        let id = ObjectId::parse(pin.name.as_str()).ok();
        let known = match id {
            Some(id) => store.file(id).await?.is_some_and(|file| file.root == pin.root),
            None => false,
        };
        if !known {
            unknown += 1;
            if names.len() < NAMED {
                names.push(pin.name.to_string());
            }
        }
    }
    if unknown == 0 {
        return Ok(Vec::new());
    }
    let more = if unknown > names.len() { ", ..." } else { "" };
    let detail = format!("{unknown} that the catalog does not know: {}{more}", names.join(", "));
    let mend = "`cidlock rebuild` puts back what it can; nothing is deleted because it is unknown";
    Ok(vec![Finding::warning("objects", detail, mend)])
}
