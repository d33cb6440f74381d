//! What a token looks like: size, parts, spelling, repeated members.

use cidlock_crypto::JwsError;
use cidlock_crypto::token::{MAX_LEN, TokenError};
use serde_json::json;

use super::{both, jws};

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
