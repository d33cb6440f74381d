//! The progress bar of a transfer, or of several: bytes, speed and what is left, on standard error.
//!
//! It is drawn only where a person watches: standard error is a terminal, and the output is not
//! for a script. It disappears when it is dropped, so an error message never shares its line.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::{Output, fit, printable};

/// How often a bar that waits turns its wheel.
const TICK: Duration = Duration::from_millis(120);
/// The width of a name beside the bar, in columns.
const NAME_WIDTH: usize = 24;

/// The bar; counting on it is cheap, and it may be shared by cloning.
#[derive(Debug, Clone)]
pub(super) struct Progress {
    bar: ProgressBar,
    template: &'static str,
    /// How many transfers there are.
    count: usize,
    /// The bytes of those that have ended.
    before: Arc<AtomicU64>,
}

impl Progress {
    /// A bar for a transfer of `name`, of `total` bytes where that is known.
    pub(super) fn of_transfer(output: Output, name: &str, total: Option<u64>) -> Self {
        let progress = Self::of_transfers(output, 1, total);
        progress.begin(0, name);
        progress
    }

    /// One bar for `count` transfers, one after the other, of `total` bytes together where that is
    /// known. It is not drawn before the first begins.
    pub(super) fn of_transfers(output: Output, count: usize, total: Option<u64>) -> Self {
        if output.is_json() {
            return Self::hidden();
        }
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
        let template = total.map_or(OPEN_ENDED, |_| DETERMINATE);
        bar.set_style(style(template));
        Self { bar, template, count, before: Arc::default() }
    }

    /// A bar for `total` files that somebody else works through.
    pub(super) fn of_files(output: Output, doing: &str, total: u64) -> Self {
        if output.is_json() {
            return Self::hidden();
        }
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        bar.set_style(style(COUNTED));
        bar.set_prefix(doing.to_owned());
        bar.enable_steady_tick(TICK);
        Self { bar, template: COUNTED, count: 1, before: Arc::default() }
    }

    /// So many of so many are done.
    pub(super) fn stand_at(&self, done: u64, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(done);
    }

    /// The transfer `index`, of `name`, begins.
    pub(super) fn begin(&self, index: usize, name: &str) {
        let name = fit(&printable(name), NAME_WIDTH);
        match self.count {
            1 => self.bar.set_prefix(name),
            count => self.bar.set_prefix(format!("{}/{count} {name}", index + 1)),
        }
        self.bar.enable_steady_tick(TICK);
    }

    /// It begins again: nothing of it has passed.
    pub(super) fn start_over(&self) {
        self.bar.set_position(self.before.load(Ordering::Relaxed));
        self.go_on();
    }

    /// It has ended, and its `bytes` count as passed, whatever became of them.
    pub(super) fn end(&self, bytes: Option<u64>) {
        match bytes {
            Some(bytes) => {
                let before = self.before.fetch_add(bytes, Ordering::Relaxed);
                self.bar.set_position(before + bytes);
            }
            None => self.before.store(self.bar.position(), Ordering::Relaxed),
        }
    }

    /// Does what prints something, with the bar out of its way; after the last transfer, for good.
    pub(super) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        if self.count == 1 {
            self.finish();
        }
        self.beside(print)
    }

    /// Does what prints something, with the bar out of its way.
    pub(super) fn beside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }

    /// A bar that is never drawn.
    pub(super) fn hidden() -> Self {
        Self { bar: ProgressBar::hidden(), template: OPEN_ENDED, count: 1, before: Arc::default() }
    }

    /// `bytes` more have passed.
    pub(super) fn advance(&self, bytes: usize) {
        self.bar.inc(bytes as u64);
    }

    /// The first `bytes` were there before.
    pub(super) fn begin_at(&self, bytes: u64) {
        // Neither the speed nor what is left is to be told from them.
        self.bar.set_position(bytes);
        self.bar.reset_eta();
        self.bar.reset_elapsed();
    }

    /// No bytes pass for now.
    pub(super) fn wait_for(&self, what: &'static str) {
        if self.count > 1 {
            // It is about all of them, and most waits are too short to be read.
            return;
        }
        self.bar.set_style(style(WAITING));
        self.bar.set_message(what);
    }

    /// They pass again.
    pub(super) fn go_on(&self) {
        self.bar.set_style(style(self.template));
    }

    /// Takes the bar off the screen.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

const DETERMINATE: &str =
    "{prefix}  [{bar:24}] {percent:>3}%  {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left";
const COUNTED: &str = "{prefix}  [{bar:24}] {pos} of {len} files";
const OPEN_ENDED: &str = "{prefix}  {spinner}  {bytes}  {bytes_per_sec}";
const WAITING: &str = "{prefix}  {spinner}  {bytes}  {msg}";

/// The templates are constants; one that did not parse would cost the bar its looks only.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_parses() {
        for template in [DETERMINATE, COUNTED, OPEN_ENDED, WAITING] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
