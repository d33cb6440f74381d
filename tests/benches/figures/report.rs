//! Figures beside their targets, in Markdown.

use std::fmt::Display;

use crate::machine;
use crate::options::Options;

const HEAD: &str = "# Benchmarks

Written by `tests/bench.sh`; edit `tests/benches/figures` instead. Client and servers share one
machine and talk over loopback. A figure with a range is the median, the least and the greatest of
`n`. GB are 10^9 bytes; processor time is user and system time of the one process.
";

/// What is known so far.
pub(crate) struct Report {
    text: String,
}

/// What a figure is to be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
    /// Stated, not judged.
    None,
}

impl Report {
    pub(crate) fn new(options: &Options) -> Self {
        let mut report = Self { text: String::new() };
        report.say(HEAD);
        report.say(&machine::describe());
        let arguments = options.arguments.join(" ");
        report.say(&format!("Command: `{}`\n", format!("tests/bench.sh {arguments}").trim()));
        report
    }

    /// Begins a part: `about` says how it was measured.
    pub(crate) fn part(&mut self, title: &str, about: &str) {
        self.say(&format!("## {title}\n\n{about}\n"));
        self.say("| figure | measured | target | |\n|---|---|---|---|");
    }

    /// A row whose `value`, shown as `shown`, is judged.
    pub(crate) fn row(&mut self, figure: &str, shown: impl Display, value: f64, target: Target) {
        let (target, verdict) = match target {
            Target::AtMost(most) => {
                (format!("at most {most}"), if value <= most { "met" } else { "**not met**" })
            }
            Target::AtLeast(least) => {
                (format!("at least {least}"), if value >= least { "met" } else { "**not met**" })
            }
            Target::None => (String::new(), ""),
        };
        self.say(&format!("| {figure} | {shown} | {target} | {verdict} |"));
    }

    /// A row that is stated and not judged.
    pub(crate) fn fact(&mut self, figure: &str, shown: impl Display) {
        self.row(figure, shown, 0.0, Target::None);
    }

    /// Ends a part.
    pub(crate) fn end(&mut self) {
        self.say("");
    }

    /// Keeps the report, if it is a whole one.
    pub(crate) fn finish(self, options: &Options) {
        if let Some(path) = options.kept() {
            let text = format!("{}\n", self.text.trim_end());
            std::fs::write(path, text).expect("the report can be written");
        }
    }

    #[expect(clippy::print_stdout, reason = "it is what the program is run for")]
    fn say(&mut self, line: &str) {
        println!("{line}");
        self.text.push_str(line);
        self.text.push('\n');
    }
}
