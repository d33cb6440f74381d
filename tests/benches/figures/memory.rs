//! How much memory the gateway takes, and whether it gives it back.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cidlock_tests::client::Client;
use cidlock_tests::gateway::Gateway;
use cidlock_tests::wire::Wire;
use tempfile::TempDir;

use crate::options::Options;
use crate::process::Process;
use crate::report::{Report, Target};
use crate::series::Series;
use crate::transfer::{owner, write_content};

const SLOW_READERS: usize = 200;
/// Bytes that a slow reader takes now and then.
const SIP: usize = 4096;
const READING: Duration = Duration::from_secs(8);
const UPLOADS: usize = 64;
const UPLOAD_LEN: u64 = 32 << 20;
const LOGINS: usize = 20;
/// How many gateways take each single transfer: what one peaks at depends on which threads meet.
const GATEWAYS: usize = 3;
/// What a login took (19 MiB for its password) is given back by then.
const SETTLED: Duration = Duration::from_secs(5);
/// After this, whatever has not been given back is kept. Idle threads end after ten seconds.
const IDLE: Duration = Duration::from_secs(20);

pub(crate) async fn measure(options: &Options, report: &mut Report) {
    report.part(
        "Memory",
        "Resident memory of `serve` in MiB: `VmHWM` of `/proc/<pid>/status`, begun anew before what \
         is measured, and `VmRSS`. Each row is a gateway of its own, so that nothing is left of \
         the one before; a single transfer is made with three of them, in turn with the other \
         size, and is as fast as it can be; the file is sent from, and thrown away by, the client of \
         the other parts. What is kept is what resident memory is above its beginning 20 s later, \
         as a part of what the peak was above it.",
    );
    let directory = tempfile::tempdir().expect("a temporary directory");
    logins(report).await;
    single(options, report, &directory).await;
    slow_readers(options, report, &directory).await;
    parallel_uploads(report, &directory).await;
    report.end();
}

async fn logins(report: &mut Report) {
    let gateway = Gateway::start().await;
    let process = Process::new(gateway.pid());
    let first = process.resident_mib();
    for _ in 0..LOGINS {
        let _ = Client::admin(&gateway).await;
    }
    let last = process.resident_mib();
    report.fact("just started", mib(first));
    report.fact(&format!("after {LOGINS} logins"), mib(last));
}

/// Peaks of one size.
#[derive(Default)]
struct Peaks {
    up: Series,
    down: Series,
}

async fn single(options: &Options, report: &mut Report, directory: &TempDir) {
    let sizes = [Options::SMALLER, options.largest];
    let mut peaks: [Peaks; 2] = Default::default();
    for _ in 0..GATEWAYS {
        for (len, peaks) in sizes.into_iter().zip(&mut peaks) {
            let path = file(directory, len);
            let gateway = Gateway::start().await;
            let process = Process::new(gateway.pid());
            let owner = owner(&gateway).await;
            tokio::time::sleep(SETTLED).await;
            process.reset_high_water();
            let cid = owner.store(&path);
            peaks.up.push(process.high_water_mib());
            tokio::time::sleep(SETTLED).await;
            process.reset_high_water();
            owner.fetch(&mut owner.connect(), &cid);
            peaks.down.push(process.high_water_mib());
        }
    }
    let [small, large] = &peaks;
    for (name, of) in [
        ("upload", (|peaks| &peaks.up) as fn(&Peaks) -> &Series),
        ("download", |peaks| &peaks.down),
    ] {
        for (len, peaks) in sizes.into_iter().zip(&peaks) {
            let figure = format!("{name} of {} MiB, peak", len >> 20);
            report.row(&figure, of(peaks), of(peaks).median(), Target::AtMost(64.0));
        }
        let apart = (of(large).median() / of(small).median() - 1.0).abs() * 100.0;
        let figure = format!("{name}s: the larger file's peak is away from the smaller's by, %");
        report.row(&figure, format!("{apart:.1}"), apart, Target::AtMost(10.0));
    }
}

async fn slow_readers(options: &Options, report: &mut Report, directory: &TempDir) {
    let path = file(directory, options.large);
    let gateway = Gateway::start().await;
    let process = Process::new(gateway.pid());
    let owner = owner(&gateway).await;
    let cid = owner.store(&path);
    tokio::time::sleep(SETTLED).await;
    let before = process.resident_mib();
    process.reset_high_water();
    let mut readers = Vec::new();
    for _ in 0..SLOW_READERS {
        let mut wire = Wire::narrow(gateway.address()).await;
        let headers = owner.headers("Host: a\r\n");
        wire.send(format!("GET /files/{cid} HTTP/1.1\r\n{headers}\r\n")).await;
        assert_eq!(wire.head().await.status, 200, "a reader is served");
        readers.push(wire);
    }
    let end = Instant::now() + READING;
    while Instant::now() < end {
        for reader in &mut readers {
            let _ = reader.read(SIP).await;
        }
    }
    let peak = process.high_water_mib();
    drop(readers);
    tokio::time::sleep(IDLE).await;
    let figure = format!("{SLOW_READERS} slow readers, peak");
    report.row(&figure, mib(peak), peak, Target::AtMost(160.0));
    given_back(report, before, peak, process.resident_mib());
}

async fn parallel_uploads(report: &mut Report, directory: &TempDir) {
    let path = file(directory, UPLOAD_LEN);
    let gateway = Gateway::start().await;
    let process = Process::new(gateway.pid());
    let owner = owner(&gateway).await;
    tokio::time::sleep(SETTLED).await;
    let before = process.resident_mib();
    process.reset_high_water();
    std::thread::scope(|scope| {
        for _ in 0..UPLOADS {
            scope.spawn(|| owner.store(&path));
        }
    });
    let peak = process.high_water_mib();
    tokio::time::sleep(IDLE).await;
    let figure = format!("{UPLOADS} uploads of {} MiB at once, peak", UPLOAD_LEN >> 20);
    report.row(&figure, mib(peak), peak, Target::AtMost(160.0));
    given_back(report, before, peak, process.resident_mib());
}

fn given_back(report: &mut Report, before: f64, peak: f64, after: f64) {
    let idle = IDLE.as_secs();
    report.fact(&format!("before them, and {idle} s after"), format!("{before:.1}, {after:.1}"));
    let kept = (after - before).max(0.0) / (peak - before).max(1.0) * 100.0;
    report.row("kept of that, %", format!("{kept:.1}"), kept, Target::AtMost(10.0));
}

fn file(directory: &TempDir, len: u64) -> PathBuf {
    let path: &Path = directory.path();
    let path = path.join("file");
    write_content(&path, 0, len);
    path
}

fn mib(value: f64) -> String {
    format!("{value:.1}")
}
