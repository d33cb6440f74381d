//! The suite that every engine passes: what the trait [`Engine`] means, as code.
//!
//! An engine, here or elsewhere, calls [`run`] in a test of its own with small [`DagParams`], so
//! that deep trees are small; once more with the real ones costs little. Each case gets a fresh
//! subject. The cases:
//!
//! - [`contents`]: contents of every size around leaf and fan-out edges come back whole and in
//!   ranges; ranges that are none are refused; members come back; committing again changes nothing;
//!   blocks may be written before or after the engine begins to take them; many objects at once.
//! - [`pins`]: exactly what was committed is listed; a dropped ingest, with or without its upload
//!   given up, leaves no pin; unpinning is idempotent, and of one object alone.
//! - [`refusals`]: unknown pins and members are not found; a name never gets another root; a pin is
//!   not removed by the name of another root.
//! - [`revisions`]: new members over the same content, settled or taken back; the CAR is whole at
//!   every moment; what is not current is not revised.
//! - [`health`]: an engine that could work says so.
//!
//! It deliberately does not say what happens to blocks without a pin, and cannot say what survives
//! a power failure.
//!
//! [`DagParams`]: crate::dag::DagParams

pub mod contents;
mod fixture;
pub mod health;
pub mod pins;
pub mod refusals;
pub mod revisions;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use self::fixture::{edge_sizes, pattern};
use crate::engine::Engine;
use crate::staging::StagingArea;

/// The largest content that the suite stores.
pub const MAX_CONTENT_LEN: u64 = 4 * 1024 * 1024;

/// An engine under test, and the staging area that feeds it.
pub struct Subject {
    /// An engine without pins.
    pub engine: Arc<dyn Engine>,
    /// Where the suite stages objects. Its parameters are the engine's; its limit is at least 16
    /// times [`MAX_CONTENT_LEN`].
    pub staging: StagingArea,
}

/// Runs every case. Panics where an engine does not do what it must.
pub async fn run(make: impl AsyncFn() -> Subject) {
    contents::of_every_edge_size_come_back(&make().await).await;
    contents::come_back_in_every_range(&make().await).await;
    contents::with_members_give_each_member_back(&make().await).await;
    contents::committed_again_change_nothing(&make().await).await;
    contents::are_taken_before_and_after_they_are_written(&make().await).await;
    contents::of_many_objects_are_kept_at_once(&make().await).await;
    pins::are_listed_exactly(&make().await).await;
    pins::come_of_no_dropped_ingest(&make().await).await;
    pins::are_removed_once(&make().await).await;
    pins::of_equal_contents_are_apart(&make().await).await;
    refusals::of_what_is_not_there(&make().await).await;
    refusals::of_ranges_that_are_none(&make().await).await;
    refusals::of_another_root_under_a_name(&make().await).await;
    refusals::of_removing_another_root(&make().await).await;
    revisions::keep_the_content(&make().await).await;
    revisions::follow_each_other(&make().await).await;
    revisions::can_be_taken_back(&make().await).await;
    revisions::of_what_is_not_current_are_refused(&make().await).await;
    health::of_a_fresh_engine_is_good(&make().await).await;
}
