//! What `cidlock doctor` sees in a data directory.
//!
//! It mends nothing and makes nothing. Files and Kubo nodes are looked at in any case; the catalog and the
//! objects only where no gateway runs on the directory, because it belongs to one process at a time;
//! there the catalog's tables are brought up to date, as every start does.

mod files;
mod nodes;
mod objects;

use std::path::Path;

use serde::Serialize;

use super::engine;
use crate::config::Config;

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at, a few words.
    pub what: &'static str,
    /// How it is.
    pub state: State,
    /// What was found, one sentence.
    pub detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Well,
    /// It works, and should be seen to.
    Warning,
    /// It does not work, or something is lost.
    Wrong,
}

impl Finding {
    pub(crate) fn well(what: &'static str, detail: impl Into<String>) -> Self {
        Self { what, state: State::Well, detail: detail.into(), mend: None }
    }

    fn warning(what: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what, state: State::Warning, detail: detail.into(), mend: Some(mend.into()) }
    }

    pub(crate) fn wrong(
        what: &'static str,
        detail: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self { what, state: State::Wrong, detail: detail.into(), mend: Some(mend.into()) }
    }
}

/// Looks at the data directory and all in it, in an order that makes sense to read.
pub async fn inspect(config: &Config) -> Vec<Finding> {
    let dir: &Path = &config.data_dir;
    if !dir.is_dir() {
        let detail = format!("{} is not there yet", dir.display());
        return vec![Finding::warning(
            "data directory",
            detail,
            "if it is the right one, `cidlock serve` makes it; --data-dir names another",
        )];
    }
    let mut findings = files::look(config);
    if config.engine.is_kubo() {
        // Asked whether or not a gateway runs: they are not its own.
        match engine::kubo(&config.kubo) {
            Ok(kubo) => findings.extend(nodes::look(config, &kubo).await),
            Err(error) => {
                let mend = "see what docs/configuration.md says of [kubo]";
                findings.push(Finding::wrong("nodes", format!("{error:#}"), mend));
            }
        }
    }
    findings.extend(objects::look(config).await);
    findings
}
