//! When a token is good, to the second.

use std::time::Duration;

use cidlock_crypto::UnixTime;
use cidlock_crypto::key_set::KeySet;
use cidlock_crypto::token::{ShareClaims, TokenError, TokenLimits, Unverified};

use super::{access_claims, share_claims};
use crate::support::{NOW, key_set};

const IAT: u64 = 1_000_000;

fn share(nbf: u64, exp: u64) -> ShareClaims {
    ShareClaims {
        issued_at: UnixTime(IAT),
        not_before: UnixTime(nbf),
        expires_at: UnixTime(exp),
        ..share_claims()
    }
}

fn verify_at(keys: &KeySet, claims: &ShareClaims, leeway_s: u64, now: u64) -> Option<TokenError> {
    let limits = TokenLimits { leeway: Duration::from_secs(leeway_s), ..TokenLimits::default() };
    let token = keys.mint_share(claims).unwrap();
    let token = Unverified::parse(token.expose()).unwrap();
    keys.verifier(limits).verify_share(&token, UnixTime(now)).err()
}

#[test]
fn a_token_is_good_from_its_start_to_just_before_its_end() {
    let keys = key_set();
    let claims = share(IAT, IAT + 100);
    for leeway in [0, 3, 5] {
        for (now, expected) in [
            (IAT - leeway - 1, Some(TokenError::IssuedInFuture)),
            (IAT - leeway, None),
            (IAT + 50, None),
            (IAT + 99 + leeway, None),
            (IAT + 100 + leeway, Some(TokenError::Expired)),
            (u64::MAX, Some(TokenError::Expired)),
            (0, Some(TokenError::IssuedInFuture)),
        ] {
            assert_eq!(verify_at(&keys, &claims, leeway, now), expected, "{leeway} at {now}");
        }
    }
}

#[test]
fn a_token_is_not_good_before_its_nbf() {
    let keys = key_set();
    let claims = share(IAT + 40, IAT + 100);
    for (now, expected) in
        [(IAT + 34, Some(TokenError::NotYetValid)), (IAT + 35, None), (IAT + 40, None)]
    {
        assert_eq!(verify_at(&keys, &claims, 5, now), expected, "{now}");
    }
}

#[test]
fn the_leeway_has_an_upper_limit() {
    let keys = key_set();
    let claims = share(IAT, IAT + 100);
    assert_eq!(verify_at(&keys, &claims, 3600, IAT + 104), None);
    assert_eq!(verify_at(&keys, &claims, 3600, IAT + 105), Some(TokenError::Expired));
    assert_eq!(verify_at(&keys, &claims, 3600, IAT - 6), Some(TokenError::IssuedInFuture));
}

#[test]
fn an_expired_token_says_so_and_no_other_does() {
    let keys = key_set();
    let error = verify_at(&keys, &share(IAT, IAT + 1), 0, IAT + 1).unwrap();
    assert!(error.is_expired());
    assert!(error.to_string().contains("expired"));
    assert!(!TokenError::NotYetValid.is_expired());
}

#[test]
fn each_type_has_a_longest_lifetime() {
    let keys = key_set();
    let day = 24 * 60 * 60;
    assert_eq!(verify_at(&keys, &share(IAT, IAT + 90 * day), 5, IAT), None);
    let too_long = Some(TokenError::LifetimeTooLong);
    assert_eq!(verify_at(&keys, &share(IAT, IAT + 90 * day + 1), 5, IAT), too_long);
    assert_eq!(verify_at(&keys, &share(IAT, u64::MAX), 5, IAT), too_long);
    // A late start does not lengthen it.
    assert_eq!(
        verify_at(&keys, &share(IAT + 80 * day, IAT + 100 * day), 5, IAT + 85 * day),
        too_long
    );

    let limits =
        TokenLimits { access_lifetime: Duration::from_secs(600), ..TokenLimits::default() };
    let mut claims = access_claims();
    for (lifetime, expected) in [(600, None), (601, Some(TokenError::LifetimeTooLong))] {
        claims.expires_at = UnixTime(NOW.0 + lifetime);
        let token = keys.mint_access(&claims).unwrap();
        let token = Unverified::parse(token.expose()).unwrap();
        assert_eq!(keys.verifier(limits).verify_access(&token, NOW).err(), expected);
    }
}
