//! The table of bad tokens: each is refused for the reason it should be.

use cidlock_crypto::key_set::{KeySet, Purpose};
use cidlock_crypto::token::{
    AccessClaims, MAX_LEN, MintError, Restriction, ShareClaims, TokenError, TokenKind, TokenLimits,
    Unverified,
};
use cidlock_crypto::{JwsError, Permissions, Realm, UnixTime};
use serde_json::{Value, json};

use crate::support::{CID, NOW, encode, forge, jwk, key_set, parts};

pub(crate) fn share_claims() -> ShareClaims {
    ShareClaims {
        subject: "user-7".to_owned(),
        issued_at: NOW,
        not_before: NOW,
        expires_at: UnixTime(NOW.0 + 3600),
        id: "link-1".to_owned(),
        cid: CID.to_owned(),
        permissions: Permissions::READ | Permissions::STAT,
        allow_ips: None,
        max_downloads: None,
        only_user: None,
        parents: Vec::new(),
    }
}

pub(crate) fn access_claims() -> AccessClaims {
    AccessClaims {
        subject: "user-7".to_owned(),
        client_id: "cli".to_owned(),
        issued_at: NOW,
        not_before: NOW,
        expires_at: UnixTime(NOW.0 + 600),
        id: "token-1".to_owned(),
        scope: "files links".to_owned(),
        roles: vec!["admin".to_owned()],
        session: Some("family-1".to_owned()),
    }
}

pub(crate) fn verify(keys: &KeySet, kind: TokenKind, token: &str) -> Result<(), TokenError> {
    let verifier = keys.verifier(TokenLimits::default());
    let token = Unverified::parse(token)?;
    match kind {
        TokenKind::Access => verifier.verify_access(&token, NOW).map(drop),
        TokenKind::Share => verifier.verify_share(&token, NOW).map(drop),
    }
}

/// A good token of either type, taken apart.
struct Good {
    keys: KeySet,
    kind: TokenKind,
    jwk: Value,
    header: String,
    claims: Value,
    token: String,
}

fn good(kind: TokenKind) -> Good {
    let keys = key_set();
    let (purpose, token) = match kind {
        TokenKind::Access => ("access", keys.mint_access(&access_claims()).unwrap()),
        TokenKind::Share => ("share", keys.mint_share(&share_claims()).unwrap()),
    };
    let (header, payload, _) = parts(token.expose());
    Good {
        jwk: jwk(&keys, purpose),
        keys,
        kind,
        header,
        claims: serde_json::from_str(&payload).unwrap(),
        token: token.expose().to_owned(),
    }
}

fn both() -> [Good; 2] {
    [good(TokenKind::Access), good(TokenKind::Share)]
}

impl Good {
    fn refusal(&self, token: &str) -> Option<TokenError> {
        verify(&self.keys, self.kind, token).err()
    }

    fn refusal_of_header(&self, header: &str) -> Option<TokenError> {
        let header = header.replace("KID", self.jwk["kid"].as_str().unwrap());
        let header = header.replace("TYP", self.kind.typ());
        self.refusal(&forge(&self.jwk, &header, &self.claims.to_string()))
    }

    fn refusal_of_payload(&self, payload: &str) -> Option<TokenError> {
        self.refusal(&forge(&self.jwk, &self.header, payload))
    }

    fn refusal_of_claim(&self, name: &str, value: Option<Value>) -> Option<TokenError> {
        let mut claims = self.claims.clone();
        let members = claims.as_object_mut().unwrap();
        match value {
            Some(value) => members.insert(name.to_owned(), value),
            None => members.remove(name),
        };
        self.refusal_of_payload(&claims.to_string())
    }
}

fn jws(error: JwsError) -> Option<TokenError> {
    Some(TokenError::Jws(error))
}

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
            share.parents = (0..8).map(|number| format!("link-{number}")).collect();
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
    let all = [
        Restriction::AllowIps,
        Restriction::MaxDownloads,
        Restriction::OnlyUser,
        Restriction::Parents,
    ];
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
fn other_algorithms_are_refused() {
    for good in both() {
        for alg in
            ["none", "None", "NONE", "HS256", "HS512", "RS256", "ES256", "Ed25519", "eddsa", ""]
        {
            let header = format!(r#"{{"typ":"TYP","alg":"{alg}","kid":"KID"}}"#);
            assert_eq!(good.refusal_of_header(&header), jws(JwsError::Algorithm), "{alg}");
        }
        for alg in ["null", "1", r#"["EdDSA"]"#] {
            let header = format!(r#"{{"typ":"TYP","alg":{alg},"kid":"KID"}}"#);
            assert_eq!(good.refusal_of_header(&header), jws(JwsError::Algorithm), "{alg}");
        }
        assert_eq!(
            good.refusal_of_header(r#"{"typ":"TYP","kid":"KID"}"#),
            jws(JwsError::Algorithm)
        );
    }
}

#[test]
fn alg_none_without_a_signature_is_refused() {
    for good in both() {
        let claims = encode(good.claims.to_string());
        let unsigned = good.header.replace("EdDSA", "none");
        let token = format!("{}.{claims}.", encode(&unsigned));
        assert_eq!(good.refusal(&token), jws(JwsError::Algorithm));
        let honest_header = format!("{}.{claims}.", encode(&good.header));
        assert_eq!(good.refusal(&honest_header), jws(JwsError::Signature));
    }
}

#[test]
fn hs256_with_our_public_key_as_its_secret_is_refused() {
    for good in both() {
        let public = crate::support::decode(good.jwk["x"].as_str().unwrap());
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &public);
        for (header, expected) in [
            (good.header.replace("EdDSA", "HS256"), JwsError::Algorithm),
            (good.header.clone(), JwsError::Signature),
        ] {
            let input = format!("{}.{}", encode(header), encode(good.claims.to_string()));
            let tag = encode(aws_lc_rs::hmac::sign(&key, input.as_bytes()));
            assert_eq!(good.refusal(&format!("{input}.{tag}")), jws(expected));
        }
    }
}

#[test]
fn wrong_types_are_refused() {
    for good in both() {
        for typ in [
            "JWT",
            "jwt",
            "object+jwt",
            "AT+JWT",
            "application/at+jwt",
            "at+jwt ",
            "drop+jwt",
            "Share+jwt",
            "",
        ] {
            let header = format!(r#"{{"typ":"{typ}","alg":"EdDSA","kid":"KID"}}"#);
            assert_eq!(good.refusal_of_header(&header), jws(JwsError::Type), "{typ}");
        }
        for header in
            [r#"{"alg":"EdDSA","kid":"KID"}"#, r#"{"typ":null,"alg":"EdDSA","kid":"KID"}"#]
        {
            assert_eq!(good.refusal_of_header(header), jws(JwsError::Type), "{header}");
        }
    }
}

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
fn critical_extensions_and_headers_that_bring_keys_are_refused() {
    for good in both() {
        for crit in [r#"["exp"]"#, r#"["b64"]"#, "[]", "null", r#""exp""#] {
            let header = format!(r#"{{"typ":"TYP","alg":"EdDSA","kid":"KID","crit":{crit}}}"#);
            assert_eq!(good.refusal_of_header(&header), jws(JwsError::Critical), "{crit}");
        }
        for member in [
            r#""jku":"https://evil.example/jwks.json""#,
            r#""jwk":{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#,
            r#""x5u":"https://evil.example/cert""#,
            r#""x5c":["AAAA"]"#,
            r#""b64":false"#,
            r#""cty":"JWT""#,
            r#""zip":"DEF""#,
            r#""unknown":1"#,
        ] {
            let header = format!(r#"{{"typ":"TYP","alg":"EdDSA","kid":"KID",{member}}}"#);
            assert_eq!(good.refusal_of_header(&header), jws(JwsError::HeaderMember), "{member}");
        }
    }
}

#[test]
fn key_ids_that_are_missing_mistyped_or_unknown_are_refused() {
    for good in both() {
        for header in [
            r#"{"typ":"TYP","alg":"EdDSA"}"#,
            r#"{"typ":"TYP","alg":"EdDSA","kid":null}"#,
            r#"{"typ":"TYP","alg":"EdDSA","kid":["KID"]}"#,
        ] {
            assert_eq!(good.refusal_of_header(header), jws(JwsError::KeyId), "{header}");
        }
        for kid in ["", "KIDx", "../KID", "' OR 1=1 --", "kid"] {
            let header = format!(r#"{{"typ":"TYP","alg":"EdDSA","kid":"{kid}"}}"#);
            assert_eq!(good.refusal_of_header(&header), jws(JwsError::UnknownKey), "{kid}");
        }
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
fn required_claims_that_are_missing_or_mistyped_are_named() {
    let registered = ["iss", "aud", "exp", "nbf", "iat", "sub", "jti"];
    let own = |kind| match kind {
        TokenKind::Access => ["client_id", "scope", "roles"].as_slice(),
        TokenKind::Share => ["cid", "permissions"].as_slice(),
    };
    for good in both() {
        for claim in registered.iter().chain(own(good.kind)) {
            let missing = good.refusal_of_claim(claim, None);
            assert_eq!(missing, Some(TokenError::MissingClaim(claim)));

            let is_time = ["exp", "nbf", "iat"].contains(claim);
            let is_list = ["roles", "permissions"].contains(claim);
            let instead = if is_time { json!(NOW.0.to_string()) } else { json!(NOW) };
            let list = if is_list { json!([["read"]]) } else { json!([good.claims[claim]]) };
            let wrong = [
                instead,
                list,
                json!(1.5),
                json!(1_800_000_000.0),
                json!(-1),
                json!(null),
                json!([]),
                json!({}),
                json!(true),
            ];
            for value in wrong {
                // No roles at all are a list of roles, too.
                if (*claim, &value) == ("roles", &json!([])) {
                    continue;
                }
                let refusal = good.refusal_of_claim(claim, Some(value.clone()));
                assert_eq!(refusal, Some(TokenError::MistypedClaim(claim)), "{claim}: {value}");
            }
        }
    }
}

#[test]
fn numbers_that_are_no_whole_seconds_are_refused() {
    for good in both() {
        for claim in ["exp", "nbf", "iat"] {
            let from = &good.claims[claim];
            for number in ["1.8e9", "1800000000.0", "-0.0", "18446744073709551616", "1e400", "0x1"]
            {
                let payload = good
                    .claims
                    .to_string()
                    .replace(&format!("\"{claim}\":{from}"), &format!("\"{claim}\":{number}"));
                let refusal = good.refusal_of_payload(&payload).unwrap();
                let expected =
                    matches!(refusal, TokenError::MistypedClaim(_) | TokenError::Claims(_));
                assert!(expected, "{claim}: {number}: {refusal:?}");
            }
        }
    }
}

#[test]
fn values_that_a_claim_cannot_have_are_refused() {
    let [access, share] = both();
    let long = "x".repeat(257);
    for (good, claim, value) in [
        (&access, "sub", json!("")),
        (&access, "sub", json!(long)),
        (&access, "jti", json!("")),
        (&access, "client_id", json!("")),
        (&access, "scope", json!("files  links")),
        (&access, "scope", json!(" files")),
        (&access, "scope", json!("fi\"les")),
        (&access, "roles", json!(["admin", ""])),
        (&access, "roles", json!(["admin", 1])),
        (&access, "roles", json!(vec!["x"; 33])),
        (&access, "sid", json!("")),
        (&access, "sid", json!(null)),
        (&access, "sid", json!(1)),
        (&share, "sub", json!("")),
        (&share, "jti", json!(long)),
        (&share, "cid", json!("")),
        (&share, "cid", json!("a/../b")),
        (&share, "permissions", json!([])),
        (&share, "permissions", json!(["read", "read"])),
        (&share, "permissions", json!(["write"])),
        (&share, "permissions", json!("read")),
        (&share, "allow_ips", json!([])),
        (&share, "allow_ips", json!("10.0.0.0/8")),
        (&share, "allow_ips", json!(["10.0.0.1/8"])),
        (&share, "allow_ips", json!(["example.org"])),
        (&share, "allow_ips", json!(null)),
        (&share, "allow_ips", json!(vec!["10.0.0.0/8"; 33])),
        (&share, "max_downloads", json!(0)),
        (&share, "max_downloads", json!(-1)),
        (&share, "max_downloads", json!(1.0)),
        (&share, "max_downloads", json!("1")),
        (&share, "max_downloads", json!(null)),
        (&share, "only_user", json!("")),
        (&share, "only_user", json!(7)),
        (&share, "only_user", json!(null)),
        (&share, "parents", json!([])),
        (&share, "parents", json!([""])),
        (&share, "parents", json!([1])),
        (&share, "parents", json!("link-0")),
        (&share, "parents", json!(vec!["link-0"; 9])),
        (&share, "parents", json!(null)),
    ] {
        let refusal = good.refusal_of_claim(claim, Some(value.clone()));
        assert_eq!(refusal, Some(TokenError::MistypedClaim(claim)), "{claim}: {value}");
    }
}

#[test]
fn other_issuers_and_audiences_are_refused() {
    for good in both() {
        for other in ["urn:other", "https://files.example.org/", "HTTPS://FILES.EXAMPLE.ORG", ""] {
            let other = Some(json!(other));
            assert_eq!(good.refusal_of_claim("iss", other.clone()), Some(TokenError::WrongIssuer));
            assert_eq!(good.refusal_of_claim("aud", other), Some(TokenError::WrongAudience));
        }
    }
}

#[test]
fn claims_that_are_not_understood_are_refused() {
    let [access, share] = both();
    for claim in ["cnf", "act", "drop", "max_downloads", "Exp"] {
        let refusal = access.refusal_of_claim(claim, Some(json!(1)));
        assert_eq!(refusal, Some(TokenError::UnknownClaim), "{claim}");
    }
    for claim in ["cnf", "allow_countries", "sid", "roles", "CID"] {
        let refusal = share.refusal_of_claim(claim, Some(json!(1)));
        assert_eq!(refusal, Some(TokenError::UnknownClaim), "{claim}");
    }
}

#[test]
fn repeated_members_are_refused_in_header_and_claims_at_every_depth() {
    for good in both() {
        for header in [
            r#"{"alg":"none","typ":"TYP","alg":"EdDSA","kid":"KID"}"#,
            r#"{"typ":"TYP","alg":"EdDSA","kid":"KID","kid":"KID"}"#,
            r#"{"typ":"TYP","typ":"TYP","alg":"EdDSA","kid":"KID"}"#,
            r#"{"typ":"TYP","alg":"EdDSA","kid":"KID","\u006bid":"KID"}"#,
            r#"{"typ":"TYP","alg":"EdDSA","kid":"KID","jwk":{"x":"a","x":"b"}}"#,
        ] {
            let refusal = good.refusal_of_header(header);
            assert!(matches!(refusal, Some(TokenError::Jws(JwsError::Header(_)))), "{header}");
        }
        let claims = good.claims.to_string();
        for more in [
            r#"{"exp":9999999999,"#,
            r#"{"sub":"someone else","#,
            r#"{"\u0073ub":"someone else","#,
            r#"{"nested":{"a":1,"a":1},"#,
            r#"{"nested":[{"b":{"a":1,"a":2}}],"#,
        ] {
            let refusal = good.refusal_of_payload(&claims.replacen('{', more, 1));
            assert!(matches!(refusal, Some(TokenError::Claims(_))), "{more}: {refusal:?}");
        }
    }
}

#[test]
fn payloads_that_are_no_json_object_are_refused() {
    for good in both() {
        for payload in ["", "null", "[]", "\"claims\"", "1", "{", "{}x", "\u{feff}{}"] {
            let refusal = good.refusal_of_payload(payload);
            assert!(matches!(refusal, Some(TokenError::Claims(_))), "{payload}: {refusal:?}");
        }
        for header in ["", "null", "[]", "{", "{}{}"] {
            let refusal = good.refusal_of_header(header);
            assert!(matches!(refusal, Some(TokenError::Jws(JwsError::Header(_)))), "{header}");
        }
    }
}

#[test]
fn tokens_of_another_number_of_parts_are_refused() {
    for good in both() {
        let parts: Vec<&str> = good.token.split('.').collect();
        for token in [
            String::new(),
            "token".to_owned(),
            parts[..2].join("."),
            format!("{}.{}", good.token, parts[2]),
            format!("{}.", good.token),
            format!(".{}", good.token),
            format!("{}.{}.{}", good.token, parts[0], parts[1]),
            "....".to_owned(),
            ".".repeat(MAX_LEN),
        ] {
            assert_eq!(good.refusal(&token), jws(JwsError::PartCount), "{token}");
        }
        assert!(good.refusal("..").is_some());
    }
}

#[test]
fn parts_that_are_not_base64url_are_refused() {
    for good in both() {
        let parts: Vec<String> = good.token.split('.').map(str::to_owned).collect();
        for index in 0..3 {
            for junk in ["=", "==", " ", "\n", "+", "/", "%3D", "ä", "\0", "!"] {
                for at_end in [true, false] {
                    let mut broken = parts.clone();
                    let position = if at_end { broken[index].len() } else { 1 };
                    broken[index].insert_str(position, junk);
                    let refusal = good.refusal(&broken.join("."));
                    assert!(refusal.is_some(), "{junk:?} in part {index}");
                }
            }
        }
        let mut last = good.token.clone();
        last.push('=');
        assert_eq!(good.refusal(&last), jws(JwsError::Encoding));
        let mut header = parts.clone();
        header[0].push('=');
        assert_eq!(good.refusal(&header.join(".")), jws(JwsError::Encoding));
    }
}

/// A signature has 86 characters, of which the last has four bits that say nothing.
#[test]
fn a_token_has_one_spelling() {
    for good in both() {
        let (rest, last) = good.token.split_at(good.token.len() - 1);
        for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars() {
            let token = format!("{rest}{other}");
            assert_eq!(good.refusal(&token).is_none(), last == other.to_string(), "{other}");
        }
        for garbage in ["A", "AA", "AAAA", " ", "\n", ",", "?x=1"] {
            assert!(good.refusal(&format!("{}{garbage}", good.token)).is_some(), "{garbage:?}");
            assert!(good.refusal(&format!("{garbage}{}", good.token)).is_some(), "{garbage:?}");
        }
        assert!(good.refusal(&format!("Bearer {}", good.token)).is_some());
    }
}

#[test]
fn every_changed_character_of_a_token_is_detected() {
    for good in both() {
        for index in 0..good.token.len() {
            for other in ["A", "Q", "-", "."] {
                let mut token = good.token.clone();
                token.replace_range(index..=index, other);
                assert!(
                    token == good.token || good.refusal(&token).is_some(),
                    "{other} at {index}"
                );
            }
        }
    }
}

#[test]
fn oversized_tokens_are_refused_before_anything_else() {
    let too_long = jws(JwsError::TooLong { max: MAX_LEN });
    for good in both() {
        assert_eq!(good.refusal(&"A".repeat(MAX_LEN + 1)), too_long);
        assert_eq!(good.refusal(&"A".repeat(MAX_LEN)), jws(JwsError::PartCount));
        let mut claims = good.claims.clone();
        claims["padding"] = json!("x".repeat(MAX_LEN));
        assert_eq!(good.refusal_of_payload(&claims.to_string()), too_long);
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
    assert_eq!(refusal(|claims| claims.parents = vec!["x".to_owned(); 9]), mistyped("parents"));
    let never = Some(MintError::Invalid(TokenError::NeverValid));
    assert_eq!(refusal(|claims| claims.expires_at = claims.issued_at), never);
    assert_eq!(refusal(|claims| claims.not_before = claims.expires_at), never);

    let mut huge = access_claims();
    huge.scope = "x".repeat(MAX_LEN);
    assert_eq!(keys.mint_access(&huge).err(), Some(MintError::TooLong));
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
