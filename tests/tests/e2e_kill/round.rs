//! One life of a gateway, from its start to its kill.

use std::sync::{Arc, mpsc};
use std::thread;

use cidlock_tests::client::Client;
use cidlock_tests::dice::Dice;
use cidlock_tests::gateway::{Gateway, Home, OneLine};
use cidlock_tests::wait::PATIENCE;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::account::{Account, Work};
use crate::clients::{self, Stop};
use crate::{DELETION, UPLOAD};

/// Clients that work at the same time.
const CLIENTS: u64 = 3;

/// When to kill.
struct Aim {
    phase: &'static str,
    /// The how manieth entrance into the phase is the one.
    nth: u64,
    /// How often to give way to others before.
    steps: u64,
    /// Tells that the client of a torn body has sent as much as it will.
    sent: mpsc::Receiver<()>,
}

/// Starts a gateway in `home`, lets clients work, and kills it in `phase`. Says in which phase that
/// was, and gives back the home.
pub(crate) async fn run(
    home: Home,
    round: u64,
    phase: &'static str,
    dice: &mut Dice,
    account: &mut Account,
) -> (&'static str, Home) {
    let (log, errors) = OneLine::new();
    let (torn, sent) = mpsc::channel();
    let aim = Aim { phase, nth: 1 + dice.below(12), steps: dice.below(100), sent };
    let nth = aim.nth;
    let (now, moment) = oneshot::channel();
    let (dead, death) = mpsc::channel();
    let watcher = thread::spawn(move || watch(log, &aim, now, &death));

    let gateway = Gateway::start_logging_to(home, errors).await;
    let admin = Client::admin(&gateway).await;
    let work = Arc::default();
    let mut running = tokio::task::JoinSet::new();
    let seed = |client: u64| (round * CLIENTS + client) << 20;
    if phase == "body" {
        // One client alone, so that the last line is about the body that it tears.
        let stop = Stop::Torn { after: nth - 1, torn, address: gateway.address() };
        running.spawn(clients::work(admin, seed(0), stop, dice.clone(), Arc::clone(&work)));
    } else {
        for client in 0..CLIENTS {
            let (admin, work) = (admin.clone(), Arc::clone(&work));
            let _ = dice.below(2);
            running.spawn(clients::work(admin, seed(client), Stop::Never, dice.clone(), work));
        }
    }
    tokio::time::timeout(PATIENCE, moment).await.expect("the phase is entered").unwrap();
    let home = gateway.kill();
    dead.send(()).unwrap();
    let lines = watcher.join().unwrap();
    running.join_all().await;
    let work = Arc::into_inner(work).unwrap().into_inner().unwrap();
    let phase = phase_of(&lines, &work);
    account.add(work);
    (phase, home)
}

/// Takes line after line until the aim is there, says so, and takes the rest after the death.
fn watch(
    mut log: OneLine,
    aim: &Aim,
    now: oneshot::Sender<()>,
    death: &mpsc::Receiver<()>,
) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut left, mut now) = (aim.nth, Some(now));
    while let Some(line) = log.peek() {
        if entered(&line).is_some_and(|(phase, _)| phase == aim.phase) && now.is_some() {
            left -= 1;
            if left == 0 {
                if aim.phase == "body" {
                    aim.sent.recv_timeout(PATIENCE).expect("a client tears its body");
                }
                for _ in 0..aim.steps {
                    thread::yield_now();
                }
                let _ = now.take().unwrap().send(());
                let _ = death.recv();
            }
        }
        lines.extend(log.take());
    }
    lines
}

/// The phase, and the object, that a line is about.
fn entered(line: &str) -> Option<(&'static str, String)> {
    let line: Value = serde_json::from_str(line).ok()?;
    if line["target"] != "cidlock::phase" {
        return None;
    }
    let known = UPLOAD.into_iter().chain(DELETION);
    let phase = known.into_iter().find(|phase| line["fields"]["phase"] == *phase);
    let phase = phase.unwrap_or_else(|| panic!("{line} names a phase that nothing aims at"));
    Some((phase, line["fields"]["object"].as_str()?.to_owned()))
}

/// The last phase that anything entered that was still running.
fn phase_of(lines: &[String], work: &Work) -> &'static str {
    let entered = lines.iter().rev().filter_map(|line| entered(line));
    let mut running = entered.filter(|(phase, object)| {
        if DELETION.contains(phase) { !work.is_deleted(object) } else { !work.is_stored(object) }
    });
    running.next().map_or("none", |(phase, _)| phase)
}
