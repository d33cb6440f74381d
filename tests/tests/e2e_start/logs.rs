//! What is written down of all this.

use std::fs;

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::gateway::Gateway;
use serde_json::json;

use crate::secret_members;

#[tokio::test]
async fn no_secret_and_no_name_is_ever_logged() {
    for toml in ["[log]\nfilter = 'trace'\n", "[log]\nfilter = 'trace'\njson = true\n"] {
        let gateway = Gateway::start_with(toml).await;
        let secret = gateway.home().admin_secret();
        let stranger = Client::stranger(&gateway);
        let login = stranger.log_in("admin", &secret).await.expect(200).json();
        let refreshed = stranger.refresh(login["refresh_token"].as_str().unwrap()).await.json();
        let admin = stranger.bearing(refreshed["access_token"].as_str().unwrap());
        let canary = "canary-of-plaintext-".repeat(2000);
        let file = admin.store("canary of a name.txt", canary.clone()).await;
        let link = admin.link(&file.cid, &json!({ "name": "canary-of-a-label" })).await;
        let wrong = "canary-of-a-wrong-password";
        let requests = [
            admin.get("/v1/files"),
            admin.get(&format!("/v1/files/{}", file.cid)),
            admin.get(&format!("/v1/files/{}/links", file.cid)),
            stranger.get(&link.url),
            stranger.get(&link.url).header("range", "bytes=5-10"),
            stranger.get(&format!("{}x", link.url)),
            admin.get(&link.url),
            admin.get(&format!("/v1/files?token={}&x=1", link.token)),
            stranger.post("/v1/login").body(format!("{{\"password\": \"{wrong}\"")),
            stranger.post("/v1/login").json(&json!({ "username": wrong, "password": wrong })),
            stranger.get("/files/x").header("authorization", format!("Basic {wrong}")),
            admin.post("/v1/files?name=canary-of-a-bad%2Fname").body(canary.clone()),
            admin.post("/v1/files").header("content-type", "canary-of-a-type").body("x"),
            admin.delete(&format!("/v1/links/{}", link.id)),
            stranger.get(&link.url),
        ];
        for request in requests {
            let answer = Answer::to(request).await;
            if answer.status >= 400 {
                let said = String::from_utf8_lossy(&answer.body).into_owned();
                assert!(!said.contains("canary") && !said.contains("eyJ"), "{said}");
            }
        }
        // An error of ours, with all its causes.
        let object = gateway.home().object_file(&file.id);
        fs::write(&object, b"damaged").unwrap();
        let damaged = Answer::to(admin.get(&format!("/files/{}", file.cid))).await;
        damaged.assert_refused(500, "internal");

        let keys = fs::read(gateway.home().data().join("keys.json")).unwrap();
        let (_, home) = gateway.stop().await;
        let log = home.log();
        assert!(log.contains("DEBUG") && log.contains("sqlx"), "the log has all there is");
        assert!(log.contains("cidlock::request") && log.contains("internal error"), "{log}");
        let mut secrets = secret_members(&keys);
        for tokens in [&login, &refreshed] {
            for member in ["access_token", "refresh_token"] {
                secrets.push(tokens[member].as_str().unwrap().to_owned());
            }
        }
        secrets.extend([secret, link.token, file.link_token().to_owned()]);
        // Not even the part of a token that is no secret, a claim or a name in another spelling.
        secrets.extend(["eyJ", "canary", "Basic ", "$argon2id$"].map(str::to_owned));
        for secret in secrets {
            let lines: Vec<&str> = log.lines().filter(|line| line.contains(&secret)).collect();
            assert!(lines.is_empty(), "{secret:?} was logged:\n{}", lines.join("\n"));
        }
    }
}
