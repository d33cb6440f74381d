//! What is minted.

use cidlock_crypto::Permissions;
use cidlock_crypto::token::{
    MAX_LEN, MintError, Restriction, ShareClaims, TokenError, TokenKind, TokenLimits, Unverified,
};
use serde_json::{Value, json};

use super::{access_claims, both, share_claims};
use crate::support::{CID, NOW, key_set};

#[test]
fn what_is_minted_verifies_and_says_the_same() {
    let keys = key_set();
    let verifier = keys.verifier(TokenLimits::default());
    let mut access = access_claims();
    let mut share = share_claims();
    for full in [false, true] {
        if full {
            access.session = None;
            access.scope.clear();
            access.roles.clear();
            share.allow_ips = Some(vec!["10.0.0.0/8".to_owned(), "2001:db8::/32".to_owned()]);
            share.max_downloads = Some(3);
            share.only_user = Some("user-8".to_owned());
            share.parents = (10..18).map(|number| format!("link-{number}")).collect();
        }
        let token = keys.mint_access(&access).unwrap();
        let unverified = Unverified::parse(token.expose()).unwrap();
        assert_eq!(unverified.kind(), TokenKind::Access);
        assert_eq!(*verifier.verify_access(&unverified, NOW).unwrap(), access);

        let token = keys.mint_share(&share).unwrap();
        let unverified = Unverified::parse(token.expose()).unwrap();
        assert_eq!(unverified.kind(), TokenKind::Share);
        assert_eq!(verifier.verify_share(&unverified, NOW).unwrap().into_claims(), share);
    }
    let restrictions: Vec<Restriction> = share.restrictions().collect();
    let all = [Restriction::AllowIps, Restriction::MaxDownloads, Restriction::OnlyUser];
    assert_eq!(restrictions, all);
    assert_eq!(share_claims().restrictions().count(), 0);
}

#[test]
fn the_claims_are_the_documented_ones() {
    let [access, share] = both();
    assert_eq!(
        access.claims,
        json!({
            "iss": access.keys.realm(), "aud": access.keys.realm(), "sub": "user-7",
            "client_id": "cli", "iat": NOW, "nbf": NOW, "exp": NOW.0 + 600, "jti": "token-1",
            "scope": "files links", "roles": ["admin"], "sid": "family-1",
        })
    );
    assert_eq!(
        share.claims,
        json!({
            "iss": share.keys.realm(), "aud": share.keys.realm(), "sub": "user-7", "iat": NOW,
            "nbf": NOW, "exp": NOW.0 + 3600, "jti": "link-1", "cid": CID,
            "permissions": ["read", "stat"],
        })
    );
    for good in [access, share] {
        let header: Value = serde_json::from_str(&good.header).unwrap();
        let expected = json!({"typ": good.kind.typ(), "alg": "EdDSA", "kid": good.jwk["kid"]});
        assert_eq!(header, expected);
    }
}

#[test]
fn what_no_verifier_would_accept_is_not_minted() {
    let keys = key_set();
    let refusal = |change: fn(&mut ShareClaims)| {
        let mut claims = share_claims();
        change(&mut claims);
        keys.mint_share(&claims).err()
    };
    let mistyped = |claim| Some(MintError::Invalid(TokenError::MistypedClaim(claim)));
    assert_eq!(refusal(|claims| claims.permissions = Permissions::NONE), mistyped("permissions"));
    assert_eq!(refusal(|claims| claims.subject.clear()), mistyped("sub"));
    assert_eq!(refusal(|claims| claims.cid = "a b".to_owned()), mistyped("cid"));
    assert_eq!(refusal(|claims| claims.allow_ips = Some(Vec::new())), mistyped("allow_ips"));
    assert_eq!(refusal(|claims| claims.max_downloads = Some(0)), mistyped("max_downloads"));
    for parents in [9, 100] {
        let mut claims = share_claims();
        claims.parents = (0..parents).map(|number| format!("link-0{number}")).collect();
        assert_eq!(keys.mint_share(&claims).err(), mistyped("parents"), "{parents}");
    }
    assert_eq!(refusal(|claims| claims.parents = vec![claims.id.clone()]), mistyped("parents"));
    let never = Some(MintError::Invalid(TokenError::NeverValid));
    assert_eq!(refusal(|claims| claims.expires_at = claims.issued_at), never);
    assert_eq!(refusal(|claims| claims.not_before = claims.expires_at), never);

    let mut huge = access_claims();
    huge.scope = "x".repeat(MAX_LEN);
    assert_eq!(keys.mint_access(&huge).err(), Some(MintError::TooLong));
}
