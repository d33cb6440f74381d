//! What a browser is told: what to show in place, and why a link does not open.

use cidlock_tests::client::{Answer, Client};
use reqwest::header::{ACCEPT, CONTENT_TYPE};

use crate::{GATEWAY, UNKNOWN};

/// What Chromium sends when a person opens a link.
const NAVIGATES: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test]
async fn passive_types_are_shown_in_place_and_all_others_saved() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let stranger = Client::stranger(&gateway);
    for (media_type, shown) in [
        ("text/plain; charset=utf-8", "inline"),
        ("image/png", "inline"),
        ("text/html", "attachment"),
        ("image/svg+xml", "attachment"),
        ("application/pdf", "attachment"),
    ] {
        let upload = admin.post("/v1/files?name=a%20file").header(CONTENT_TYPE, media_type);
        let file = Answer::to(upload.body("content")).await.expect(201).json();
        let url = file["link"]["url"].as_str().unwrap();
        for (query, shown) in [("", shown), ("&download=1", "attachment"), ("&utm=x", shown)] {
            let answer = Answer::to(stranger.get(&format!("{url}{query}"))).await.expect(200);
            let expected = format!("{shown}; filename=\"a file\"");
            assert_eq!(answer.header("content-disposition"), Some(expected.as_str()), "{url}");
            assert_eq!(answer.header("content-type"), Some(media_type));
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            let policy = answer.header("content-security-policy").unwrap();
            assert!(policy.starts_with("default-src 'none'") && policy.ends_with("sandbox"));
        }
    }
}

#[tokio::test]
async fn a_person_whose_link_does_not_open_sees_a_page_that_says_why() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    admin.revoke(file.json["link"]["id"].as_str().unwrap()).await;
    let stranger = Client::stranger(&gateway);
    for (target, status, says) in [
        (file.url.clone(), 401, "This link was taken back"),
        (format!("/files/{}", file.cid), 401, "This link is not complete"),
        (format!("/files/{UNKNOWN}?token={}", admin.token()), 404, "no longer there"),
        ("/files/nothing?token=<script>".to_owned(), 400, "Malformed CID"),
    ] {
        let answer = Answer::to(stranger.get(&target).header(ACCEPT, NAVIGATES)).await;
        let answer = answer.expect(status);
        let page = String::from_utf8(answer.body.clone()).unwrap();
        assert!(page.contains(says) && !page.contains("<script>"), "{page}");
        assert!(page.contains(answer.header("x-request-id").unwrap()), "{page}");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("www-authenticate").is_some(), status == 401);
    }
}

#[tokio::test]
async fn a_program_is_answered_as_ever() {
    let gateway = GATEWAY.lease().await;
    let stranger = Client::stranger(&gateway);
    for accept in ["*/*", "application/json", "image/avif,*/*;q=0.8"] {
        let request = stranger.get(&format!("/files/{UNKNOWN}")).header(ACCEPT, accept);
        Answer::to(request).await.assert_refused(401, "unauthenticated");
    }
    let request = stranger.get("/v1/files").header(ACCEPT, NAVIGATES);
    Answer::to(request).await.assert_refused(401, "unauthenticated");
}
