//! A command about several things: one that fails does not keep the others from being done, unless it
//! fails for a reason that is theirs as well.

use std::fmt::Display;

use super::failure::{Exit, Failure};
use super::output::{Output, printable};

/// How the command stands.
#[derive(Debug)]
pub(super) struct Batch {
    out: Output,
    /// What is done to each of them, as `stored`.
    doing: &'static str,
    all: usize,
    done: usize,
    failed: usize,
    /// Of the first failure.
    exit: Option<Exit>,
}

impl Batch {
    /// One of `all` things, each of which is to be `doing`, as `stored`.
    pub(super) fn new(out: Output, all: usize, doing: &'static str) -> Self {
        Self { out, doing, all, done: 0, failed: 0, exit: None }
    }

    /// Counts what became of one of them, which a failure is reported as being about.
    ///
    /// # Errors
    /// A failure after which there is nothing more to try.
    pub(super) fn add<T>(
        &mut self,
        what: impl Display,
        result: Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        let failure = match result {
            Ok(value) => {
                self.done += 1;
                return Ok(Some(value));
            }
            Err(failure) => failure,
        };
        if self.all == 1 {
            return Err(failure);
        }
        if concerns_all(&failure) {
            self.summary();
            return Err(failure);
        }
        let failure = match failure {
            // What does not name it.
            failure @ (Failure::Refused { .. } | Failure::UploadCut { .. }) => {
                let what = printable(&what.to_string()).into_owned();
                Failure::About { what, cause: Box::new(failure) }
            }
            failure => failure,
        };
        self.out.failure(&failure);
        self.failed += 1;
        self.exit.get_or_insert(failure.exit());
        Ok(None)
    }

    /// The end of the command, after the last of them.
    pub(super) fn end(self) -> Result<(), Failure> {
        self.summary();
        self.exit.map_or(Ok(()), |exit| Err(Failure::Reported(exit)))
    }

    /// For a person who watches, and for one who has to know that not all is well.
    fn summary(&self) {
        if self.all > 1 && (self.done < self.all || self.out.is_watched()) {
            self.out.note(self.text());
        }
    }

    fn text(&self) -> String {
        let Self { doing, all, done, failed, .. } = self;
        let left = all - done - failed;
        let failed = if *failed > 0 { format!(", {failed} failed") } else { String::new() };
        let left = if left > 0 { format!(", {left} not {doing}") } else { String::new() };
        format!("{done} of {all} {doing}{failed}{left}.")
    }
}

/// Whether the next one would fail in the same way: no session, no gateway, nobody who reads.
pub(super) fn concerns_all(failure: &Failure) -> bool {
    match failure {
        Failure::Unreachable { .. } => true,
        failure if matches!(failure.exit(), Exit::NotAllowed | Exit::Success) => true,
        failure => matches!(failure.status(), Some(429 | 502..=504)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(all: usize) -> Batch {
        Batch::new(Output::new(true), all, "stored")
    }

    #[test]
    fn the_first_failure_gives_the_exit_code_and_the_others_go_on() {
        let mut batch = batch(4);
        assert!(batch.add("a", Ok(())).unwrap().is_some());
        assert!(batch.add("b", Err::<(), _>(Failure::usage("no"))).unwrap().is_none());
        assert!(batch.add("c", Err::<(), _>(Failure::Damaged("no".into()))).unwrap().is_none());
        batch.add("d", Ok(())).unwrap();
        assert_eq!(batch.text(), "2 of 4 stored, 2 failed.");
        assert_eq!(batch.end().unwrap_err().exit(), Exit::Usage);
    }

    #[test]
    fn what_all_would_fail_of_ends_the_command() {
        let gone = || Failure::Unreachable { server: "a".into(), cause: "b".into() };
        for failure in [gone(), Failure::ReaderGone] {
            let mut batch = batch(3);
            batch.add("a", Ok(())).unwrap();
            batch.add("b", Err::<(), _>(failure)).unwrap_err();
            assert_eq!(batch.text(), "1 of 3 stored, 2 not stored.");
        }
    }

    #[test]
    fn one_alone_fails_as_it_is() {
        let failure = batch(1).add("a", Err::<(), _>(Failure::Damaged("no".into()))).unwrap_err();
        assert!(matches!(failure, Failure::Damaged(_)));
    }
}
