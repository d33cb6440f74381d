//! Many small files.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use cidlock_tests::content;
use cidlock_tests::gateway::Gateway;

use crate::options::Options;
use crate::process::Process;
use crate::report::Report;
use crate::transfer::owner;

const CLIENTS: usize = 8;
const LEN: usize = 4096;
const SYNCING: Duration = Duration::from_secs(5);

pub(crate) async fn measure(options: &Options, report: &mut Report) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    rustix::fs::sync();
    let alone = synced_files_per_s(directory.path(), 1);
    let together = synced_files_per_s(directory.path(), CLIENTS);

    let gateway = Gateway::start().await;
    let process = Process::new(gateway.pid());
    let owner = owner(&gateway).await;
    let each = options.small_files / CLIENTS;
    let cids = Mutex::new(Vec::new());
    let before = process.cpu_s();
    let up = per_s(each * CLIENTS, |client| {
        let mut connection = owner.connect();
        let mut stored = Vec::with_capacity(each);
        for number in 0..each {
            let content = content::bytes((client * each + number) as u64, LEN);
            stored.push(owner.store_over(&mut connection, &content));
        }
        cids.lock().expect("no client panics").push(stored);
    });
    let cpu_up = (process.cpu_s() - before) * 1000.0 / (each * CLIENTS) as f64;

    let cids = cids.into_inner().expect("no client panics");
    let before = process.cpu_s();
    let down = per_s(each * CLIENTS, |client| {
        let mut connection = owner.connect();
        for cid in &cids[client] {
            assert_eq!(owner.fetch(&mut connection, cid), LEN as u64, "all of the file");
        }
    });
    let cpu_down = (process.cpu_s() - before) * 1000.0 / (each * CLIENTS) as f64;

    report.part(
        "Small files",
        &format!(
            "{} files of 4 KiB, each other bytes, by {CLIENTS} clients, each over one connection. An \
             upload is answered when the object's file, its directories and three rows of the catalog \
             are on the disk; for comparison, what the disk does alone: create a file, write 4 KiB, \
             `fsync`, over and over.",
            each * CLIENTS
        ),
    );
    report.fact("uploads, files/s", format!("{up:.0}"));
    report.fact("processor time of an upload, ms", format!("{cpu_up:.2}"));
    report.fact("downloads, files/s", format!("{down:.0}"));
    report.fact("processor time of a download, ms", format!("{cpu_down:.2}"));
    report.fact("the disk alone, one writer, files/s", format!("{alone:.0}"));
    report.fact(&format!("the disk alone, {CLIENTS} writers, files/s"), format!("{together:.0}"));
    report.end();
}

/// Lets all clients work at once; gives back how many of `files` that were in a second.
fn per_s(files: usize, work: impl Fn(usize) + Sync) -> f64 {
    let (start, work) = (Instant::now(), &work);
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            scope.spawn(move || work(client));
        }
    });
    files as f64 / start.elapsed().as_secs_f64()
}

fn synced_files_per_s(directory: &Path, writers: usize) -> f64 {
    let start = Instant::now();
    let write = |writer: usize| {
        let mut count = 0_usize;
        while start.elapsed() < SYNCING {
            let path = directory.join(format!("{writers}.{writer}.{count}"));
            let mut file = File::create(path).expect("a file can be written");
            file.write_all(&[7; LEN]).expect("the disk has room");
            file.sync_all().expect("a file can be synced");
            count += 1;
        }
        count
    };
    let write = &write;
    let count: usize = std::thread::scope(|scope| {
        let running: Vec<_> =
            (0..writers).map(|writer| scope.spawn(move || write(writer))).collect();
        running.into_iter().map(|writer| writer.join().expect("no writer panics")).sum()
    });
    count as f64 / start.elapsed().as_secs_f64()
}
