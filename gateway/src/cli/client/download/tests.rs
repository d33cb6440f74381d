//! What a server may answer to one who wants the rest of a file.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

const CID: &str = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

/// A link to a server that gives `answers`, a connection each.
async fn origin(answers: Vec<String>) -> Origin {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server: Server = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    Origin::link(server.url(&["files", CID]), server).unwrap()
}

fn answer(status: &str, headers: &[&str], body: &str) -> String {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let len = body.len();
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {len}\r\n{headers}\r\n{body}"
    )
}

async fn rest(mut download: Download) -> Result<Vec<u8>, Failure> {
    let mut all = Vec::new();
    while let Some(bytes) = download.next().await? {
        assert!(!bytes.is_empty());
        all.extend_from_slice(&bytes);
    }
    Ok(all)
}

/// The rest of `abcdef` from `d` on, where the server answers so to whoever asks for it.
async fn resumed(second: String) -> Result<Vec<u8>, Failure> {
    let first = answer("200 OK", &["etag: \"v\""], "abcdef");
    let origin = origin(vec![first, second]).await;
    let version = origin.begin().await?.version().unwrap().clone();
    assert_eq!(version.total(), 6);
    rest(origin.resume(&version, 3).await?).await
}

#[tokio::test]
async fn a_part_and_the_whole_serve_alike() {
    let v = "etag: \"v\"";
    for second in [
        answer("206 Partial Content", &[v, "content-range: bytes 3-5/6"], "def"),
        answer("200 OK", &[v], "abcdef"),
    ] {
        assert_eq!(resumed(second.clone()).await.unwrap(), b"def", "{second}");
    }
}

#[tokio::test]
async fn what_is_not_the_rest_of_this_file_is_not_taken() {
    let v = "etag: \"v\"";
    for second in [
        answer("206 Partial Content", &[v, "content-range: bytes 2-5/6"], "cdef"),
        answer("206 Partial Content", &[v, "content-range: bytes 3-4/6"], "de"),
        answer("206 Partial Content", &[v, "content-range: bytes 3-5/7"], "def"),
        answer("206 Partial Content", &[v], "def"),
        answer("206 Partial Content", &["content-range: bytes 3-5/6"], "def"),
        answer("206 Partial Content", &["etag: \"w\"", "content-range: bytes 3-5/6"], "def"),
        answer("200 OK", &["etag: \"w\""], "abcdef"),
        answer("200 OK", &[v], "abcdefg"),
        answer("204 No Content", &[v], ""),
    ] {
        let failure = resumed(second.clone()).await.unwrap_err();
        assert!(matches!(failure, Failure::Unintelligible { .. }), "{second}: {failure}");
    }
}

#[tokio::test]
async fn an_answer_that_ends_early_is_a_cut_at_its_place_in_the_file() {
    let v = "etag: \"v\"";
    let mut part = answer("206 Partial Content", &[v, "content-range: bytes 3-5/6"], "def");
    part.pop();
    let failure = resumed(part).await.unwrap_err();
    assert!(matches!(failure, Failure::Cut { done: 5, total: Some(6), .. }), "{failure}");
}

#[tokio::test]
async fn only_a_strong_tag_and_a_length_promise_the_same_bytes() {
    let plain = "HTTP/1.1 200 OK\r\nconnection: close\r\netag: \"v\"\r\n\r\nabc".to_owned();
    for (first, is_version) in [
        (answer("200 OK", &["etag: \"v\""], "abc"), true),
        (answer("200 OK", &["etag: W/\"v\""], "abc"), false),
        (answer("200 OK", &[], "abc"), false),
        (plain, false),
    ] {
        let download = origin(vec![first.clone()]).await.begin().await.unwrap();
        assert_eq!(download.version().is_some(), is_version, "{first}");
        assert_eq!(rest(download).await.unwrap(), b"abc");
    }
}
