//! Markers that must not turn up anywhere, and the search for them in every spelling.

use std::fmt::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use memchr::memmem::Finder;

use crate::gateway::files_below;

/// What to look for: each marker as it is, in base64 wherever it may begin in it, in hexadecimal,
/// and with every byte percent-encoded.
#[derive(Debug, Default)]
pub struct Search {
    needles: Vec<(String, Finder<'static>)>,
}

/// Shorter needles could be found by chance.
const MIN_LEN: usize = 16;

impl Search {
    /// Adds a marker; `what` is what a finding is called.
    ///
    /// # Panics
    /// If it is so short that it could be found by chance.
    pub fn add(&mut self, what: &str, marker: impl AsRef<[u8]>) {
        let marker = marker.as_ref();
        assert!(marker.len() >= MIN_LEN, "{what} is too short a marker");
        self.spelt(what, "as it is", marker);
        for lead in 0..3 {
            // What the first and the last character say depends on the bytes around the marker.
            let padded = [&[0; 2][..lead], marker].concat();
            let certain = (lead * 8).div_ceil(6)..padded.len() * 8 / 6;
            for (alphabet, text) in [
                ("base64", STANDARD_NO_PAD.encode(&padded)),
                ("base64url", URL_SAFE_NO_PAD.encode(&padded)),
            ] {
                self.spelt(what, &format!("{alphabet} {lead}"), &text.as_bytes()[certain.clone()]);
            }
        }
        for (spelling, before, upper) in [
            ("hex", "", false),
            ("HEX", "", true),
            ("percent-encoded", "%", false),
            ("PERCENT-ENCODED", "%", true),
        ] {
            let text = marker.iter().fold(String::new(), |mut text, byte| {
                let hex = if upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
                // Writing to a string cannot fail.
                let _ = write!(text, "{before}{hex}");
                text
            });
            self.spelt(what, spelling, text.as_bytes());
        }
    }

    fn spelt(&mut self, what: &str, spelling: &str, needle: &[u8]) {
        self.needles.push((format!("{what} ({spelling})"), Finder::new(needle).into_owned()));
    }

    /// What is found in `bytes`, each finding with what is around it.
    #[must_use]
    pub fn bytes(&self, place: &str, bytes: &[u8]) -> Vec<String> {
        let found = |(what, finder): &(String, Finder<'static>)| {
            let at = finder.find(bytes)?;
            let around = at.saturating_sub(200)..(at + 100).min(bytes.len());
            let around = String::from_utf8_lossy(&bytes[around]).into_owned();
            Some(format!("{what} in {place}: {around:?}"))
        };
        self.needles.iter().filter_map(found).collect()
    }

    /// What is found in the files below `directory`, and in their names.
    ///
    /// # Panics
    /// If one cannot be read, or there is none.
    #[must_use]
    pub fn files(&self, directory: &Path) -> Vec<String> {
        let files = files_below(directory);
        assert!(!files.is_empty(), "there is something to look through");
        let mut found = Vec::new();
        for path in files {
            let place = path.display().to_string();
            found.extend(self.bytes(&format!("the name {place}"), place.as_bytes()));
            found.extend(self.bytes(&place, &std::fs::read(&path).expect("a file can be read")));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::Search;

    /// Bytes that both alphabets write differently, wherever they begin.
    const MARKER: &[u8] = b"\xfb\xef\xbe\xff\xfe\xfd>>>???~~~marker-of-a-test";

    #[test]
    fn a_marker_is_found_in_every_spelling_wherever_it_begins() {
        let mut search = Search::default();
        search.add("it", MARKER);
        let text = |bytes: &[u8]| {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let percent: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
            let both = [STANDARD.encode(bytes), URL_SAFE.encode(bytes)];
            [hex.clone(), hex.to_ascii_uppercase(), percent].into_iter().chain(both)
        };
        assert_eq!(search.bytes("", MARKER).len(), 1);
        for before in ["", "x", "xy", "xyz", "0123456789"] {
            for after in ["", "x", "xy", "xyz"] {
                let whole = [before.as_bytes(), MARKER, after.as_bytes()].concat();
                for text in text(&whole) {
                    assert!(
                        !search.bytes("", text.as_bytes()).is_empty(),
                        "{before} {after} {text}"
                    );
                }
                for text in text(&whole[..whole.len() - after.len() - 1]) {
                    assert!(search.bytes("", text.as_bytes()).is_empty(), "{text}");
                }
            }
        }
    }
}
