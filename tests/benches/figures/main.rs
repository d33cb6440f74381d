//! What cidlock costs: time beside Kubo, processor time, memory, bytes read.
//!
//! `tests/bench.sh` builds all of it for release and runs it; a whole run writes
//! `docs/benchmarks.md`, any other prints. It is no test: nothing here passes or fails, and what a
//! target is missed by is written down like what it is met by.
//!
//! The servers are the fixtures' own, on loopback, all with their data below one temporary directory
//! (`TMPDIR` chooses the disk). The client is plain TCP: it sends files from the page cache
//! (`sendfile`) and lets the kernel throw away what it is sent, so that it takes little of the processors that it
//! shares with the servers.

mod floor;
mod load;
mod machine;
mod memory;
mod nodes;
mod options;
mod process;
mod ranges;
mod report;
mod series;
mod small;
mod transfer;

use options::{Options, Part};
use report::Report;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let options = Options::from_arguments();
    let mut report = Report::new(&options);
    for part in options.parts() {
        match part {
            Part::Transfer => transfer::measure(&options, &mut report).await,
            Part::Ranges => ranges::measure(&options, &mut report).await,
            Part::Memory => memory::measure(&options, &mut report).await,
            Part::Small => small::measure(&options, &mut report).await,
            Part::KuboTransfer => nodes::transfers(&options, &mut report).await,
            Part::KuboRanges => nodes::ranges(&options, &mut report).await,
            Part::KuboMemory => nodes::slow_readers(&options, &mut report).await,
            Part::KuboSmall => nodes::small(&options, &mut report).await,
        }
    }
    report.finish(&options);
}
