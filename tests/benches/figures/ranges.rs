//! What one range of a large file costs.

use std::time::Instant;

use cidlock_tests::gateway::Gateway;

use crate::options::Options;
use crate::process::Process;
use crate::report::{Report, Target};
use crate::series::Series;
use crate::transfer::{owner, write_content};

const RANGE: u64 = 64 << 10;
const REQUESTS: u64 = 1000;
/// Before what counts: each of the catalog's connections reads its schema once.
const WARMING: usize = 50;

pub(crate) async fn measure(options: &Options, report: &mut Report) {
    let gateway = Gateway::start().await;
    let process = Process::new(gateway.pid());
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("file");
    write_content(&path, 0, options.large);
    let owner = owner(&gateway).await;
    let cid = owner.store(&path);
    let mut connection = owner.connect();
    // Odd places, so that a range rarely begins where a chunk or a leaf does.
    let mut at = (0..).map(|step: u64| (step * 40_503_001) % (options.large - RANGE));
    let mut ask = |start: u64| owner.fetch_range(&mut connection, &cid, start, RANGE);

    at.by_ref().take(WARMING).for_each(&mut ask);
    let before = process.read_bytes();
    ask(at.next().unwrap_or_default());
    let one = process.read_bytes() - before;

    let (before, cpu) = (process.read_bytes(), process.cpu_s());
    let mut latency_ms = Series::default();
    for start in at.take(usize::try_from(REQUESTS).unwrap_or_default()) {
        let began = Instant::now();
        ask(start);
        latency_ms.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    let mean = (process.read_bytes() - before) as f64 / REQUESTS as f64 / 1024.0;
    let cpu_ms = (process.cpu_s() - cpu) * 1000.0 / REQUESTS as f64;

    report.part(
        "A range",
        &format!(
            "64 KiB of a file of {} MiB, at places that are not aligned, one request after another \
             over one connection. Bytes read are `rchar` of `/proc/<pid>/io`: all that the process \
             read from files, its catalog included.",
            options.large >> 20
        ),
    );
    let one_kib = one as f64 / 1024.0;
    report.row("one request reads, KiB", format!("{one_kib:.1}"), one_kib, Target::AtMost(100.0));
    let figure = format!("mean of {REQUESTS} requests, KiB");
    report.row(&figure, format!("{mean:.1}"), mean, Target::AtMost(100.0));
    let (half, most) = (latency_ms.median(), latency_ms.quantile(0.99));
    report.fact("latency, median and 99 %, ms", format!("{half:.2}, {most:.2}"));
    report.fact("processor time of a request, ms", format!("{cpu_ms:.2}"));
    report.end();
}
