//! Which key may sign what.

use cidlock_crypto::key_set::{KeySet, Purpose};
use cidlock_crypto::token::{TokenError, TokenKind};
use cidlock_crypto::{JwsError, Realm};
use serde_json::json;

use super::{access_claims, both, jws, share_claims, verify};
use crate::support::{NOW, forge, jwk, key_set, parts};

#[test]
fn a_token_of_one_type_does_not_pass_for_the_other() {
    let [access, share] = both();
    let refusal = |keys, kind, token: &str| verify(keys, kind, token).err();
    let wrong_kind = Some(TokenError::WrongKind);
    assert_eq!(refusal(&access.keys, TokenKind::Share, &access.token), wrong_kind);
    assert_eq!(refusal(&share.keys, TokenKind::Access, &share.token), wrong_kind);

    // Not even when one type's key signs what claims to be the other type.
    for (good, purpose) in [(&share, "access"), (&access, "share"), (&share, "object")] {
        let wrong_key = jwk(&good.keys, purpose);
        let header = json!({"typ": good.kind.typ(), "alg": "EdDSA", "kid": wrong_key["kid"]});
        let claims = good.claims.to_string();
        let forged = forge(&wrong_key, &header.to_string(), &claims);
        assert_eq!(good.refusal(&forged), jws(JwsError::UnknownKey), "{purpose}");
        let forged = forge(&wrong_key, &good.header, &claims);
        assert_eq!(good.refusal(&forged), jws(JwsError::Signature), "{purpose}");
    }
}

#[test]
fn tokens_of_another_key_set_are_refused() {
    for good in both() {
        let other = key_set();
        let purpose = good.jwk["purpose"].as_str().unwrap();
        let foreign = jwk(&other, purpose);
        let header = json!({"typ": good.kind.typ(), "alg": "EdDSA", "kid": foreign["kid"]});
        let claims = good.claims.to_string();
        let forged = forge(&foreign, &header.to_string(), &claims);
        assert_eq!(good.refusal(&forged), jws(JwsError::UnknownKey));
        let forged = forge(&foreign, &good.header, &claims);
        assert_eq!(good.refusal(&forged), jws(JwsError::Signature));
    }
}

#[test]
fn retired_keys_still_verify_and_sign_nothing_new() {
    let mut keys = key_set();
    let access = keys.mint_access(&access_claims()).unwrap();
    let share = keys.mint_share(&share_claims()).unwrap();
    keys.rotate(Purpose::Access, NOW).unwrap();
    keys.rotate(Purpose::Share, NOW).unwrap();
    assert_eq!(verify(&keys, TokenKind::Access, access.expose()), Ok(()));
    assert_eq!(verify(&keys, TokenKind::Share, share.expose()), Ok(()));
    let header = |token: &str| parts(token).0;
    let newer = keys.mint_share(&share_claims()).unwrap();
    assert_ne!(header(newer.expose()), header(share.expose()));
}

#[test]
fn a_verifier_of_another_realm_with_the_same_keys_refuses() {
    let keys = key_set();
    let token = keys.mint_share(&share_claims()).unwrap();
    let renamed = keys.to_json().replace(keys.realm().as_str(), "urn:other");
    let other = KeySet::from_json(renamed.as_bytes()).unwrap();
    assert_eq!(other.realm(), &Realm::parse("urn:other").unwrap());
    let refusal = verify(&other, TokenKind::Share, token.expose());
    assert_eq!(refusal, Err(TokenError::WrongIssuer));
}
