use std::collections::BTreeMap;

use cidlock_crypto::chunked::{DataKey, LayoutError, MAX_PLAINTEXT_LEN};
use cidlock_crypto::key_set::{KeySet, Purpose};
use cidlock_crypto::statement::{MAX_LEN, SignStatementError, Statement, StatementError};
use cidlock_crypto::{JweError, JwsError, ObjectId, Permissions, Realm, UnixTime};
use serde_json::{Value, json};

use crate::support::{CID, NOW, decode, encode, forge, jwk, key_set, parts};

pub(crate) fn statement() -> Statement {
    Statement {
        id: ObjectId::parse("0190163d-8694-739b-aea5-966c26f8ad91").unwrap(),
        rev: 1,
        cid: CID.to_owned(),
        size: 1234,
        permissions: Permissions::READ | Permissions::SHARE,
        expires_at: Some(UnixTime(NOW.0 + 86_400)),
        issued_at: NOW,
        data_key: DataKey::from_bytes([0x42; 32]),
        name: "ärger \"im\" büro.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        sha256: [0x99; 32],
        owner: "user-7".to_owned(),
        created: UnixTime(NOW.0 - 10),
        meta: BTreeMap::from([("remark".to_owned(), "only mine".to_owned())]),
    }
}

/// Signs other claims with the real key of statements.
fn resign(keys: &KeySet, compact: &str, change: impl FnOnce(&mut Value)) -> String {
    let (header, payload, _) = parts(compact);
    let mut claims: Value = serde_json::from_str(&payload).unwrap();
    change(&mut claims);
    forge(&jwk(keys, "object"), &header, &claims.to_string())
}

#[test]
fn what_is_signed_opens_the_same() {
    let keys = key_set();
    let mut statement = statement();
    let compact = keys.sign_statement(&statement).unwrap();
    assert!(keys.open_statement(&compact).unwrap() == statement);

    statement.expires_at = None;
    statement.meta.clear();
    statement.name.clear();
    statement.size = 0;
    let compact = keys.sign_statement(&statement).unwrap();
    assert!(keys.open_statement(&compact).unwrap() == statement);
}

#[test]
fn the_outer_claims_are_the_documented_ones_and_show_nothing_private() {
    let keys = key_set();
    let (header, payload, _) = parts(&keys.sign_statement(&statement()).unwrap());
    let header: Value = serde_json::from_str(&header).unwrap();
    let kid = jwk(&keys, "object")["kid"].clone();
    assert_eq!(header, json!({"typ": "object+jwt", "alg": "EdDSA", "kid": kid}));

    let mut claims: Value = serde_json::from_str(&payload).unwrap();
    let sealed = claims.as_object_mut().unwrap().remove("sealed").unwrap();
    assert_eq!(
        claims,
        json!({
            "iss": keys.realm(),
            "aud": "urn:cidlock:object",
            "iat": NOW,
            "jti": "0190163d-8694-739b-aea5-966c26f8ad91",
            "rev": 1,
            "cid": CID,
            "size": 1234,
            "fmt": "cobblestone-256",
            "permissions": ["read", "share"],
            "exp": NOW.0 + 86_400,
        })
    );
    let envelope: Vec<&str> = sealed.as_str().unwrap().split('.').collect();
    let protected: Value = serde_json::from_slice(&decode(envelope[0])).unwrap();
    let kid = jwk(&keys, "kek")["kid"].clone();
    assert_eq!(protected, json!({"alg": "A256KW", "enc": "A256GCM", "kid": kid}));
    assert_eq!(envelope.len(), 5);
    assert_eq!(decode(envelope[1]).len(), 40);
    assert_eq!(decode(envelope[2]).len(), 12);
    assert_eq!(decode(envelope[4]).len(), 16);
}

#[test]
fn each_claim_that_differs_from_what_is_sealed_is_named() {
    let keys = key_set();
    let compact = keys.sign_statement(&statement()).unwrap();
    for (claim, value) in [
        ("jti", json!("0190163d-8694-739b-aea5-966c26f8ad92")),
        ("rev", json!(2)),
        ("cid", json!(CID.replace('b', "c"))),
        ("size", json!(1235)),
        ("permissions", json!(["read", "share", "delete"])),
        ("permissions", json!([])),
        ("exp", json!(NOW.0 + 86_401)),
    ] {
        let forged = resign(&keys, &compact, |claims| claims[claim] = value.clone());
        let opened = keys.open_statement(&forged);
        assert_eq!(opened.err(), Some(StatementError::Differs(claim)), "{value}");
    }
    let eternal = resign(&keys, &compact, |claims| {
        claims.as_object_mut().unwrap().remove("exp");
    });
    assert_eq!(keys.open_statement(&eternal).err(), Some(StatementError::Differs("exp")));
}

#[test]
fn an_envelope_cannot_be_moved_to_another_statement() {
    let keys = key_set();
    let mut other = statement();
    other.id = ObjectId::generate(0).unwrap();
    let (_, payload, _) = parts(&keys.sign_statement(&other).unwrap());
    let payload: Value = serde_json::from_str(&payload).unwrap();
    let moved = resign(&keys, &keys.sign_statement(&statement()).unwrap(), |claims| {
        claims["sealed"] = payload["sealed"].clone();
    });
    assert_eq!(keys.open_statement(&moved).err(), Some(StatementError::Differs("jti")));
}

#[test]
fn a_statement_of_another_key_set_is_refused() {
    let compact = key_set().sign_statement(&statement()).unwrap();
    let opened = key_set().open_statement(&compact);
    assert_eq!(opened.err(), Some(StatementError::Jws(JwsError::UnknownKey)));
}

#[test]
fn a_statement_signed_with_a_key_of_tokens_is_refused() {
    let keys = key_set();
    let compact = keys.sign_statement(&statement()).unwrap();
    let (_, payload, _) = parts(&compact);
    for purpose in ["access", "share"] {
        let jwk = jwk(&keys, purpose);
        let honest = json!({"typ": "object+jwt", "alg": "EdDSA", "kid": jwk["kid"]}).to_string();
        let opened = keys.open_statement(&forge(&jwk, &honest, &payload));
        assert_eq!(opened.err(), Some(StatementError::Jws(JwsError::UnknownKey)));
        let (stolen_kid, ..) = parts(&compact);
        let opened = keys.open_statement(&forge(&jwk, &stolen_kid, &payload));
        assert_eq!(opened.err(), Some(StatementError::Jws(JwsError::Signature)));
    }
}

#[test]
fn retired_keys_still_verify_and_unwrap_and_sign_nothing_new() {
    let mut keys = key_set();
    let old = keys.sign_statement(&statement()).unwrap();
    let (old_signer, old_kek) = (jwk(&keys, "object"), jwk(&keys, "kek"));
    keys.rotate(Purpose::Object, NOW).unwrap();
    keys.rotate(Purpose::Kek, NOW).unwrap();
    let keys = KeySet::from_json(keys.to_json().as_bytes()).unwrap();
    assert!(keys.open_statement(&old).unwrap() == statement());

    let (header, payload, _) = parts(&keys.sign_statement(&statement()).unwrap());
    assert!(!header.contains(old_signer["kid"].as_str().unwrap()));
    let payload: Value = serde_json::from_str(&payload).unwrap();
    let sealed = payload["sealed"].as_str().unwrap();
    let protected = String::from_utf8(decode(sealed.split('.').next().unwrap())).unwrap();
    assert!(!protected.contains(old_kek["kid"].as_str().unwrap()));
}

#[test]
fn outer_claims_that_are_not_as_they_must_be_are_refused() {
    let keys = key_set();
    let compact = keys.sign_statement(&statement()).unwrap();
    let refusal = |claim: &str, value: Value| {
        let forged = resign(&keys, &compact, |claims| claims[claim] = value);
        keys.open_statement(&forged).err().unwrap()
    };
    assert_eq!(refusal("iss", json!("urn:other")), StatementError::Issuer);
    assert_eq!(refusal("aud", json!(keys.realm())), StatementError::Audience);
    assert_eq!(refusal("fmt", json!("cobblestone-128")), StatementError::Format);
    assert_eq!(refusal("cid", json!("../secret")), StatementError::Cid);
    let too_long = StatementError::Size(LayoutError::TooLong);
    assert_eq!(refusal("size", json!(MAX_PLAINTEXT_LEN + 1)), too_long);

    let required =
        ["iss", "aud", "iat", "fmt", "jti", "rev", "cid", "size", "permissions", "sealed"];
    for claim in required.into_iter().chain(["exp"]) {
        for value in [json!(null), json!(1.5), json!(-1), json!([1]), json!({}), json!(true)] {
            let error = refusal(claim, value.clone());
            assert!(matches!(error, StatementError::Claims(_)), "{claim} {value}: {error:?}");
        }
    }
    for claim in required {
        let forged = resign(&keys, &compact, |claims| {
            claims.as_object_mut().unwrap().remove(claim);
        });
        let error = keys.open_statement(&forged).err().unwrap();
        assert!(matches!(error, StatementError::Claims(_)), "{claim}: {error:?}");
    }
    assert!(matches!(refusal("rev", json!(1u64 << 32)), StatementError::Claims(_)));
    assert!(matches!(refusal("unknown", json!(1)), StatementError::Claims(_)));
}

#[test]
fn a_repeated_outer_claim_is_refused() {
    let keys = key_set();
    let (header, payload, _) = parts(&keys.sign_statement(&statement()).unwrap());
    let repeated = payload.replacen('{', r#"{"rev":1,"#, 1);
    let opened = keys.open_statement(&forge(&jwk(&keys, "object"), &header, &repeated));
    assert!(matches!(opened.err(), Some(StatementError::Claims(_))));
}

#[test]
fn a_token_is_no_statement() {
    let keys = key_set();
    let token = keys.mint_share(&crate::tokens::share_claims()).unwrap();
    let opened = keys.open_statement(token.expose());
    assert_eq!(opened.err(), Some(StatementError::Jws(JwsError::Type)));
}

#[test]
fn an_envelope_that_is_not_as_it_must_be_is_refused() {
    let keys = key_set();
    let compact = keys.sign_statement(&statement()).unwrap();
    let (_, payload, _) = parts(&compact);
    let claims: Value = serde_json::from_str(&payload).unwrap();
    let sealed = claims["sealed"].as_str().unwrap();
    let envelope: Vec<&str> = sealed.split('.').collect();
    let kid = jwk(&keys, "kek")["kid"].as_str().unwrap().to_owned();
    let other_kid = jwk(&key_set(), "kek")["kid"].as_str().unwrap().to_owned();

    let refusal = |parts: &[String]| {
        let forged = resign(&keys, &compact, |claims| claims["sealed"] = json!(parts.join(".")));
        match keys.open_statement(&forged).err().unwrap() {
            StatementError::Envelope(error) => error,
            other => panic!("{other:?}"),
        }
    };
    let with = |index: usize, part: String| {
        let mut parts: Vec<String> = envelope.iter().map(|part| (*part).to_owned()).collect();
        parts[index] = part;
        parts
    };
    let header = |text: &str| with(0, encode(text.replace("KID", &kid)));

    for (text, expected) in [
        (r#"{"alg":"dir","enc":"A256GCM","kid":"KID"}"#, JweError::Algorithm),
        (r#"{"alg":"A128KW","enc":"A256GCM","kid":"KID"}"#, JweError::Algorithm),
        (r#"{"alg":"A256KW","enc":"A128GCM","kid":"KID"}"#, JweError::Algorithm),
        // The same header in another spelling is another header.
        (r#"{"enc":"A256GCM","alg":"A256KW","kid":"KID"}"#, JweError::NotAuthentic),
    ] {
        assert_eq!(refusal(&header(text)), expected, "{text}");
    }
    for text in [
        r#"{"alg":"A256KW","enc":"A256GCM"}"#,
        r#"{"alg":"A256KW","enc":"A256GCM","kid":"KID","zip":"DEF"}"#,
        r#"{"alg":"A256KW","enc":"A256GCM","kid":"KID","crit":["exp"]}"#,
        r#"{"alg":"A256KW","alg":"A256KW","enc":"A256GCM","kid":"KID"}"#,
        "not JSON",
    ] {
        assert!(matches!(refusal(&header(text)), JweError::Header(_)), "{text}");
    }
    let foreign = header(&r#"{"alg":"A256KW","enc":"A256GCM","kid":"X"}"#.replace('X', &other_kid));
    assert_eq!(refusal(&foreign), JweError::UnknownKey);

    assert_eq!(refusal(&with(4, format!("{}.x", envelope[4]))), JweError::PartCount);
    assert_eq!(refusal(&["only".to_owned()]), JweError::PartCount);
    assert_eq!(refusal(&with(2, encode([0; 11]))), JweError::Encoding);
    assert_eq!(refusal(&with(4, encode([0; 12]))), JweError::Encoding);
    assert_eq!(refusal(&with(3, "!".to_owned())), JweError::Encoding);
    assert_eq!(refusal(&with(1, String::new())), JweError::NotAuthentic);
    assert_eq!(refusal(&with(1, encode([0; 24]))), JweError::NotAuthentic);
    for (index, part) in envelope.iter().enumerate().skip(1) {
        let mut bytes = decode(part);
        bytes[0] ^= 1;
        assert_eq!(refusal(&with(index, encode(bytes))), JweError::NotAuthentic, "part {index}");
    }
}

#[test]
fn every_flipped_character_and_every_cut_of_a_statement_is_detected() {
    let keys = key_set();
    let compact = keys.sign_statement(&statement()).unwrap();
    for index in 0..compact.len() {
        for replacement in ["A", "B", ".", "="] {
            let mut flipped = compact.clone();
            flipped.replace_range(index..=index, replacement);
            let opened = keys.open_statement(&flipped);
            assert!(flipped == compact || opened.is_err(), "{replacement} at {index}");
        }
        assert!(keys.open_statement(&compact[..index]).is_err(), "cut at {index}");
    }
}

#[test]
fn a_statement_of_another_realm_with_the_same_keys_is_refused() {
    let keys = key_set();
    let renamed = keys.to_json().replace(keys.realm().as_str(), "urn:other");
    let other = KeySet::from_json(renamed.as_bytes()).unwrap();
    assert_eq!(other.realm(), &Realm::parse("urn:other").unwrap());
    let compact = keys.sign_statement(&statement()).unwrap();
    assert_eq!(other.open_statement(&compact).err(), Some(StatementError::Issuer));
}

#[test]
fn what_could_not_be_opened_is_not_signed() {
    let keys = key_set();
    let refusal = |change: fn(&mut Statement)| {
        let mut statement = statement();
        change(&mut statement);
        keys.sign_statement(&statement).err()
    };
    assert_eq!(refusal(|s| s.cid = "a/b".to_owned()), Some(SignStatementError::Cid));
    assert_eq!(
        refusal(|s| s.size = u64::MAX),
        Some(SignStatementError::Size(LayoutError::TooLong))
    );
    assert_eq!(refusal(|s| s.name = "x".repeat(MAX_LEN)), Some(SignStatementError::TooLong));
    assert_eq!(refusal(|s| s.name = "x".repeat(40_000)), Some(SignStatementError::TooLong));
    let mut long = statement();
    long.name = "x".repeat(30_000);
    let compact = keys.sign_statement(&long).unwrap();
    assert!(keys.open_statement(&compact).unwrap() == long);
    let too_long = format!("{compact}{}", "A".repeat(MAX_LEN));
    assert_eq!(
        keys.open_statement(&too_long).err(),
        Some(StatementError::Jws(JwsError::TooLong { max: MAX_LEN }))
    );
}
