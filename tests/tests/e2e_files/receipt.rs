//! Receipts, as somebody else reads them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::gateway::Gateway;
use cidlock_tests::{forge, python};
use serde_json::{Value, json};

use crate::{GATEWAY, path};

/// What a receipt says, verified by a public tool with the keys that the gateway publishes.
pub(crate) async fn read(gateway: &Gateway, receipt: &str) -> Value {
    let mut read = ask(gateway, &[receipt.to_owned()]).await;
    read.pop().flatten().expect("the receipt verifies")
}

async fn ask(gateway: &Gateway, receipts: &[String]) -> Vec<Option<Value>> {
    let jwks = Client::stranger(gateway).get("/.well-known/jwks.json");
    let jwks = Answer::to(jwks).await.expect(200).json();
    python::ask("receipt.py", &json!({ "jwks": jwks, "receipts": receipts }))
}

#[tokio::test]
async fn a_receipt_verifies_by_the_published_keys_and_says_what_was_deleted() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("secret name", "content").await;
    let deleted = Answer::to(admin.delete(&path(&file.cid))).await.expect(200).json();
    let again = Answer::to(admin.get(&format!("/v1/deletions/{}", file.id))).await.expect(200);
    let set = forge::key_set(gateway.home());
    for answer in [&deleted, &again.json()] {
        let mut without = answer.clone();
        without.as_object_mut().unwrap().remove("receipt");
        let expected = json!({
            "id": file.id, "cid": file.cid, "reason": "asked", "status": "done",
            "deleted_at": deleted["deleted_at"],
            "nodes": [{ "engine": "embedded", "node": "local", "status": "collected" }],
        });
        assert_eq!(without, expected);
        let read = read(&gateway, answer["receipt"].as_str().unwrap()).await;
        let key = set["keys"].as_array().unwrap().iter().find(|key| key["purpose"] == "receipt");
        let header = json!({ "typ": "receipt+jwt", "alg": "EdDSA", "kid": key.unwrap()["kid"] });
        assert_eq!(read["header"], header);
        let claims = &read["claims"];
        let (signed, at) =
            (claims["iat"].as_u64().unwrap(), claims["deleted_at"].as_u64().unwrap());
        assert!(signed >= at && signed - at < 3600, "{claims}");
        let expected = json!({
            "iss": set["realm"], "aud": "urn:cidlock:receipt", "iat": signed, "sub": file.id,
            "cid": file.cid, "deleted_at": at, "reason": "asked", "nodes": without["nodes"],
        });
        assert_eq!(*claims, expected);
    }
}

#[tokio::test]
async fn a_receipt_that_was_changed_verifies_no_more_and_is_no_token() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let deleted = Answer::to(admin.delete(&path(&file.cid))).await.expect(200).json();
    let receipt = deleted["receipt"].as_str().unwrap();
    let parts: Vec<&str> = receipt.split('.').collect();
    let claims = String::from_utf8(forge::decode(parts[1])).unwrap();
    let other = forge::encode(claims.replace("collected", "unpinned!"));
    let changed = [parts[0], &other, parts[2]].join(".");
    let read = ask(&gateway, &[receipt.to_owned(), changed]).await;
    assert!(read[0].is_some() && read[1].is_none(), "{read:?}");
    let bearer = admin.bearing(receipt);
    for request in [bearer.get("/v1/files"), bearer.get(&format!("/files/{}", file.cid))] {
        Answer::to(request).await.assert_refused(401, "token_invalid");
    }
}

#[tokio::test]
async fn a_key_set_of_before_there_were_receipts_gets_a_key_for_them_and_keeps_the_others() {
    let gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let home = gateway.stop().await.1;
    let whole = forge::key_set(&home);
    let mut before = whole.clone();
    before["keys"].as_array_mut().unwrap().retain(|key| key["purpose"] != "receipt");
    let keys = home.data().join("keys.json");
    fs::write(&keys, before.to_string()).unwrap();

    let home = Gateway::start_in(home).await.stop().await.1;
    let completed = forge::key_set(&home);
    let (new, kept): (Vec<Value>, Vec<Value>) = completed["keys"]
        .as_array()
        .unwrap()
        .iter()
        .cloned()
        .partition(|key| key["purpose"] == "receipt");
    assert_eq!((new.len(), &json!(kept)), (1, &before["keys"]));
    assert_eq!(fs::metadata(&keys).unwrap().permissions().mode() & 0o777, 0o600);

    let gateway = Gateway::start_in(home).await;
    assert_eq!(forge::key_set(gateway.home()), completed, "it is made once");
    let admin = Client::stranger(&gateway).bearing(admin.token());
    let deleted = Answer::to(admin.delete(&path(&file.cid))).await.expect(200).json();
    let read = read(&gateway, deleted["receipt"].as_str().unwrap()).await;
    assert_eq!(read["header"]["kid"], new[0]["kid"]);
}
