//! What a header may not say.

use cidlock_crypto::JwsError;

use super::{both, jws};
use crate::support::{decode, encode};

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
        let public = decode(good.jwk["x"].as_str().unwrap());
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
