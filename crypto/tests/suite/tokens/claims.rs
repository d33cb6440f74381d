//! What claims may not say.

use cidlock_crypto::JwsError;
use cidlock_crypto::token::{TokenError, TokenKind};
use serde_json::json;

use super::both;
use crate::support::NOW;

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
        (&share, "parents", json!(["link-a", "link-b", "link-a"])),
        (&share, "parents", json!(["link-a", "link-1"])),
        (&share, "parents", json!((10..19).map(|n| format!("link-{n}")).collect::<Vec<_>>())),
        (&share, "parents", json!(null)),
    ] {
        let refusal = good.refusal_of_claim(claim, Some(value.clone()));
        assert_eq!(refusal, Some(TokenError::MistypedClaim(claim)), "{claim}: {value}");
    }
}

#[test]
fn times_between_which_no_moment_lies_are_refused() {
    for good in both() {
        for (iat, nbf, exp) in [(0, 0, 0), (0, 10, 10), (0, 10, 9), (10, 0, 10), (10, 0, 9)] {
            let mut claims = good.claims.clone();
            for (claim, offset) in [("iat", iat), ("nbf", nbf), ("exp", exp)] {
                claims[claim] = json!(NOW.0 - 5 + offset);
            }
            let refusal = good.refusal_of_payload(&claims.to_string());
            assert_eq!(refusal, Some(TokenError::NeverValid), "{claims}");
        }
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
