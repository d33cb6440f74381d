//! The session that commands share.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use cidlock_tests::client::Client;
use serde_json::{Value, json};

use crate::{GATEWAY, Person};

#[tokio::test]
async fn commands_at_the_same_time_renew_one_session_together() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    for _ in 0..3 {
        age_session(&person);
        let ls = || person.run(&["ls", "--json"]);
        let (a, b, c) = tokio::join!(ls(), ls(), ls());
        for said in [a, b, c] {
            assert_eq!(said.expect(0).stderr, "");
        }
    }
    // Had two of them presented one refresh token, the session would have ended.
    let _ = person.run(&["ls"]).await.expect(0);
}

#[tokio::test]
async fn a_session_that_was_stolen_ends_and_says_so() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    let kept: Value = serde_json::from_slice(&fs::read(person.credentials()).unwrap()).unwrap();
    let account = &kept["servers"][&person.server];
    let thief = Client::stranger(&gateway);
    let _ = thief.refresh(account["refresh_token"].as_str().unwrap()).await.expect(200);
    // Its access token still serves; the next renewal shows that two have the refresh token.
    let _ = person.run(&["ls"]).await.expect(0);
    age_session(&person);
    let said = person.run(&["ls"]).await.expect(3);
    assert!(said.stderr.contains("has ended"), "{}", said.stderr);
    assert!(said.stderr.contains("cidlock login"), "{}", said.stderr);
    person.failure(&["ls"], 3, "not_logged_in").await;
}

/// Lets the access token be one that has expired, by what the credentials say.
fn age_session(person: &Person) {
    let mut kept: Value = serde_json::from_slice(&fs::read(person.credentials()).unwrap()).unwrap();
    kept["servers"][&person.server]["access_expires_at"] = json!("2026-01-01T00:00:00Z");
    fs::write(person.credentials(), kept.to_string()).unwrap();
    fs::set_permissions(person.credentials(), Permissions::from_mode(0o600)).unwrap();
}
