//! Where it was measured.

use std::fs;
use std::path::Path;
use std::process::Command;

use cidlock_tests::tools;

/// Lines of Markdown about machine, source and time.
pub(crate) fn describe() -> String {
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split_once(": ")).map_or("unknown", |(_, name)| name);
    let cores = cpu.lines().filter(|line| line.starts_with("processor")).count();
    let memory = read("/proc/meminfo");
    let memory = memory.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok());
    let kernel = read("/proc/sys/kernel/osrelease");
    format!(
        "- commit {}\n- {}\n- {cores} cores of {model}, {:.0} GiB of memory, Linux {}\n- data on {}\n",
        commit(),
        jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC"),
        memory.unwrap_or_default() / f64::from(1 << 20),
        kernel.trim(),
        file_system(&std::env::temp_dir()),
    )
}

fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(tools::repository()).output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "--short=12", "HEAD"]).unwrap_or_default();
    let changed = git(&["status", "--porcelain", "--", "crypto", "ipfs-client", "gateway"]);
    let changed = changed.is_ok_and(|changed| !changed.is_empty());
    format!("{commit}{}", if changed { " and changes that are not committed" } else { "" })
}

/// Type and device of what is mounted where `path` lies.
fn file_system(path: &Path) -> String {
    let mounts = read("/proc/self/mounts");
    let mount = mounts
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?, words.next()?, words.next()?))
        })
        .filter(|(_, point, _)| path.starts_with(point))
        .max_by_key(|(_, point, _)| point.len());
    mount.map_or_else(
        || "an unknown disk".to_owned(),
        |(device, _, kind)| format!("{kind}, {device}"),
    )
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}
