//! Nothing that can be printed prints a secret.

use std::fmt::Debug;

use cidlock_crypto::chunked::{DataKey, Sealer};
use cidlock_crypto::key_set::KeySet;
use cidlock_crypto::token::{TokenLimits, Unverified};

use crate::statement::statement;
use crate::support::{key_set, plaintext, seal};
use crate::tokens::share_claims;

/// In base64url, hexadecimal and as Rust prints byte arrays, pretty or not.
fn assert_hides(value: &impl Debug, secret: &[u8]) {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let spellings = [crate::support::encode(secret), hex, format!("{secret:?}")];
    for printed in [format!("{value:?}"), format!("{value:#?}").replace([' ', '\n'], "")] {
        for spelling in &spellings {
            assert!(!printed.contains(spelling.trim_matches(['[', ']'])), "{printed}");
            assert!(!printed.contains(&spelling.replace(' ', "")), "{printed}");
        }
    }
}

#[test]
fn a_data_key_does_not_print() {
    let bytes = [0xa5; 32];
    let key = DataKey::from_bytes(bytes);
    assert_hides(&key, &bytes);
    assert_eq!(format!("{key:?}"), "DataKey([redacted])");
    assert_hides(&Sealer::new(&key).unwrap(), &bytes);
}

#[test]
fn data_keys_compare_by_their_bytes() {
    let key = DataKey::from_bytes([1; 32]);
    let mut bytes = [1; 32];
    assert_eq!(key, DataKey::from_bytes(bytes));
    bytes[31] ^= 0x80;
    assert_ne!(key, DataKey::from_bytes(bytes));
}

#[test]
fn a_key_set_prints_its_realm_and_no_key() {
    let keys = key_set();
    let file: serde_json::Value = serde_json::from_str(&keys.to_json()).unwrap();
    for key in file["keys"].as_array().unwrap() {
        for member in ["k", "d"].iter().filter_map(|name| key[name].as_str()) {
            let secret = crate::support::decode(member);
            assert_hides(&keys, &secret);
            assert_hides(&keys.verifier(TokenLimits::default()), &secret);
            assert_hides(&keys.public_jwks(), &secret);
        }
    }
    assert!(format!("{keys:?}").contains(keys.realm().as_str()));
}

#[test]
fn an_error_about_a_key_set_quotes_no_key() {
    let keys = key_set();
    let json = keys.to_json();
    let file: serde_json::Value = serde_json::from_str(&json).unwrap();
    for key in file["keys"].as_array().unwrap() {
        for secret in ["k", "d"].iter().filter_map(|name| key[name].as_str()) {
            for broken in [
                json.replace(secret, &secret[1..]),
                json.replace(secret, &format!("{secret}=")),
                json.replace(&format!("\"{secret}\""), "7"),
                json.replace(secret, &format!("{secret}\\u0041")),
                json.replace("\"enc\"", &format!("\"{secret}\"")),
            ] {
                let error = KeySet::from_json(broken.as_bytes()).unwrap_err();
                let printed = format!("{error} {error:?}");
                assert!(!printed.contains(&secret[1..]), "{printed}");
            }
        }
    }
}

#[test]
fn a_token_does_not_print() {
    let keys = key_set();
    let token = keys.mint_share(&share_claims()).unwrap();
    assert_eq!(format!("{token:?}"), "Token(..)");
    let unverified = Unverified::parse(token.expose()).unwrap();
    let printed = format!("{unverified:?}");
    for part in token.expose().split('.') {
        assert!(!printed.contains(part), "{printed}");
    }
}

#[test]
fn a_statement_prints_no_key_and_nothing_private() {
    let statement = statement();
    let printed = format!("{statement:?}");
    for private in [&statement.name, &statement.media_type, &statement.owner, "remark"] {
        assert!(!printed.contains(private), "{printed}");
    }
    assert_hides(&statement, &[0x42; 32]);
    assert_hides(&statement, &statement.sha256);
}

#[test]
fn the_hash_of_a_sealed_plaintext_does_not_print() {
    let message = seal(&plaintext(100));
    assert_hides(&message.sealed, &message.sealed.sha256());
}
