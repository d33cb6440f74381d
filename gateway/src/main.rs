//! The `cidlock` program: parse, build the runtime, run, exit.

use std::process::ExitCode;

use anyhow::Context as _;
use cidlock::cli::Cli;
use tikv_jemallocator::Jemalloc;

/// Gives memory back when a load is over, which the system's does only in part (docs/adr/0009).
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> anyhow::Result<ExitCode> {
    let cli = match Cli::parse_from(std::env::args_os()) {
        Ok(cli) => cli,
        Err(exit) => return Ok(exit),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let exit = runtime.block_on(cli.run());
    // A thread may still be reading standard input; nothing that matters waits for it.
    runtime.shutdown_background();
    Ok(exit)
}
