//! Nodes killed in the middle of everything: with three copies of which two are enough, nobody
//! notices the loss of one.

use std::ops::AddAssign;
use std::sync::Arc;

use bytes::Bytes;
use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::content::{bytes, pieces};
use cidlock_tests::dice::Dice;
use cidlock_tests::gateway::{Gateway, Home};
use cidlock_tests::kubo::Swarm;
use futures::stream;
use reqwest::Body;
use tokio::sync::watch;

use super::upkeep::{assert_whole_on, scrubbed};
use super::{list, until_replicas};

/// Nodes that are killed, one in each round.
const ROUNDS: u64 = 10;
/// Uploads and downloads in each round, each.
const IN_A_ROUND: u64 = 10;
/// At a time, of each.
const AT_ONCE: u64 = 2;
/// The longest file, in bytes: some leaves.
const MAX_LEN: u64 = 6_000_000;
/// What is sent and received in pieces of this many bytes.
const PIECE: usize = 65_536;

/// A file, and what it is made of.
#[derive(Clone)]
struct Known {
    seed: u64,
    len: u64,
    stored: Stored,
}

/// How many bytes went up and down, and who wants to know.
#[derive(Clone)]
struct Traffic(Arc<watch::Sender<u64>>);

impl Traffic {
    fn new() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    fn passed(&self, bytes: usize) {
        self.0.send_modify(|total| total.add_assign(bytes as u64));
    }

    /// Waits until so many bytes have passed.
    async fn reaches(&self, bytes: u64) {
        let mut seen = self.0.subscribe();
        let _there = seen.wait_for(|total| *total >= bytes).await.expect("somebody sends");
    }

    fn total(&self) -> u64 {
        *self.0.borrow()
    }
}

async fn upload(admin: &Client, seed: u64, len: u64, traffic: &Traffic) -> Known {
    let counted = traffic.clone();
    let pieces = pieces(seed, len, PIECE).map(move |piece: Bytes| {
        counted.passed(piece.len());
        Ok::<_, std::io::Error>(piece)
    });
    let pieces: Vec<_> = pieces.collect();
    let body = Body::wrap_stream(stream::iter(pieces));
    Known { seed, len, stored: admin.store(&format!("{seed}.bin"), body).await }
}

async fn download(admin: &Client, known: &Known, traffic: &Traffic) {
    let path = format!("/files/{}", known.stored.cid);
    let mut answer = admin.get(&path).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.expect("a body that is not cut") {
        traffic.passed(piece.len());
        body.extend_from_slice(&piece);
    }
    let len = usize::try_from(known.len).expect("it fits");
    assert!(body == bytes(known.seed, len), "{} has other bytes", known.stored.cid);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_one_of_three_nodes_can_be_killed_at_any_moment_and_nothing_is_lost() {
    let mut dice = Dice::from_environment();
    println!("CIDLOCK_SEED={}", dice.seed());
    let mut nodes = Swarm::of_strangers(3).await;
    let home = Home::configured(&format!(
        "[engine]\nkind = 'kubo'\nretry_interval_s = 1\nrepair_interval_s = 1\n\
         [kubo]\nnodes = '{}'\nreplicas = 3\nmin_replicas = 2\nrpc_timeout_s = 5\n\
         read_timeout_s = 2\n",
        list(&nodes)
    ));
    let gateway = Gateway::start_in(home).await;
    let admin = Client::admin(&gateway).await;
    let quiet = Traffic::new();
    let mut known = Vec::new();
    for seed in 0..IN_A_ROUND {
        known.push(upload(&admin, seed, 1 + dice.below(MAX_LEN), &quiet).await);
    }
    let mut in_the_middle = 0;
    for round in 0..ROUNDS {
        let traffic = Traffic::new();
        let lens: Vec<u64> = (0..IN_A_ROUND).map(|_| 1 + dice.below(MAX_LEN)).collect();
        let read: Vec<Known> = (0..IN_A_ROUND)
            .map(|_| known[usize::try_from(dice.below(known.len() as u64)).unwrap()].clone())
            .collect();
        let all = lens.iter().sum::<u64>() + read.iter().map(|file| file.len).sum::<u64>();
        let moment = dice.below(all);
        let victim = usize::try_from(dice.below(3)).unwrap();

        let uploads = (0..AT_ONCE).map(async |lane| {
            let mut done = Vec::new();
            for i in (lane..IN_A_ROUND).step_by(usize::try_from(AT_ONCE).unwrap()) {
                let seed = (round + 1) * 1000 + i;
                let len = lens[usize::try_from(i).unwrap()];
                done.push(upload(&admin, seed, len, &traffic).await);
            }
            done
        });
        let downloads = (0..AT_ONCE).map(async |lane| {
            for file in read.iter().skip(usize::try_from(lane).unwrap()).step_by(2) {
                download(&admin, file, &traffic).await;
            }
        });
        let kill = async {
            traffic.reaches(moment).await;
            nodes[victim].kill();
            traffic.total()
        };
        let (stored, _, at) = futures::join!(
            futures::future::join_all(uploads),
            futures::future::join_all(downloads),
            kill
        );
        known.extend(stored.into_iter().flatten());
        assert_eq!(traffic.total(), all, "everything went up and came down");
        in_the_middle += u64::from(at < all);
        // Also with the node still away: whatever was acknowledged is there.
        for file in known.iter().rev().take(usize::try_from(IN_A_ROUND).unwrap()) {
            download(&admin, file, &quiet).await;
        }
        nodes[victim].restart().await;
    }
    assert!(in_the_middle >= ROUNDS / 2, "{in_the_middle} kills in the middle of something");

    let pinned: Vec<_> = (0..3).map(|i| (format!("n{i}"), "pinned".to_owned())).collect();
    for file in &known {
        until_replicas(&admin, &file.stored.cid, &pinned).await;
    }
    let _begun = Answer::to(admin.post("/v1/admin/scrub")).await.expect(202);
    let state = scrubbed(&admin).await;
    let counts = ["read", "healed", "damaged", "absent", "unknown"].map(|count| &state[count]);
    let uploads = (ROUNDS + 1) * IN_A_ROUND;
    assert_eq!(counts.map(|count| count.as_u64().unwrap()), [uploads, 0, 0, 0, 0], "{state}");
    let root = admin.info(&known[3].stored.cid).await["root"].as_str().unwrap().to_owned();
    for node in nodes.iter() {
        assert_whole_on(node, &root);
    }
}
