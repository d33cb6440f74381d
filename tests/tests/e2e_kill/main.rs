//! A gateway that is killed in every phase of what it does, again and again over one data directory.
//!
//! Each round aims at a phase. The gateway's log has room for one line: while the one that says that
//! the phase was entered is not taken, the process can go to the end of that phase and no further.
//! What is counted is where it really was.
//!
//! `CIDLOCK_SEED` repeats a run, as far as a scheduler can be made to; `CIDLOCK_KILL_ROUNDS` makes it
//! longer (`tests/soak.sh`).

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

mod account;
mod clients;
mod round;

use std::collections::BTreeMap;

use cidlock_tests::dice::{Dice, number};
use cidlock_tests::gateway::Home;

use account::Account;

/// What the log calls the phases of an upload, in their order.
const UPLOAD: [&str; 6] = ["body", "statement", "intent", "commit", "row", "reply"];

/// And those of a deletion. What else gets phases adds them here, and to what [`clients`] do.
const DELETION: [&str; 4] = ["record", "log", "unpin", "done"];

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_in_any_phase_what_was_acknowledged_is_there_and_nothing_is_by_halves() {
    let rounds = number("CIDLOCK_KILL_ROUNDS").unwrap_or(20);
    let mut dice = Dice::from_environment();
    let seed = dice.seed();
    println!("CIDLOCK_SEED={seed}, {rounds} rounds");
    let mut home = Home::configured("[log]\njson = true\nfilter = 'warn,cidlock::phase=debug'\n");
    let mut account = Account::default();
    let phases = [&UPLOAD[..], &DELETION].concat();
    let mut counts: BTreeMap<&str, u64> = phases.iter().map(|phase| (*phase, 0)).collect();
    let mut deck = Vec::new();
    for round in 0..rounds {
        if deck.is_empty() {
            deck.clone_from(&phases);
            dice.shuffle(&mut deck);
        }
        let aim = deck.pop().unwrap();
        let (killed_in, killed) = round::run(home, round, aim, &mut dice, &mut account).await;
        *counts.entry(killed_in).or_default() += 1;
        let told =
            format!("CIDLOCK_SEED={seed}, round {round}, aimed at {aim}, was in {killed_in}");
        home = account.check(killed, &told).await;
    }
    println!("{:>12} | kills", "phase");
    for (phase, kills) in &counts {
        println!("{phase:>12} | {kills}");
    }
    let (stored, deleted, unasked) = account.totals();
    println!(
        "{stored} files acknowledged, {unasked} kept without; {deleted} deletions acknowledged"
    );
    let missed: Vec<_> = counts.iter().filter(|(_, kills)| **kills == 0).collect();
    assert!(missed.is_empty(), "CIDLOCK_SEED={seed}: nothing was killed in {missed:?}");
}
