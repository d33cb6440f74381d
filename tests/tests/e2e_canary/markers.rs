//! The markers of a journey.

use cidlock_tests::canary::Search;

/// Texts that are nowhere else, each with what it stands for.
#[derive(Debug, Default)]
pub(crate) struct Markers {
    made: Vec<(&'static str, String)>,
    /// What the gateway made, and only its client may have.
    given: Vec<(&'static str, String)>,
}

impl Markers {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A fresh marker: 24 letters and digits, that no spelling of another text contains.
    pub(crate) fn make(&mut self, what: &'static str) -> String {
        const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyzABCDEFGH";
        let mut bytes = [0; 24];
        getrandom::fill(&mut bytes).unwrap();
        let marker: String =
            bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
        self.made.push((what, marker.clone()));
        marker
    }

    /// A token: none of its parts that say something may be found, nor the proof.
    pub(crate) fn given(&mut self, what: &'static str, token: &str) {
        let parts = token.split('.').skip(usize::from(token.contains('.')));
        self.given.extend(parts.map(|part| (what, part.to_owned())));
    }

    /// All that were made here.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.made.iter().map(|(what, marker)| (*what, marker.as_str()))
    }

    pub(crate) fn search(&self) -> Search {
        let mut search = Search::default();
        for (what, marker) in self.made.iter().chain(&self.given) {
            search.add(what, marker);
        }
        search
    }
}
