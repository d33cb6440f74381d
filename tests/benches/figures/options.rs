//! What is to be measured, and how much of it.

use std::path::PathBuf;

const USAGE: &str = "tests/bench.sh [--quick] [--only PART]... [--rounds N]

  --quick    small sizes and few rounds: does it run, not what does it cost
  --only     one part of it; may be given again: transfer, ranges, memory, small,
             kubo-transfer, kubo-ranges, kubo-memory, kubo-small
  --rounds   rounds beside Kubo (default 5)";

/// A part of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Whole files, beside Kubo.
    Transfer,
    /// What a range reads.
    Ranges,
    /// How much memory the gateway takes.
    Memory,
    /// Many small files.
    Small,
    /// Whole files with Kubo as the engine, beside Kubo.
    KuboTransfer,
    /// Ranges, the same way.
    KuboRanges,
    /// How much memory slow readers take of the gateway and of Kubo.
    KuboMemory,
    /// Many small files, the same way.
    KuboSmall,
}

const PARTS: [(&str, Part); 8] = [
    ("transfer", Part::Transfer),
    ("ranges", Part::Ranges),
    ("memory", Part::Memory),
    ("small", Part::Small),
    ("kubo-transfer", Part::KuboTransfer),
    ("kubo-ranges", Part::KuboRanges),
    ("kubo-memory", Part::KuboMemory),
    ("kubo-small", Part::KuboSmall),
];

/// The sizes of a run.
#[derive(Debug)]
pub(crate) struct Options {
    only: Vec<Part>,
    quick: bool,
    /// As they were given.
    pub(crate) arguments: Vec<String>,
    /// Rounds beside Kubo that count.
    pub(crate) rounds: usize,
    /// Bytes of a large file.
    pub(crate) large: u64,
    /// Bytes of the file that is to take no more memory than one of [`Options::SMALLER`].
    pub(crate) largest: u64,
    /// How many small files.
    pub(crate) small_files: usize,
}

impl Options {
    /// Bytes of the file that a larger one is compared to.
    pub(crate) const SMALLER: u64 = 64 << 20;

    /// Reads the command line.
    ///
    /// # Panics
    /// If it is not understood.
    pub(crate) fn from_arguments() -> Self {
        // Cargo adds this one.
        let arguments: Vec<String> =
            std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
        let (mut only, mut quick, mut rounds) = (Vec::new(), false, None);
        let mut rest = arguments.iter().map(String::as_str);
        while let Some(argument) = rest.next() {
            match argument {
                "--quick" => quick = true,
                "--only" => {
                    let part = PARTS.iter().find(|(name, _)| Some(*name) == rest.clone().next());
                    only.push(part.unwrap_or_else(|| panic!("{USAGE}")).1);
                    rest.next();
                }
                "--rounds" => rounds = rest.next().and_then(|number| number.parse().ok()),
                other => panic!("{other} is not understood\n{USAGE}"),
            }
        }
        Self {
            only,
            quick,
            arguments,
            rounds: rounds.unwrap_or(if quick { 2 } else { 5 }),
            large: if quick { 64 << 20 } else { 1 << 30 },
            largest: if quick { 256 << 20 } else { 4 << 30 },
            small_files: if quick { 400 } else { 10_000 },
        }
    }

    /// The parts to measure, in their order.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Part> {
        let all = PARTS.into_iter().map(|(_, part)| part);
        all.filter(|part| self.only.is_empty() || self.only.contains(part))
    }

    /// Where the report is kept, if it is a whole one.
    pub(crate) fn kept(&self) -> Option<PathBuf> {
        let whole = self.only.is_empty() && !self.quick;
        whole.then(|| cidlock_tests::tools::repository().join("docs/benchmarks.md"))
    }
}
