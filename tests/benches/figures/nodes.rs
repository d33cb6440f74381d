//! Kubo as the engine, beside the same Kubo alone.

use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use cidlock_tests::client::Client;
use cidlock_tests::content;
use cidlock_tests::gateway::{Gateway, Home};
use cidlock_tests::kubo::{Node, setting};
use cidlock_tests::wire::Wire;

use crate::floor::{self, Passing};
use crate::load::{Kubo, Owner};
use crate::options::Options;
use crate::process::Process;
use crate::report::{Report, Target};
use crate::series::Series;
use crate::transfer::{Cost, address, gb, owner, timed, write_content};

const RANGE: u64 = 64 << 10;
/// Requests of each client for ranges.
const REQUESTS: u64 = 100;
const SLOW_READERS: usize = 200;
/// Bytes that a slow reader takes now and then.
const SIP: usize = 4096;
const READING: Duration = Duration::from_secs(8);
const CLIENTS: usize = 8;
const LEN: usize = 4096;

/// A node, a gateway over it, and who uses both.
struct Pair {
    node: Node,
    gateway: Gateway,
    kubo: Kubo,
    owner: Owner,
}

impl Pair {
    async fn start() -> Self {
        let node = Node::start().await;
        let home = Home::configured(&format!(
            "[engine]\nkind = 'kubo'\n[kubo]\nnodes = '{}'\n",
            setting([&node.address("a")])
        ));
        let gateway = Gateway::start_in(home).await;
        let kubo = Kubo { rpc: address(node.rpc()), gateway: address(node.gateway()) };
        let owner = owner(&gateway).await;
        Self { node, gateway, kubo, owner }
    }

    fn serve(&self) -> Process {
        Process::new(self.gateway.pid())
    }

    fn node(&self) -> Process {
        Process::new(self.node.pid())
    }
}

pub(crate) async fn transfers(options: &Options, report: &mut Report) {
    let mut pair = Pair::start().await;
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("file");
    let [mut up, mut add, mut down, mut read]: [Cost; 4] = Default::default();
    let [mut bare, mut passing]: [Cost; 2] = Default::default();
    let [mut kubo_up, mut kubo_down, mut parts, mut passing_alone]: [Series; 4] =
        Default::default();
    for round in 0..=options.rounds {
        let mut uncounted: [Cost; 4] = Default::default();
        let [up, add, down, read] = if round == 0 {
            uncounted.each_mut()
        } else {
            [&mut up, &mut add, &mut down, &mut read]
        };
        write_content(&path, 7000 + round as u64, options.large);
        pair.owner = owner(&pair.gateway).await;
        let (serve, node) = (pair.serve(), pair.node());
        let (mut cid, mut kubo_cid) = (String::new(), String::new());
        for turn in 0..2 {
            if (turn + round) % 2 == 0 {
                let before = node.cpu_s();
                timed(up, serve, options.large, || cid = pair.owner.store(&path));
                if round > 0 {
                    kubo_up.push((node.cpu_s() - before) / gb(options.large));
                }
            } else {
                timed(add, node, options.large, || kubo_cid = pair.kubo.store(&path));
            }
        }
        for turn in 0..2 {
            let whole = if (turn + round) % 2 == 0 {
                let mut connection = pair.owner.connect();
                let before = node.cpu_s();
                let whole =
                    timed(down, serve, options.large, || pair.owner.fetch(&mut connection, &cid));
                if round > 0 {
                    kubo_down.push((node.cpu_s() - before) / gb(options.large));
                }
                whole
            } else {
                timed(read, node, options.large, || pair.kubo.fetch(&kubo_cid))
            };
            assert_eq!(whole, options.large, "all of the file");
        }
        let leaves = pair.node.repo().run(["refs", &kubo_cid]);
        let leaves: Vec<&str> = leaves.lines().collect();
        let mut uncounted: [Cost; 2] = Default::default();
        let [bare, passing] =
            if round == 0 { uncounted.each_mut() } else { [&mut bare, &mut passing] };
        timed(bare, node, options.large, || pair.kubo.fetch_blocks(&leaves));
        let middle = Passing::start(address(pair.node.gateway()));
        timed(passing, node, options.large, || pair.kubo.fetch_through(middle.host, &kubo_cid));
        let passed = middle.cpu_s() / gb(options.large);
        let each = parts_of_an_upload(&path, directory.path(), options.large);
        if round > 0 {
            passing_alone.push(passed);
            parts.push(each + passed);
        }
        let admin = Client::admin(&pair.gateway).await;
        let gone = admin.delete(&format!("/v1/files/{cid}")).send().await.expect("an answer");
        assert!(gone.status().is_success(), "it is deleted");
        pair.node.repo().run(["pin", "rm", &kubo_cid]);
        pair.node.repo().run(["repo", "gc", "--silent"]);
        rustix::fs::sync();
    }
    report.part(
        "Whole files over Kubo, beside the same Kubo",
        &format!(
            "One file of {} MiB a round, new in each, n = {} rounds after one that does not count. One \
             node keeps what cidlock (`engine.kind = \"kubo\"`, one replica, read through the node's \
             gateway) is given, and what it is given itself by `POST /api/v0/add`; who is first alternates, \
             and `sync` runs before each measurement. Ratios are taken within a round. All of them share \
             the machine's processors with the node, so that processor time is what they wait for: an \
             upload is hashed twice here (the file, and the blocks), once more by the node, which \
             checks what it imports, and read again when it is pinned; `add` hashes once. 1.2 would \
             need a node that pins what it imports without walking it, and one pass of SHA-256 less. A \
             download goes through one process more than from the gateway itself. The last rows are what is \
             left of both where nothing else is done: an answer of the gateway that is passed on by a \
             thread that does not even look at it, and the steps of an upload one by one, with no server \
             around them.",
            options.large >> 20,
            options.rounds
        ),
    );
    let ratio = up.wall_s.ratio_to(&add.wall_s);
    report.fact("upload, s", &up.wall_s);
    report.fact("`ipfs add`, s", &add.wall_s);
    report.row("upload / `ipfs add`", &ratio, ratio.median(), Target::AtMost(1.6));
    let cpu = &up.cpu_s_per_gb;
    report.row("upload, processor s/GB of `serve`", cpu, cpu.median(), Target::AtMost(1.6));
    report.fact("upload, processor s/GB of Kubo", &kubo_up);
    report.fact("`ipfs add`, processor s/GB of Kubo", &add.cpu_s_per_gb);
    let ratio = down.wall_s.ratio_to(&read.wall_s);
    report.fact("download, s", &down.wall_s);
    report.fact("Kubo's gateway, s", &read.wall_s);
    report.row("download / Kubo's gateway", &ratio, ratio.median(), Target::AtMost(1.25));
    let cpu = &down.cpu_s_per_gb;
    report.row("download, processor s/GB of `serve`", cpu, cpu.median(), Target::AtMost(0.6));
    report.fact("download, processor s/GB of Kubo", &kubo_down);
    report.fact("Kubo's gateway, processor s/GB of Kubo", &read.cpu_s_per_gb);
    report.fact("for comparison: the file's blocks one by one from its gateway, s", &bare.wall_s);
    report.fact("the same, processor s/GB of Kubo", &bare.cpu_s_per_gb);
    let ratio = passing.wall_s.ratio_to(&read.wall_s);
    report.fact(
        "for comparison: its gateway's answer, passed on and nothing else / the gateway",
        &ratio,
    );
    report.fact("the same, processor s/GB of who passes it on", &passing_alone);
    report.fact(
        "for comparison: hashing twice, sealing, writing, reading, receiving and sending, each alone, \
         processor s/GB in all",
        &parts,
    );
    report.end();
}

/// What an upload does to each byte but receiving and sending it: processor s/GB, one part after the other.
fn parts_of_an_upload(path: &Path, directory: &Path, len: u64) -> f64 {
    let (own, staged) = (Process::own(), directory.join("staged"));
    let before = own.cpu_s();
    // The file stands in the cache, so that this reads it once and writes it once.
    floor::copy(path, &staged, false);
    floor::hash_twice(len);
    floor::seal(len);
    let used = own.cpu_s() - before;
    std::fs::remove_file(&staged).expect("a file can be removed");
    used / gb(len)
}

/// Latencies in ms, and the node's processor time for one request, in ms.
fn requested(
    clients: usize,
    node: Process,
    ask: impl Fn(usize, &mut dyn FnMut(f64)) + Sync,
) -> (Series, f64) {
    let all = Mutex::new(Series::default());
    let (ask, before) = (&ask, node.cpu_s());
    std::thread::scope(|scope| {
        for client in 0..clients {
            let all = &all;
            scope.spawn(move || {
                let mut own = Vec::new();
                ask(client, &mut |ms| own.push(ms));
                let mut all = all.lock().expect("no client panics");
                own.into_iter().for_each(|ms| all.push(ms));
            });
        }
    });
    let cpu = (node.cpu_s() - before) * 1000.0 / (clients as u64 * REQUESTS) as f64;
    (all.into_inner().expect("no client panics"), cpu)
}

pub(crate) async fn ranges(options: &Options, report: &mut Report) {
    let pair = Pair::start().await;
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("file");
    write_content(&path, 0, options.large);
    let (cid, kubo_cid) = (pair.owner.store(&path), pair.kubo.store(&path));
    report.part(
        "Ranges over Kubo, beside the same Kubo",
        &format!(
            "64 KiB of a file of {} MiB, at places that are not aligned, {REQUESTS} requests a client, \
             each client over one connection; through cidlock, and the same ranges of the same file, \
             stored as it is, from Kubo's own gateway. Three interleaved rounds after one that does not \
             count; the ratio is taken within a round.",
            options.large >> 20
        ),
    );
    let places = |client: usize| {
        let start = client as u64 * 1_000_003;
        (0..REQUESTS).map(move |step| ((start + step) * 40_503_001) % (options.large - RANGE))
    };
    for clients in [8, 32] {
        let [mut ours, mut theirs, mut our_cpu, mut their_cpu]: [Series; 4] = Default::default();
        for round in 0..4 {
            let (mine, my_cpu) = requested(clients, pair.node(), |client, done| {
                let mut connection = pair.owner.connect();
                for start in places(client) {
                    let began = Instant::now();
                    pair.owner.fetch_range(&mut connection, &cid, start, RANGE);
                    done(began.elapsed().as_secs_f64() * 1000.0);
                }
            });
            let (other, other_cpu) = requested(clients, pair.node(), |client, done| {
                let mut connection = pair.kubo.connect();
                for start in places(client) {
                    let began = Instant::now();
                    pair.kubo.fetch_range(&mut connection, &kubo_cid, start, RANGE);
                    done(began.elapsed().as_secs_f64() * 1000.0);
                }
            });
            if round > 0 {
                ours.push(mine.median());
                theirs.push(other.median());
                our_cpu.push(my_cpu);
                their_cpu.push(other_cpu);
            }
        }
        report.fact(&format!("{clients} clients: median latency, ms"), &ours);
        report.fact(&format!("{clients} clients: Kubo's gateway, median latency, ms"), &theirs);
        let ratio = ours.ratio_to(&theirs);
        let figure = format!("{clients} clients: latency / Kubo's gateway");
        report.row(&figure, &ratio, ratio.median(), Target::AtMost(0.3));
        report.fact(&format!("{clients} clients: Kubo's processor time a request, ms"), &our_cpu);
        report.fact(&format!("{clients} clients: the same of its gateway, ms"), &their_cpu);
        let ratio = our_cpu.ratio_to(&their_cpu);
        let figure = format!("{clients} clients: processor time / Kubo's gateway");
        report.row(&figure, &ratio, ratio.median(), Target::AtMost(0.2));
    }
    report.end();
}

/// Lets many read slowly for a while.
async fn read_slowly(host: std::net::SocketAddr, request: &str) {
    let mut readers = Vec::new();
    for _ in 0..SLOW_READERS {
        let mut wire = Wire::narrow(host).await;
        wire.send(request).await;
        assert_eq!(wire.head().await.status, 200, "a reader is served");
        readers.push(wire);
    }
    let end = Instant::now() + READING;
    while Instant::now() < end {
        for reader in &mut readers {
            let _ = reader.read(SIP).await;
        }
    }
}

pub(crate) async fn slow_readers(options: &Options, report: &mut Report) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("file");
    write_content(&path, 0, options.large);
    report.part(
        "Slow readers over Kubo",
        &format!(
            "{SLOW_READERS} clients that read a file of {} MiB, 4 KiB now and then. `VmHWM` in MiB, begun \
             anew before; each row has a node of its own.",
            options.large >> 20
        ),
    );
    let pair = Pair::start().await;
    let cid = pair.owner.store(&path);
    let (serve, node) = (pair.serve(), pair.node());
    serve.reset_high_water();
    node.reset_high_water();
    let before = node.resident_mib();
    let headers = pair.owner.headers("Host: a\r\n");
    let request = format!("GET /files/{cid} HTTP/1.1\r\n{headers}\r\n");
    read_slowly(pair.gateway.address(), &request).await;
    let peak = serve.high_water_mib();
    let grown = node.high_water_mib() - before;
    report.row("`serve`, peak", format!("{peak:.1}"), peak, Target::AtMost(160.0));
    report.row("Kubo grows by", format!("{grown:.0}"), grown, Target::AtMost(500.0));
    drop(pair);

    let pair = Pair::start().await;
    let cid = pair.kubo.store(&path);
    let node = pair.node();
    node.reset_high_water();
    let before = node.resident_mib();
    let request = format!("GET /ipfs/{cid} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    read_slowly(pair.kubo.gateway, &request).await;
    let grown = node.high_water_mib() - before;
    report.fact("the same readers at its own gateway: Kubo grows by", format!("{grown:.0}"));
    report.end();
}

pub(crate) async fn small(options: &Options, report: &mut Report) {
    let pair = Pair::start().await;
    let each = options.small_files / CLIENTS / 2;
    let files = each * CLIENTS;
    let [mut ours, mut theirs]: [Series; 2] = Default::default();
    // Two halves, so that each is first once.
    for turn in 0..4_usize {
        let start = Instant::now();
        let of_us = matches!(turn, 0 | 3);
        std::thread::scope(|scope| {
            for client in 0..CLIENTS {
                let pair = &pair;
                scope.spawn(move || {
                    let mut connection = pair.owner.connect();
                    for number in 0..each {
                        let seed = (turn * files + client * each + number) as u64;
                        let content = content::bytes(seed, LEN);
                        if of_us {
                            let _cid = pair.owner.store_over(&mut connection, &content);
                        } else {
                            let _cid = pair.kubo.store_bytes(&content);
                        }
                    }
                });
            }
        });
        let per_s = files as f64 / start.elapsed().as_secs_f64();
        if of_us { &mut ours } else { &mut theirs }.push(per_s);
    }
    report.part(
        "Small files over Kubo, beside the same Kubo",
        &format!(
            "{} files of 4 KiB, each other bytes, by {CLIENTS} clients; in two halves, so that each side \
             is first once. cidlock answers when the node has pinned the object and three rows of \
             the catalog are on the disk; Kubo adds and pins single files (`POST /api/v0/add`).",
            files * 2
        ),
    );
    let ratio = ours.ratio_to(&theirs);
    report.fact("uploads, files/s", &ours);
    report.fact("`ipfs add`, files/s", &theirs);
    report.row("uploads / `ipfs add`", &ratio, ratio.median(), Target::AtLeast(0.5));
    report.end();
}
