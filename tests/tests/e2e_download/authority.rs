//! Whose file it is, and what a link opens.

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::gateway::Gateway;
use reqwest::Method;
use serde_json::json;

use crate::{GATEWAY, UNKNOWN};

#[tokio::test]
async fn an_unknown_cid_is_not_found_by_a_user_and_forbidden_to_a_link() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let [file, other] = [admin.store("a", "a").await, admin.store("b", "b").await];
    let link = Client::stranger(&gateway).bearing(file.link_token());
    for path in [format!("/files/{UNKNOWN}"), format!("/v1/files/{UNKNOWN}")] {
        Answer::to(admin.get(&path)).await.assert_refused(404, "no_such_file");
        Answer::to(link.get(&path)).await.assert_refused(403, "insufficient_scope");
    }
    // A link learns nothing of whether another CID exists.
    let mut answers = Vec::new();
    for cid in [UNKNOWN, &other.cid] {
        let answer = Answer::to(link.get(&format!("/files/{cid}"))).await;
        answers.push(answer.assert_refused(403, "insufficient_scope"));
    }
    assert_eq!(answers[0], answers[1]);
    let unknown_link = "/v1/links/0193f6a0-5b6e-7c11-8f0e-0123456789ab";
    for method in [Method::GET, Method::DELETE] {
        let answer = Answer::to(admin.request(method, unknown_link)).await;
        answer.assert_refused(404, "no_such_link");
    }
}

#[tokio::test]
async fn somebody_elses_file_looks_like_one_that_is_not_there() {
    let (_, home) = Gateway::start().await.stop().await;
    home.add_user("bob").await;
    let gateway = Gateway::start_in(home).await;
    let admin = Client::admin(&gateway).await;
    let bob = Client::user(&gateway, "bob", &gateway.home().admin_secret()).await;
    let file = admin.store("private", "of admin alone").await;
    let link = admin.link(&file.cid, &json!({})).await;

    for (path, code) in [
        (format!("/files/{}", file.cid), "no_such_file"),
        (format!("/v1/files/{}", file.cid), "no_such_file"),
        (format!("/v1/files/{}/links", file.cid), "no_such_file"),
        (format!("/v1/links/{}", link.id), "no_such_link"),
    ] {
        let theirs = Answer::to(bob.get(&path)).await;
        let unknown_path = path
            .replace(&file.cid, UNKNOWN)
            .replace(&link.id, "0193f6a0-5b6e-7c11-8f0e-0123456789ab");
        let unknown = Answer::to(bob.get(&unknown_path)).await;
        assert_eq!(theirs.assert_refused(404, code), unknown.assert_refused(404, code));
        let names = |answer: &Answer| {
            answer.headers.keys().map(|name| name.as_str().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&theirs), names(&unknown), "{path}");
    }
    let links = format!("/v1/files/{}/links", file.cid);
    let share = bob.post(&links).json(&json!({ "permissions": ["read"] }));
    Answer::to(share).await.assert_refused(404, "no_such_file");
    let revoke = bob.delete(&format!("/v1/links/{}", link.id));
    Answer::to(revoke).await.assert_refused(404, "no_such_link");
    assert!(bob.cids().await.is_empty());

    // With a link it is theirs to read, and with their own login beside it still two credentials.
    let read = Answer::to(Client::stranger(&gateway).get(&link.url)).await.expect(200);
    assert_eq!(read.body, b"of admin alone");
    Answer::to(bob.get(&link.url)).await.assert_refused(400, "two_credentials");
}

#[tokio::test]
async fn a_link_opens_its_own_file_with_its_own_permissions() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let other = admin.store("b", "other").await;
    for (permissions, reads, sees) in [
        (json!(["read"]), true, false),
        (json!(["stat"]), false, true),
        (json!(["read", "stat"]), true, true),
        (json!(["share", "delete"]), false, false),
    ] {
        let link = admin.link(&file.cid, &json!({ "permissions": permissions })).await;
        let bearer = Client::stranger(&gateway).bearing(&link.token);
        for (path, allowed) in [
            (format!("/files/{}", file.cid), reads),
            (format!("/v1/files/{}", file.cid), sees),
            (format!("/files/{}", other.cid), false),
            (format!("/v1/files/{}", other.cid), false),
        ] {
            let answer = Answer::to(bearer.get(&path)).await;
            if allowed {
                let _ = answer.expect(200);
            } else {
                answer.assert_refused(403, "insufficient_scope");
            }
        }
        // A link is no login: it stores and lists nothing.
        let refused = [bearer.get("/v1/files"), bearer.post("/v1/files").body("x")];
        for request in refused {
            Answer::to(request).await.assert_refused(401, "token_invalid");
        }
        // Nor does it share, unless it says so.
        let links = format!("/v1/files/{}/links", file.cid);
        let shares = permissions.as_array().unwrap().contains(&json!("share"));
        for request in
            [bearer.get(&links), bearer.post(&links).json(&json!({ "permissions": ["delete"] }))]
        {
            let answer = Answer::to(request).await;
            if shares {
                assert!(answer.status < 300, "{}", answer.status);
            } else {
                answer.assert_refused(403, "insufficient_scope");
            }
        }
    }
}
