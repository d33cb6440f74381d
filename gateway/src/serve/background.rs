//! What runs beside the requests, until the gateway stops.

use std::time::Duration;

use tokio::task::JoinSet;

use super::engine;
use crate::clock::every;
use crate::config::Config;
use crate::deletion::Retention;
use crate::http::Services;
use crate::upkeep::{Collection, Repair};

/// Begins all of it; it ends when what is returned is dropped.
pub(super) fn begin(config: &Config, services: &Services, retention: Retention) -> JoinSet<()> {
    let interval = Duration::from_secs(config.engine.retry_interval_s);
    let mut jobs = JoinSet::new();
    jobs.spawn(retention.run());
    jobs.spawn(undo(services, interval));
    jobs.spawn(repair(config, services).run());
    jobs.spawn(services.scrub.clone().run());
    jobs.spawn(collection(config, services).run());
    jobs
}

fn repair(config: &Config, services: &Services) -> Repair {
    let deletions = &services.deletions;
    Repair {
        engine: deletions.engine.clone(),
        store: deletions.store.clone(),
        clock: deletions.clock.clone(),
        holds: deletions.holds.clone(),
        interval: Duration::from_secs(config.engine.repair_interval_s),
        nodes: engine::nodes(config),
    }
}

fn collection(config: &Config, services: &Services) -> Collection {
    let deletions = services.deletions.clone();
    Collection {
        engine: deletions.engine.clone(),
        store: deletions.store.clone(),
        clock: deletions.clock.clone(),
        deletions,
        window: config.kubo.gc_window,
        interval: Duration::from_secs(config.engine.retry_interval_s),
    }
}

/// Goes on with what could not be undone or followed when it was asked for.
fn undo(services: &Services, interval: Duration) -> impl Future<Output = ()> + use<> {
    let (uploads, edits) = (services.uploads.clone(), services.edits.clone());
    let deletions = services.deletions.clone();
    async move {
        let mut ticks = every(interval);
        loop {
            ticks.tick().await;
            let undone = uploads.undo_leftovers().await + edits.undo_leftovers().await;
            if undone > 0 {
                tracing::info!(undone, "undid what had failed before");
            }
            match deletions.resume().await {
                Ok(0) => {}
                Ok(done) => tracing::info!(done, "deletions are done"),
                Err(error) => tracing::warn!(%error, "deletions: will go on later"),
            }
        }
    }
}
