use cidlock_crypto::Realm;
use cidlock_crypto::key_set::{ColumnError, KeySet, KeySetError, Purpose};
use serde_json::{Value, json};

use crate::support::{NOW, decode, encode, jwk, key_set, realm};

const PURPOSES: [Purpose; 6] = [
    Purpose::Kek,
    Purpose::Storage,
    Purpose::Object,
    Purpose::Access,
    Purpose::Share,
    Purpose::Receipt,
];

fn file(keys: &KeySet) -> Value {
    serde_json::from_str(&keys.to_json()).unwrap()
}

fn read(file: &Value) -> Result<KeySet, KeySetError> {
    KeySet::from_json(file.to_string().as_bytes())
}

/// The key of one purpose in a fresh key set's file, to be broken.
fn key_of(file: &mut Value, purpose: Purpose) -> &mut Value {
    let keys = file["keys"].as_array_mut().unwrap();
    keys.iter_mut().find(|key| key["purpose"] == purpose.name()).unwrap()
}

#[test]
fn what_is_written_reads_back_the_same() {
    let mut keys = key_set();
    for purpose in PURPOSES {
        keys.rotate(purpose, NOW).unwrap();
    }
    keys.rotate(Purpose::Kek, NOW).unwrap();
    let json = keys.to_json();
    let again = KeySet::from_json(json.as_bytes()).unwrap();
    assert_eq!(*json, *again.to_json());
    assert_eq!(again.realm(), &realm());
    assert_eq!(file(&keys)["keys"].as_array().unwrap().len(), 13);
}

#[test]
fn keys_are_plain_jwks() {
    let keys = key_set();
    for (purpose, usage, alg) in [("kek", "enc", "A256KW"), ("storage", "enc", "A256GCM")] {
        let jwk = jwk(&keys, purpose);
        assert_eq!(
            (&jwk["kty"], &jwk["use"], &jwk["alg"]),
            (&json!("oct"), &json!(usage), &json!(alg))
        );
        assert_eq!(decode(jwk["k"].as_str().unwrap()).len(), 32);
        assert_eq!(decode(jwk["kid"].as_str().unwrap()).len(), 16);
    }
    for purpose in ["object", "access", "share", "receipt"] {
        let jwk = jwk(&keys, purpose);
        assert_eq!((&jwk["kty"], &jwk["crv"]), (&json!("OKP"), &json!("Ed25519")));
        assert_eq!((&jwk["use"], &jwk["alg"]), (&json!("sig"), &json!("EdDSA")));
        for member in ["x", "d", "kid"] {
            assert_eq!(decode(jwk[member].as_str().unwrap()).len(), 32, "{member}");
        }
    }
}

#[test]
fn two_key_sets_share_no_key() {
    let (one, other) = (key_set(), key_set());
    for purpose in PURPOSES {
        let (one, other) = (jwk(&one, purpose.name()), jwk(&other, purpose.name()));
        for member in ["kid", "k", "d", "x"] {
            assert!(
                one.get(member).is_none() || one[member] != other[member],
                "{purpose} {member}"
            );
        }
    }
}

#[test]
fn a_missing_purpose_is_named_unless_it_came_later() {
    for purpose in PURPOSES.into_iter().filter(|purpose| *purpose != Purpose::Receipt) {
        let mut file = file(&key_set());
        file["keys"].as_array_mut().unwrap().retain(|key| key["purpose"] != purpose.name());
        let error = read(&file).unwrap_err();
        assert_eq!(error, KeySetError::Missing(purpose));
        assert!(error.to_string().contains(purpose.name()));
    }
}

#[test]
fn a_purpose_of_which_every_key_is_retired_is_missing() {
    let mut file = file(&key_set());
    key_of(&mut file, Purpose::Share)["retired"] = json!(NOW);
    assert_eq!(read(&file).unwrap_err(), KeySetError::Missing(Purpose::Share));
}

#[test]
fn two_active_keys_of_one_purpose_are_refused() {
    for purpose in PURPOSES {
        let mut file = file(&key_set());
        file["keys"].as_array_mut().unwrap().push(jwk(&key_set(), purpose.name()));
        assert_eq!(read(&file).unwrap_err(), KeySetError::TwoActive(purpose));
    }
}

#[test]
fn two_keys_with_one_id_are_refused() {
    let mut same_purpose = file(&key_set());
    let mut copy = key_of(&mut same_purpose, Purpose::Kek).clone();
    copy["retired"] = json!(NOW);
    same_purpose["keys"].as_array_mut().unwrap().push(copy);

    let mut other_purpose = file(&key_set());
    let kid = key_of(&mut other_purpose, Purpose::Kek)["kid"].clone();
    key_of(&mut other_purpose, Purpose::Storage)["kid"] = kid;

    let mut same_signing_key = file(&key_set());
    let mut copy = key_of(&mut same_signing_key, Purpose::Access).clone();
    copy["purpose"] = json!("share");
    *key_of(&mut same_signing_key, Purpose::Share) = copy;

    for file in [same_purpose, other_purpose, same_signing_key] {
        assert!(matches!(read(&file), Err(KeySetError::DuplicateKid(_))));
    }
}

#[test]
fn keys_of_a_wrong_size_are_refused() {
    for (purpose, member) in [
        (Purpose::Kek, "k"),
        (Purpose::Storage, "k"),
        (Purpose::Object, "d"),
        (Purpose::Access, "d"),
        (Purpose::Share, "d"),
    ] {
        for len in [0, 1, 16, 31, 33, 64] {
            let mut file = file(&key_set());
            key_of(&mut file, purpose)[member] = json!(encode(vec![7; len]));
            assert!(matches!(read(&file), Err(KeySetError::Json(_))), "{purpose} of {len} bytes");
        }
    }
    for len in [0, 31, 33] {
        let mut file = file(&key_set());
        key_of(&mut file, Purpose::Object)["x"] = json!(encode(vec![7; len]));
        assert!(matches!(read(&file), Err(KeySetError::PublicKey(_))));
    }
}

#[test]
fn a_public_key_that_is_not_the_private_ones_is_refused() {
    let (mut file, other) = (file(&key_set()), jwk(&key_set(), "object"));
    key_of(&mut file, Purpose::Object)["x"] = other["x"].clone();
    assert!(matches!(read(&file), Err(KeySetError::PublicKey(_))));
    key_of(&mut file, Purpose::Object)["kid"] = other["kid"].clone();
    assert!(matches!(read(&file), Err(KeySetError::PublicKey(_))));
}

#[test]
fn ids_of_a_wrong_form_are_refused() {
    for (purpose, kid) in [
        (Purpose::Kek, "kek-1".to_owned()),
        (Purpose::Storage, encode([1; 17])),
        (Purpose::Object, encode([1; 32])),
        (Purpose::Access, String::new()),
    ] {
        let mut file = file(&key_set());
        key_of(&mut file, purpose)["kid"] = json!(kid);
        assert_eq!(read(&file).unwrap_err(), KeySetError::Kid(kid));
    }
}

#[test]
fn a_key_of_another_kind_than_its_purpose_demands_is_refused() {
    for (purpose, member, value) in [
        (Purpose::Kek, "kty", "OKP"),
        (Purpose::Kek, "alg", "A256GCM"),
        (Purpose::Kek, "alg", "dir"),
        (Purpose::Kek, "use", "sig"),
        (Purpose::Kek, "crv", "Ed25519"),
        (Purpose::Storage, "alg", "A256KW"),
        (Purpose::Object, "kty", "oct"),
        (Purpose::Object, "crv", "X25519"),
        (Purpose::Object, "crv", "Ed448"),
        (Purpose::Access, "alg", "HS256"),
        (Purpose::Share, "use", "enc"),
    ] {
        let mut file = file(&key_set());
        key_of(&mut file, purpose)[member] = json!(value);
        assert!(matches!(read(&file), Err(KeySetError::Kind(_))), "{purpose} {member} {value}");
    }
    let mut public_only = file(&key_set());
    key_of(&mut public_only, Purpose::Access).as_object_mut().unwrap().remove("d");
    assert!(matches!(read(&public_only), Err(KeySetError::Kind(_))));
}

#[test]
fn a_key_cannot_be_moved_to_another_purpose() {
    let mut file = file(&key_set());
    key_of(&mut file, Purpose::Storage)["purpose"] = json!("kek");
    assert_eq!(read(&file).unwrap_err(), KeySetError::TwoActive(Purpose::Kek));
    let mut file = self::file(&key_set());
    key_of(&mut file, Purpose::Kek)["purpose"] = json!("share");
    assert!(read(&file).is_err());
}

#[test]
fn members_that_are_unknown_missing_repeated_or_null_are_refused() {
    let json = key_set().to_json();
    let breaks: [(&str, &str, &str); 8] = [
        ("unknown at the top", r#""keys": ["#, r#""extra": 1, "keys": ["#),
        ("repeated at the top", r#""keys": ["#, r#""realm": "x", "keys": ["#),
        ("unknown in a key", r#""kty": "oct""#, r#""kty": "oct", "key_ops": []"#),
        ("repeated in a key", r#""kty": "oct""#, r#""kty": "oct", "kty": "oct""#),
        ("unknown purpose", r#""purpose": "kek""#, r#""purpose": "master""#),
        ("null", r#""purpose": "kek""#, r#""purpose": "kek", "retired": null"#),
        ("missing", r#""use": "enc","#, ""),
        ("mistyped", r#""created": "#, r#""created": -"#),
    ];
    for (what, from, to) in breaks {
        assert!(json.contains(from), "{what}");
        let broken = json.replacen(from, to, 1);
        let error = KeySet::from_json(broken.as_bytes()).unwrap_err();
        assert!(matches!(error, KeySetError::Json(_)), "{what}: {error:?}");
    }
}

#[test]
fn garbage_is_refused() {
    let good = key_set().to_json();
    for bad in
        ["", "null", "[]", "{}", "keys", r#"{"realm":"x","keys":{}}"#, r#"{"realm":"","keys":[]}"#]
    {
        assert!(matches!(KeySet::from_json(bad.as_bytes()), Err(KeySetError::Json(_))), "{bad}");
    }
    assert!(KeySet::from_json(b"\xff\xfe{}").is_err());
    for cut in [1, good.len() / 2, good.len() - 1] {
        assert!(KeySet::from_json(&good.as_bytes()[..cut]).is_err());
    }
    let padded = format!("{}{}", *good, " ".repeat(256 * 1024));
    assert_eq!(KeySet::from_json(padded.as_bytes()).unwrap_err(), KeySetError::TooLong);
}

#[test]
fn the_key_set_of_another_realm_is_refused_with_both_names() {
    let other = Realm::parse("urn:other").unwrap();
    let error = key_set().of_realm(&other).unwrap_err().to_string();
    assert!(error.contains("urn:other") && error.contains(realm().as_str()), "{error}");
    assert!(key_set().of_realm(&realm()).is_ok());
}

#[test]
fn only_public_halves_of_token_keys_are_published() {
    let mut keys = key_set();
    let retired = jwk(&keys, "access");
    keys.rotate(Purpose::Access, NOW).unwrap();
    let published = serde_json::to_value(keys.public_jwks()).unwrap();
    let expected = [jwk(&keys, "access"), retired, jwk(&keys, "share"), jwk(&keys, "receipt")];
    let published = published["keys"].as_array().unwrap();
    assert_eq!(published.len(), expected.len());
    for (found, expected) in published.iter().zip(&expected) {
        let names: Vec<&String> = found.as_object().unwrap().keys().collect();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x"]);
        for name in names {
            assert_eq!(found[name], expected[name], "{name}");
        }
    }
}

#[test]
fn a_column_opens_in_its_place_alone() {
    let keys = key_set();
    let sealed = keys.seal_column("users.email:7", b"someone@example.org").unwrap();
    assert_eq!(keys.open_column("users.email:7", &sealed).unwrap(), b"someone@example.org");
    assert_ne!(sealed, keys.seal_column("users.email:7", b"someone@example.org").unwrap());
    assert_eq!(keys.open_column("users.email:8", &sealed), Err(ColumnError::NotAuthentic));
    assert_eq!(key_set().open_column("users.email:7", &sealed), Err(ColumnError::UnknownKey));
    let empty = keys.seal_column("", b"").unwrap();
    assert_eq!(keys.open_column("", &empty).unwrap(), b"");
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_column_is_detected() {
    let keys = key_set();
    let sealed = keys.seal_column("c", b"value").unwrap();
    for bit in 0..8 * sealed.len() {
        let mut flipped = sealed.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(keys.open_column("c", &flipped).is_err(), "bit {bit}");
    }
    for len in 0..sealed.len() {
        assert!(keys.open_column("c", &sealed[..len]).is_err(), "{len} bytes");
    }
}

#[test]
fn a_retired_storage_key_still_opens_and_no_longer_seals() {
    let mut keys = key_set();
    let old = keys.seal_column("c", b"value").unwrap();
    keys.rotate(Purpose::Storage, NOW).unwrap();
    let keys = KeySet::from_json(keys.to_json().as_bytes()).unwrap();
    assert_eq!(keys.open_column("c", &old).unwrap(), b"value");
    let new = keys.seal_column("c", b"value").unwrap();
    assert_ne!(old[..16], new[..16], "key id");
}
