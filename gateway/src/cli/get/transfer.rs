//! A file on its way, over as many connections as it takes.
//!
//! A connection that is cut is replaced by one that goes on at the same byte (`Range`, `If-Range`),
//! as long as that brings something. No byte is given out twice.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderMap;

use super::super::client::{Download, Origin, Version};
use super::super::failure::Failure;
use super::super::progress::Progress;

/// How many attempts in a row may bring next to nothing.
const ATTEMPTS: u32 = 5;
/// How much an attempt has to bring to count as a success, in bytes.
const ENOUGH: u64 = 64 << 10;
/// How long the first of them waits; each further one waits twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The transfer of one file.
pub(super) struct Transfer {
    origin: Origin,
    version: Option<Version>,
    /// None where the connection was given up and no other is needed yet.
    download: Option<Download>,
    /// Where in the file the next byte lies.
    position: u64,
    patience: Patience,
}

/// What the first answer said of the file.
pub(super) struct Head {
    pub(super) headers: HeaderMap,
    /// Bytes, if that was said.
    pub(super) total: Option<u64>,
    /// The same, if it is certain that a later answer can be held to it.
    pub(super) resumable: Option<u64>,
}

impl Transfer {
    /// Asks for the file, from its beginning.
    pub(super) async fn begin(origin: Origin) -> Result<(Self, Head), Failure> {
        let download = origin.begin().await?;
        let version = download.version().cloned();
        let head = Head {
            headers: download.headers().clone(),
            total: download.total(),
            resumable: version.as_ref().map(Version::total),
        };
        let download = Some(download);
        let patience = Patience::default();
        Ok((Self { origin, version, download, position: 0, patience }, head))
    }

    /// Lets the next byte be the one at `position`, which is not after the end: what lies before it
    /// is there already. The connection is given up, so that there is time to look at that.
    pub(super) fn go_to(&mut self, position: u64) {
        self.download = None;
        self.position = position;
    }

    /// The next bytes; none at the end.
    pub(super) async fn next(&mut self, progress: &Progress) -> Result<Option<Bytes>, Failure> {
        loop {
            let failure = match self.attempt().await {
                Ok(bytes) => return Ok(bytes),
                Err(failure) => failure,
            };
            self.download = None;
            let Some(pause) = self.pause_after(&failure) else {
                return Err(self.last_word(failure));
            };
            progress.wait_for("the connection was cut: trying again");
            tokio::time::sleep(pause).await;
            progress.go_on();
        }
    }

    /// The next bytes from the connection there is, or from a new one.
    async fn attempt(&mut self) -> Result<Option<Bytes>, Failure> {
        let download = match &mut self.download {
            Some(download) => download,
            gone => {
                let Some(version) = &self.version else {
                    return Err(Failure::Internal("a transfer that cannot be resumed".to_owned()));
                };
                if version.total() == self.position {
                    return Ok(None);
                }
                gone.insert(self.origin.resume(version, self.position).await?)
            }
        };
        let bytes = download.next().await?;
        let count = bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
        self.position += count;
        self.patience.came(count);
        Ok(bytes)
    }

    /// How long to wait before another attempt, if there is any use in one.
    fn pause_after(&mut self, failure: &Failure) -> Option<Duration> {
        let may_pass = match failure {
            Failure::Cut { .. } | Failure::Unreachable { .. } => true,
            failure => matches!(failure.status(), Some(429 | 502..=504)),
        };
        if may_pass && self.version.is_some() { self.patience.pause() } else { None }
    }

    /// What to say when no further attempt is made: of a file half there that it is.
    fn last_word(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Unreachable { cause, .. } | Failure::Cut { cause, .. }
                if self.position > 0 =>
            {
                let total = self.version.as_ref().map(Version::total);
                Failure::Cut { done: self.position, total, cause }
            }
            failure => failure,
        }
    }
}

/// How often and how long one waits for a connection that comes back.
#[derive(Debug, Default)]
struct Patience {
    /// Attempts in a row that brought too little.
    failures: u32,
    /// Bytes since the last of them.
    fresh: u64,
    /// Whether anything came at all.
    has_begun: bool,
}

impl Patience {
    fn came(&mut self, bytes: u64) {
        self.fresh += bytes;
        self.has_begun |= bytes > 0;
    }

    /// The pause before the next attempt; none if there should be none.
    fn pause(&mut self) -> Option<Duration> {
        if std::mem::take(&mut self.fresh) >= ENOUGH {
            self.failures = 0;
        }
        if !self.has_begun || self.failures == ATTEMPTS {
            return None;
        }
        let pause = FIRST_PAUSE * 2_u32.pow(self.failures);
        self.failures += 1;
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(patience: &mut Patience) -> Vec<u128> {
        std::iter::from_fn(|| patience.pause()).map(|pause| pause.as_millis()).collect()
    }

    #[test]
    fn nothing_is_tried_again_before_anything_has_come() {
        assert!(Patience::default().pause().is_none());
    }

    #[test]
    fn pauses_grow_and_their_number_is_bounded() {
        let mut patience = Patience::default();
        patience.came(1);
        assert_eq!(pauses(&mut patience), [250, 500, 1000, 2000, 4000]);
        assert!(patience.pause().is_none());
    }

    #[test]
    fn progress_begins_the_count_again_and_a_trickle_does_not() {
        for (bytes, pauses_after) in [(ENOUGH, 5), (ENOUGH - 1, 3)] {
            let mut patience = Patience::default();
            patience.came(1);
            patience.pause().unwrap();
            patience.pause().unwrap();
            patience.came(bytes);
            assert_eq!(pauses(&mut patience).len(), pauses_after, "{bytes}");
        }
    }
}
