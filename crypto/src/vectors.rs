//! The test vectors of Project Wycheproof, all that apply to what is used here. Each test asserts
//! how many it ran, so that none can fall out of sight.

mod aead;
mod chunked;
mod eddsa;
mod hkdf;
mod key_wrap;

/// How many vectors were to be accepted and how many to be refused.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    accepted: usize,
    refused: usize,
}

impl Tally {
    fn count(&mut self, accepted: bool) {
        if accepted {
            self.accepted += 1;
        } else {
            self.refused += 1;
        }
    }
}
