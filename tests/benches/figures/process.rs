//! What the kernel says of a process.

use std::fs;

use rustix::param::clock_ticks_per_second;

/// A process that is watched from outside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(u32);

impl Process {
    pub(crate) fn new(pid: u32) -> Self {
        Self(pid)
    }

    /// This process.
    pub(crate) fn own() -> Self {
        Self(std::process::id())
    }

    /// Processor time that it has taken, its own and the kernel's for it, in seconds.
    pub(crate) fn cpu_s(self) -> f64 {
        let stat = self.file("stat");
        // Behind the name, which may have anything in it: state is the first.
        let (_, rest) = stat.rsplit_once(')').expect("the name is in parentheses");
        let ticks = rest.split_whitespace().skip(11).take(2);
        let ticks: u64 = ticks.map(|ticks| ticks.parse::<u64>().expect("ticks are a number")).sum();
        ticks as f64 / clock_ticks_per_second() as f64
    }

    /// Bytes that its calls have read from files, from the page cache or not.
    pub(crate) fn read_bytes(self) -> u64 {
        number(&self.file("io"), "rchar:")
    }

    /// The most memory that was resident since the last reset, in MiB.
    pub(crate) fn high_water_mib(self) -> f64 {
        number(&self.file("status"), "VmHWM:") as f64 / 1024.0
    }

    /// Memory that is resident now, in MiB.
    pub(crate) fn resident_mib(self) -> f64 {
        number(&self.file("status"), "VmRSS:") as f64 / 1024.0
    }

    /// Lets the high water begin at what is resident now.
    pub(crate) fn reset_high_water(self) {
        let path = format!("/proc/{}/clear_refs", self.0);
        fs::write(path, "5").expect("our own child's high water can be reset");
    }

    fn file(self, name: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{name}", self.0)).expect("the process runs")
    }
}

fn number(text: &str, label: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(label));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.unwrap_or_else(|| panic!("the kernel says {label}"))
}
