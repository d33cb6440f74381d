use cidlock_crypto::key_set::{KeySet, Purpose};
use cidlock_crypto::receipt::{NodeReceipt, Receipt, ReceiptError, SignReceiptError};
use cidlock_crypto::token::{TokenError, Unverified};
use cidlock_crypto::{JwsError, ObjectId, Realm, UnixTime};
use serde_json::{Value, json};

use crate::support::{CID, NOW, forge, jwk, key_set, parts};

fn receipt() -> Receipt {
    let node = |node: &str, status: &str| NodeReceipt {
        engine: "embedded".to_owned(),
        node: node.to_owned(),
        status: status.to_owned(),
    };
    Receipt {
        id: ObjectId::parse("0190163d-8694-739b-aea5-966c26f8ad91").unwrap(),
        cid: CID.to_owned(),
        deleted_at: UnixTime(NOW.0 - 5),
        reason: "owner".to_owned(),
        issued_at: NOW,
        nodes: vec![node("local", "collected"), node("other", "pending")],
    }
}

fn resign(keys: &KeySet, compact: &str, change: impl FnOnce(&mut Value)) -> String {
    let (header, payload, _) = parts(compact);
    let mut claims: Value = serde_json::from_str(&payload).unwrap();
    change(&mut claims);
    forge(&jwk(keys, "receipt"), &header, &claims.to_string())
}

#[test]
fn what_is_signed_opens_the_same_also_after_the_key_was_rotated() {
    let mut keys = key_set();
    let compact = keys.sign_receipt(&receipt()).unwrap();
    assert_eq!(keys.open_receipt(&compact).unwrap(), receipt());
    keys.rotate(Purpose::Receipt, NOW).unwrap();
    assert_eq!(keys.open_receipt(&compact).unwrap(), receipt());
}

#[test]
fn its_key_is_published() {
    let keys = key_set();
    let compact = keys.sign_receipt(&receipt()).unwrap();
    let header: Value = serde_json::from_str(&parts(&compact).0).unwrap();
    assert_eq!(header["typ"], "receipt+jwt");
    let published = serde_json::to_value(keys.public_jwks()).unwrap();
    let published = published["keys"].as_array().unwrap();
    assert!(published.iter().any(|key| key["kid"] == header["kid"] && key.get("d").is_none()));
}

#[test]
fn what_another_realm_or_another_audience_is_told_is_refused() {
    let keys = key_set();
    let compact = keys.sign_receipt(&receipt()).unwrap();
    let elsewhere = resign(&keys, &compact, |claims| claims["iss"] = json!("urn:elsewhere"));
    assert_eq!(keys.open_receipt(&elsewhere), Err(ReceiptError::Issuer));
    let other = resign(&keys, &compact, |claims| claims["aud"] = json!("urn:cidlock:object"));
    assert_eq!(keys.open_receipt(&other), Err(ReceiptError::Audience));
    let more = resign(&keys, &compact, |claims| claims["more"] = json!(1));
    assert!(matches!(keys.open_receipt(&more), Err(ReceiptError::Claims(_))));
    let others = KeySet::generate(Realm::parse("urn:elsewhere").unwrap(), NOW).unwrap();
    assert_eq!(others.open_receipt(&compact), Err(ReceiptError::Jws(JwsError::UnknownKey)));
}

#[test]
fn no_token_is_a_receipt_and_no_receipt_a_token() {
    let keys = key_set();
    let compact = keys.sign_receipt(&receipt()).unwrap();
    assert!(matches!(Unverified::parse(&compact), Err(TokenError::Jws(JwsError::Type))));
    let (header, payload, _) = parts(&compact);
    for typ in ["share+jwt", "at+jwt", "object+jwt"] {
        let header = header.replace("receipt+jwt", typ);
        let forged = forge(&jwk(&keys, "receipt"), &header, &payload);
        assert_eq!(keys.open_receipt(&forged), Err(ReceiptError::Jws(JwsError::Type)));
    }
}

#[test]
fn a_key_set_of_before_there_were_receipts_is_read_and_completed_once() {
    let mut file: Value = serde_json::from_str(&key_set().to_json()).unwrap();
    file["keys"].as_array_mut().unwrap().retain(|key| key["purpose"] != "receipt");
    let mut keys = KeySet::from_json(file.to_string().as_bytes()).unwrap();
    assert_eq!(keys.sign_receipt(&receipt()), Err(SignReceiptError::NoKey));
    assert!(keys.complete(NOW).unwrap());
    let completed = keys.to_json();
    assert!(!keys.complete(NOW).unwrap());
    assert_eq!(*completed, *keys.to_json());
    let compact = keys.sign_receipt(&receipt()).unwrap();
    let again = KeySet::from_json(completed.as_bytes()).unwrap();
    assert_eq!(again.open_receipt(&compact).unwrap(), receipt());
}
