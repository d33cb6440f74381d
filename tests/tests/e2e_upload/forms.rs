//! Uploads as forms, and uploads that say what they hash to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::content::{around, bytes};
use cidlock_tests::gateway::Gateway;
use reqwest::RequestBuilder;
use reqwest::header::CONTENT_TYPE;
use sha2::{Digest as _, Sha256};

use crate::{CHUNK, GATEWAY, hex};

const BOUNDARY: &str = "----boundary";
const FILE: &str = "Content-Disposition: form-data; name=\"file\"; filename=\"a form's.bin\"";

/// A body of parts, each with its header lines and its content.
fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (head, content) in parts {
        body.extend_from_slice(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

fn sent_as_form(request: RequestBuilder, body: Vec<u8>) -> RequestBuilder {
    let form_type = format!("multipart/form-data; boundary={BOUNDARY}");
    request.header(CONTENT_TYPE, form_type).body(body)
}

#[tokio::test]
async fn a_file_comes_out_of_its_form_as_it_went_in() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    // As near to the boundary as a content can come.
    let lookalike = format!("\r\n--{BOUNDARY}").into_bytes();
    let near = [&lookalike[..lookalike.len() - 1], b"x\r\n--", &lookalike[2..10]].concat();
    let sizes = around([0, CHUNK, 256 << 10]).into_iter().chain([3_000_000]);
    let contents = sizes.map(|size| bytes(size, usize::try_from(size).unwrap()));
    for content in contents.chain([near]) {
        let request = sent_as_form(admin.post("/v1/files"), form(&[(FILE, &content)]));
        let file = Stored::from(Answer::to(request).await.expect(201).json());
        assert_eq!(file.json["sha256"], hex(&content), "{} bytes", content.len());
        let answer = Answer::to(admin.get(&format!("/files/{}", file.cid))).await.expect(200);
        assert!(answer.body == content, "{} bytes came back otherwise", content.len());
    }
}

#[tokio::test]
async fn a_form_says_what_its_file_is_called_unless_the_query_does() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let typed = format!("{FILE}\r\nContent-Type: text/plain");
    let unnamed = "Content-Disposition: form-data; name=file";
    for (path, head, name, media_type) in [
        ("/v1/files", typed.as_str(), "a form's.bin", "text/plain"),
        ("/v1/files?name=other", &typed, "other", "text/plain"),
        ("/v1/files", FILE, "a form's.bin", "application/octet-stream"),
        ("/v1/files", unnamed, "file", "application/octet-stream"),
    ] {
        let request = sent_as_form(admin.post(path), form(&[(head, b"content")]));
        let file = Answer::to(request).await.expect(201).json();
        assert_eq!((&file["name"], &file["type"]), (&name.into(), &media_type.into()), "{head}");
    }
    let slash = "Content-Disposition: form-data; name=\"file\"; filename=\"../a\"";
    let request = sent_as_form(admin.post("/v1/files"), form(&[(slash, b"content")]));
    Answer::to(request).await.assert_refused(400, "bad_name");
}

#[tokio::test]
async fn a_form_that_is_not_one_file_is_refused_and_leaves_nothing() {
    let gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let note = "Content-Disposition: form-data; name=\"note\"";
    let content = bytes(1, 600_000);
    let whole = form(&[(FILE, &content)]);
    let cut = |len: usize| whole[..whole.len() - len].to_vec();
    for (case, body, code) in [
        ("no part", form(&[]), "bad_form"),
        ("another part", form(&[(note, b"x")]), "bad_form"),
        ("another part before", form(&[(note, b"x"), (FILE, b"x")]), "bad_form"),
        ("another part behind", form(&[(FILE, &content), (note, b"x")]), "bad_form"),
        ("two files", form(&[(FILE, &content), (FILE, &content)]), "bad_form"),
        ("a part without a name", form(&[("X: y", b"x")]), "bad_form"),
        ("no form", b"x".repeat(1000), "body_cut"),
        ("nothing", Vec::new(), "body_cut"),
        ("without its end", cut(4), "body_cut"),
        ("without its boundary", cut(BOUNDARY.len() + 8), "body_cut"),
        ("half of it", cut(300_000), "body_cut"),
    ] {
        let answer = Answer::to(sent_as_form(admin.post("/v1/files"), body)).await;
        assert_eq!(answer.json()["code"], code, "{case}");
        answer.assert_refused(400, code);
    }
    for form_type in ["multipart/form-data", "multipart/form-data; boundary="] {
        let request = admin.post("/v1/files").header(CONTENT_TYPE, form_type);
        Answer::to(request.body(whole.clone())).await.assert_refused(400, "bad_form");
    }
    assert!(admin.cids().await.is_empty());
    assert!(gateway.home().staging_files().is_empty());
    assert!(gateway.home().object_files().is_empty());
}

#[tokio::test]
async fn what_a_url_encoded_form_is_called_is_no_type_of_a_file() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    // What `curl -d` sends where nobody names a type.
    let request = admin.post("/v1/files").body("plain");
    let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let file = Answer::to(request).await.expect(201).json();
    assert_eq!(file["type"], "application/octet-stream");
}

#[tokio::test]
async fn a_file_is_held_to_the_digest_that_came_with_it() {
    let gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let content = bytes(2, 1_200_000);
    let digest = |content: &[u8]| format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(content)));
    let right = digest(&content);
    let upload =
        |digest: &str| admin.post("/v1/files").header("repr-digest", digest).body(content.clone());
    for wrong in [digest(b""), digest(&content[1..]), format!("{right}, {}", digest(b""))] {
        Answer::to(upload(&wrong)).await.assert_refused(422, "digest_mismatch");
    }
    for malformed in ["sha-256", "sha-256=", "sha-256=:AAAA:", "sha-256=AAAA", &right[..40]] {
        Answer::to(upload(malformed)).await.assert_refused(400, "bad_digest");
    }
    assert!(gateway.home().staging_files().is_empty());
    assert!(gateway.home().object_files().is_empty());
    assert!(admin.cids().await.is_empty());

    for good in [right.clone(), format!("sha-512=:AAAA:, {right}"), "sha-512=:AAAA:".to_owned()] {
        let file = Answer::to(upload(&good)).await.expect(201).json();
        assert_eq!(file["sha256"], hex(&content), "{good}");
    }
    let form = form(&[(FILE, &content)]);
    let request = sent_as_form(admin.post("/v1/files"), form.clone());
    let _ = Answer::to(request.header("repr-digest", &right)).await.expect(201);
    // Of the file, not of its envelope.
    let request = sent_as_form(admin.post("/v1/files"), form.clone());
    let answer = Answer::to(request.header("repr-digest", digest(&form))).await;
    answer.assert_refused(422, "digest_mismatch");
}
