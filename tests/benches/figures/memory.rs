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
use crate::transfer::{owner, write_content};

const SLOW_READERS: usize = 200;
/// Bytes that a slow reader takes now and then.
const SIP: usize = 4096;
const READING: Duration = Duration::from_secs(8);
const UPLOADS: usize = 64;
const UPLOAD_LEN: u64 = 32 << 20;
const LOGINS: usize = 20;
/// After this, whatever has not been given back is kept. Idle threads end after ten seconds.
const IDLE: Duration = Duration::from_secs(20);

pub(crate) async fn measure(options: &Options, report: &mut Report) {
    report.part(
        "Memory",
        "Resident memory of `serve` in MiB: `VmHWM` of `/proc/<pid>/status`, begun anew before what \
         is measured, and `VmRSS`. Each row is a gateway of its own, so that nothing is left of \
         the one before. A single transfer is as fast as it can be; the file is sent from, and \
         thrown away by, the client of the other parts.",
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

async fn single(options: &Options, report: &mut Report, directory: &TempDir) {
    let mut peaks = Vec::new();
    for len in [Options::SMALLER, options.largest] {
        let path = file(directory, len);
        let gateway = Gateway::start().await;
        let process = Process::new(gateway.pid());
        let owner = owner(&gateway).await;
        process.reset_high_water();
        let cid = owner.store(&path);
        let up = process.high_water_mib();
        process.reset_high_water();
        owner.fetch(&mut owner.connect(), &cid);
        let down = process.high_water_mib();
        let size = len >> 20;
        report.row(&format!("upload of {size} MiB, peak"), mib(up), up, Target::AtMost(64.0));
        report.row(&format!("download of {size} MiB, peak"), mib(down), down, Target::AtMost(64.0));
        peaks.push((up, down));
    }
    let &[(small_up, small_down), (large_up, large_down)] = peaks.as_slice() else { return };
    for (name, small, large) in
        [("uploads", small_up, large_up), ("downloads", small_down, large_down)]
    {
        let apart = (large / small - 1.0).abs() * 100.0;
        let figure = format!("{name}: the larger file's peak is away from the smaller's by, %");
        report.row(&figure, format!("{apart:.1}"), apart, Target::AtMost(10.0));
    }
}

async fn slow_readers(options: &Options, report: &mut Report, directory: &TempDir) {
    let path = file(directory, options.large);
    let gateway = Gateway::start().await;
    let process = Process::new(gateway.pid());
    let owner = owner(&gateway).await;
    let cid = owner.store(&path);
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
    given_back(report, before, process.resident_mib());
}

async fn parallel_uploads(report: &mut Report, directory: &TempDir) {
    let path = file(directory, UPLOAD_LEN);
    let gateway = Gateway::start().await;
    let process = Process::new(gateway.pid());
    let owner = owner(&gateway).await;
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
    given_back(report, before, process.resident_mib());
}

fn given_back(report: &mut Report, before: f64, after: f64) {
    let idle = IDLE.as_secs();
    report.fact(&format!("before them, and {idle} s after"), format!("{before:.1}, {after:.1}"));
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
