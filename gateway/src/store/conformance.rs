//! The suite that every store passes: what the trait [`Store`] means, as code.
//!
//! A store, here or elsewhere, calls [`run`] in a test of its own. Each case gets a fresh database;
//! those about concurrency open it twice, as two gateways do. The cases:
//!
//! - [`realm`]: the first claim stays; another realm is refused.
//! - [`users`]: they come back as they were; names and ids are unique, byte by byte;
//!   what tokens are held against is read in one look.
//! - [`sessions`]: refresh tokens work once, in time, and while their session lasts; reuse ends the
//!   session; of concurrent rotations one wins; what fails changes nothing.
//! - [`uploads`]: intents are listed in pages, conflict with what exists, and become a file once,
//!   if it is the file that was begun and nobody has cancelled it.
//! - [`files`]: they come back as they were acknowledged; lists are newest first, of one owner, and
//!   neither skip nor repeat what is there throughout.
//! - [`revisions`]: one at a time, after its intent; the row changes as a whole.
//! - [`deletions`]: what they take and what stays, once; what is due; what comes back and what does
//!   not.
//! - [`replicas`]: files that want one, roots that some node may still keep, and how far jobs are.
//! - [`links`]: the same of links; a link is revoked once.
//! - [`ancestors`]: a link knows what it descends from, in order; lists have what descends from a
//!   link; whatever revokes one is seen on those below it.
//! - [`revocations`]: numbered without gaps, visible in their order under concurrency, in pages,
//!   for as long as they matter.
//! - [`durability`]: what was answered is there after the database is opened again; a closed store
//!   refuses; a caller that goes away leaves nothing half done and no transaction open; numbers
//!   that do not fit are refused.
//!
//! It cannot say what survives a power failure.

pub mod ancestors;
pub mod deletions;
pub mod durability;
pub mod files;
pub mod links;
pub mod realm;
pub mod replicas;
pub mod revisions;
pub mod revocations;
pub(crate) mod sample;
pub mod sessions;
pub mod uploads;
pub mod users;

use std::sync::Arc;

use super::{Store, StoreError};

/// Runs every case. Panics where a store does not do what it must.
///
/// `open` opens the database of that name (lower-case words joined by `_`), empty the first time.
pub async fn run(open: impl AsyncFn(&str) -> Arc<dyn Store>) {
    macro_rules! cases {
        ($($group:ident: $($case:ident)+;)+) => {$($({
            let name = concat!(stringify!($group), "_", stringify!($case));
            let store = open(name).await;
            passed(name, $group::$case(&*store).await);
            store.close().await;
        })+)+};
    }
    macro_rules! cases_of_two {
        ($($group:ident: $($case:ident)+;)+) => {$($({
            let name = concat!(stringify!($group), "_", stringify!($case));
            let (one, other) = (open(name).await, open(name).await);
            passed(name, $group::$case(&*one, &*other).await);
            one.close().await;
            other.close().await;
        })+)+};
    }

    cases! {
        realm: is_claimed_once;
        users: come_back_as_they_were are_judged_in_one_look have_names_of_their_own;
        sessions: come_back_as_they_were are_not_started_twice refresh_once_per_token
            end_when_a_token_is_reused do_not_outlive_their_time end_once change_only_as_a_whole;
        uploads: are_listed_in_pages conflict_with_what_exists become_files_once
            become_only_what_was_begun become_no_files_once_cancelled;
        files: come_back_as_acknowledged are_listed_newest_first are_listed_while_they_are_kept
            are_neither_skipped_nor_repeated;
        revisions: change_the_row need_their_intent can_be_cancelled
            follow_one_another;
        deletions: take_all_but_a_record happen_once are_pending_until_done are_followed_until_collected of_what_is_over_are_due
            are_not_undone of_tokens_only_move_on;
        replicas: are_wanted_until_pinned of_former_roots_are_recorded are_looked_after_by_jobs;
        links: come_back_as_they_were are_listed_newest_first need_what_they_name
            are_revoked_once;
        ancestors: come_back_in_their_order are_listed_from_above need_to_be_links_to_the_file
            are_seen_to_be_revoked;
        revocations: are_numbered_in_pages matter_until_their_tokens_expired;
        durability: of_a_closed_store of_what_does_not_fit of_dropped_calls;
    }
    cases_of_two! {
        users: are_created_once_under_one_name;
        sessions: rotate_once_under_concurrency;
        uploads: become_files_once_under_concurrency are_committed_or_cancelled;
        revisions: are_committed_or_deleted;
        deletions: happen_once_under_concurrency;
        links: are_revoked_once_under_concurrency;
        revocations: become_visible_in_their_order;
    }

    let name = "durability_of_a_reopened_store";
    let store = open(name).await;
    let written = durability::write(&*store).await.expect("everything can be written");
    store.close().await;
    let store = open(name).await;
    passed(name, durability::is_all_there(&*store, &written).await);
    store.close().await;
}

fn passed(name: &str, case: Result<(), StoreError>) {
    if let Err(error) = case {
        panic!("{name}: {error}: {error:?}");
    }
}
