//! Whole files, in and out, beside a Kubo on the same disk.

use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use cidlock_tests::client::Client;
use cidlock_tests::content;
use cidlock_tests::gateway::Gateway;
use cidlock_tests::kubo::Node;

use crate::floor;
use crate::load::{Connection, Kubo, Owner};
use crate::options::Options;
use crate::process::Process;
use crate::report::{Report, Target};
use crate::series::Series;

/// How long something took, and what one process took of the processors for it.
#[derive(Debug, Default)]
pub(crate) struct Cost {
    pub(crate) wall_s: Series,
    pub(crate) cpu_s_per_gb: Series,
}

#[derive(Debug, Default)]
struct Costs {
    plain_write: Cost,
    client: Series,
    ours_up: Cost,
    kubo_up: Cost,
    ours_down: Cost,
    kubo_down: Cost,
    hashes: Cost,
    plain_send: Cost,
}

pub(crate) async fn measure(options: &Options, report: &mut Report) {
    let (gateway, node) = (Gateway::start().await, Node::start().await);
    let (ours, theirs) = (Process::new(gateway.pid()), Process::new(node.pid()));
    let kubo = Kubo { rpc: address(node.rpc()), gateway: address(node.gateway()) };
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("file");
    let mut costs = Costs::default();
    for round in 0..=options.rounds {
        // The first round warms what there is to warm, and does not count.
        let mut uncounted = Costs::default();
        let into = if round == 0 { &mut uncounted } else { &mut costs };
        write_content(&path, round as u64, options.large);
        let owner = owner(&gateway).await;
        let own = Process::own();
        let plain = directory.path().join("plain");
        timed(&mut into.plain_write, own, options.large, || floor::copy(&path, &plain, true));
        std::fs::remove_file(&plain).expect("a file can be removed");
        timed(&mut into.hashes, own, options.large, || floor::hash_twice(options.large));
        let zeros = floor::serve_zeros(options.large);
        timed(&mut into.plain_send, own, options.large, || Connection::open(zeros).swallow(200));

        let (mut cid, mut kubo_cid) = (String::new(), String::new());
        for turn in 0..2 {
            // Whoever is first in one round is second in the next.
            if (turn + round) % 2 == 0 {
                let before = own.cpu_s();
                timed(&mut into.ours_up, ours, options.large, || cid = owner.store(&path));
                into.client.push((own.cpu_s() - before) / gb(options.large));
            } else {
                timed(&mut into.kubo_up, theirs, options.large, || kubo_cid = kubo.store(&path));
            }
        }
        for turn in 0..2 {
            let whole = if (turn + round) % 2 == 0 {
                let mut connection = owner.connect();
                timed(&mut into.ours_down, ours, options.large, || {
                    owner.fetch(&mut connection, &cid)
                })
            } else {
                timed(&mut into.kubo_down, theirs, options.large, || kubo.fetch(&kubo_cid))
            };
            assert_eq!(whole, options.large, "all of the file");
        }
        forget(&gateway, &node, &kubo_cid);
    }
    tell(options, report, &costs);
}

fn tell(options: &Options, report: &mut Report, costs: &Costs) {
    let size = options.large >> 20;
    report.part(
        "Whole files, beside Kubo",
        &format!(
            "One file of {size} MiB a round, new in each, n = {} rounds after one that does not \
             count. Both servers run throughout, with their data on the same disk; who is first \
             alternates from round to round, and `sync` runs before each measurement. Kubo (flatfs, \
             `\"sync\": true`, profile unixfs-v1-2025) is given the file by `POST /api/v0/add`, pinned, \
             and read by its own HTTP gateway; cidlock (embedded engine, `fsync` before the answer) by \
             `POST /v1/files` and `GET /files/{{cid}}`. The same client sends both the same file. Ratios \
             are taken within a round. The last rows are what no server of this kind goes below here: \
             an upload has two digests to make, of the file and of its blocks, and a download has to \
             get through TCP.",
            options.rounds
        ),
    );
    let ratio = |ours: &Cost, theirs: &Cost| ours.wall_s.ratio_to(&theirs.wall_s);
    let up = ratio(&costs.ours_up, &costs.kubo_up);
    let down = ratio(&costs.ours_down, &costs.kubo_down);
    report.fact("upload, s", &costs.ours_up.wall_s);
    report.fact("`ipfs add`, s", &costs.kubo_up.wall_s);
    report.row("upload / `ipfs add`", &up, up.median(), Target::AtMost(0.7));
    report.fact("download, s", &costs.ours_down.wall_s);
    report.fact("Kubo's gateway, s", &costs.kubo_down.wall_s);
    report.row("download / Kubo's gateway", &down, down.median(), Target::AtMost(0.5));
    let cpu = &costs.ours_up.cpu_s_per_gb;
    report.row("upload, processor s/GB", cpu, cpu.median(), Target::AtMost(1.5));
    report.fact("`ipfs add`, processor s/GB", &costs.kubo_up.cpu_s_per_gb);
    let cpu = &costs.ours_down.cpu_s_per_gb;
    report.row("download, processor s/GB", cpu, cpu.median(), Target::AtMost(0.6));
    report.fact("Kubo's gateway, processor s/GB", &costs.kubo_down.cpu_s_per_gb);
    report.fact("the client's part of an upload, processor s/GB", &costs.client);
    report.fact("for comparison: copying the file and `fsync`, s", &costs.plain_write.wall_s);
    report.fact("the same, processor s/GB", &costs.plain_write.cpu_s_per_gb);
    let hashes = &costs.hashes.cpu_s_per_gb;
    report.fact("SHA-256 of as many bytes, twice, processor s/GB", hashes);
    report.fact(
        "a server that sends as many zeros and does nothing else, s",
        &costs.plain_send.wall_s,
    );
    report.end();
}

/// The admin of `gateway`, with a fresh token.
pub(crate) async fn owner(gateway: &Gateway) -> Owner {
    let token = Client::admin(gateway).await.token().to_owned();
    Owner { gateway: gateway.address(), token }
}

/// Lets the file at `path` have `len` bytes that no other seed gives.
pub(crate) fn write_content(path: &Path, seed: u64, len: u64) {
    let mut file = File::create(path).expect("a file can be written");
    for piece in content::pieces(seed, len, 1 << 20) {
        file.write_all(&piece).expect("the disk has room");
    }
    file.sync_all().expect("a file can be synced");
}

pub(crate) fn gb(bytes: u64) -> f64 {
    bytes as f64 / 1e9
}

pub(crate) fn timed<T>(
    cost: &mut Cost,
    process: Process,
    bytes: u64,
    work: impl FnOnce() -> T,
) -> T {
    rustix::fs::sync();
    let (start, before) = (Instant::now(), process.cpu_s());
    let done = work();
    cost.wall_s.push(start.elapsed().as_secs_f64());
    cost.cpu_s_per_gb.push((process.cpu_s() - before) / gb(bytes));
    done
}

/// Takes away what both have stored, so that each round finds the disk and the page cache alike.
fn forget(gateway: &Gateway, node: &Node, kubo_cid: &str) {
    for file in gateway.home().object_files() {
        std::fs::remove_file(file).expect("an object's file can be removed");
    }
    node.repo().run(["pin", "rm", kubo_cid]);
    node.repo().run(["repo", "gc", "--silent"]);
    rustix::fs::sync();
}

pub(crate) fn address(url: &str) -> SocketAddr {
    let address = url.strip_prefix("http://").and_then(|address| address.parse().ok());
    address.expect("Kubo listens on an address")
}
