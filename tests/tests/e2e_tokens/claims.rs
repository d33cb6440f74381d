//! Tokens that are signed rightly and say what they may not.

use serde_json::{Value, json};

use crate::Scene;

#[tokio::test]
async fn a_claim_that_is_missing_or_mistyped_is_refused() {
    let scene = Scene::set().await;
    for (kind, good) in scene.both() {
        let own: &[&str] = match kind {
            "access" => &["client_id", "scope", "roles"],
            _ => &["cid", "permissions"],
        };
        for &name in ["iss", "aud", "exp", "nbf", "iat", "sub", "jti"].iter().chain(own) {
            let mut values = vec![
                json!(null),
                json!(true),
                json!({}),
                json!([]),
                json!(""),
                json!([good.claims[name]]),
            ];
            if matches!(name, "exp" | "nbf" | "iat") {
                let time = good.time(name);
                values.extend([json!(time.to_string()), json!(-1), json!(u64::MAX)]);
                values.push(json!(time as f64 + 0.5));
            } else {
                values.extend([json!(1), json!("x".repeat(257))]);
            }
            // These are right.
            values.retain(|value| match name {
                "roles" | "scope" => *value != json!([]) && *value != json!(""),
                _ => true,
            });
            if name == "scope" {
                values.extend([json!([]), json!(" "), json!("a  b"), json!("x\u{e9}")]);
                values.retain(|value| *value != json!("x".repeat(257)));
            }
            let missing = good.clone().silent_on(name).sign();
            scene
                .assert_refused(&format!("{kind}: no {name}"), &missing, 401, "token_invalid")
                .await;
            for value in values {
                let what = format!("{kind}: {name} is {value}");
                let token = good.clone().claiming(name, value).sign();
                scene.assert_refused(&what, &token, 401, "token_invalid").await;
            }
        }
        // A whole number, but not written as one.
        let claims = good.claims_text();
        for (name, written) in [("exp", ".0"), ("iat", "e0"), ("nbf", ".0")] {
            let plain = format!("\"{name}\":{}", good.time(name));
            assert!(claims.contains(&plain), "{claims}");
            let token = good.sign_texts(
                &good.header_text(),
                &claims.replace(&plain, &(plain.clone() + written)),
            );
            let what = format!("{kind}: {name} is a float");
            scene.assert_refused(&what, &token, 401, "token_invalid").await;
        }
    }
}

#[tokio::test]
async fn a_claim_that_says_another_realm_or_time_or_nobody_is_refused() {
    let scene = Scene::set().await;
    for (kind, good) in scene.both() {
        let iat = good.time("iat");
        let claim = |name: &str, value: Value| good.clone().claiming(name, value).sign();
        let future = good.clone().claiming("iat", iat + 600).claiming("nbf", iat + 600);
        let day = 86_400;
        let forgeries = vec![
            ("iss is another realm", claim("iss", "urn:uuid:other".into())),
            ("aud is another realm", claim("aud", "urn:uuid:other".into())),
            ("aud is that of statements", claim("aud", "urn:cidlock:object".into())),
            ("aud is a list", claim("aud", json!([good.claims["aud"]]))),
            ("issued in the future", future.claiming("exp", iat + 900).sign()),
            ("not valid yet", claim("nbf", (iat + 120).into())),
            ("never valid", claim("exp", iat.into())),
            (
                "never valid by nbf",
                good.clone().claiming("nbf", iat + 4).claiming("exp", iat + 3).sign(),
            ),
            ("lives too long", claim("exp", (iat + 91 * day).into())),
            ("a claim that nobody knows", claim("admin", true.into())),
            ("sub is nobody", claim("sub", "0193f6a0-5b6e-7c11-8f0e-0123456789ab".into())),
            ("sub is no id", claim("sub", "admin".into())),
        ];
        scene.check(kind, forgeries, 401, "token_invalid").await;
        // Long past, and by more than clocks may differ.
        for age in [60, 3600] {
            let past = good.clone().claiming("iat", iat - age).claiming("nbf", iat - age);
            let past = past.claiming("exp", iat - age + 30).sign();
            let what = format!("{kind}: expired {age} seconds ago");
            scene.assert_refused(&what, &past, 401, "token_expired").await;
        }
        // Good in itself, but older than the user whom it speaks for.
        let early = good.clone().claiming("iat", iat - 300).claiming("nbf", iat - 300);
        let early = early.claiming("exp", iat + 300).sign();
        let what = format!("{kind}: older than its user");
        scene.assert_refused(&what, &early, 401, "token_revoked").await;
    }
    let session = scene.access().claiming("sid", "no id").sign();
    scene.assert_refused("sid is no id", &session, 401, "token_invalid").await;
    let link = scene.share().claiming("jti", "no id").sign();
    scene.assert_refused("jti is no id", &link, 401, "token_invalid").await;
}
