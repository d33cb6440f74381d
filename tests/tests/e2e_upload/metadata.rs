//! What is said of a file beside its bytes.

use cidlock_tests::client::{Answer, Client};
use reqwest::header::CONTENT_TYPE;

use crate::GATEWAY;

#[tokio::test]
async fn a_name_is_kept_as_it_is_whatever_its_script() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let longest = "n".repeat(255);
    for name in [
        "a.txt",
        "two  spaces.txt",
        "\"quoted\" and 'not'.txt",
        "50%; filename=\"other\".exe",
        "Übersicht 写真 👍.pdf",
        "right\u{202e}fdp.exe",
        "\u{200f}عنوان\u{200e}.txt",
        "-rf",
        "...",
        &longest,
    ] {
        let file = admin.store(name, "content").await;
        assert_eq!(file.json["name"], name);
        let answer = Answer::to(Client::stranger(&gateway).get(&file.url)).await.expect(200);
        assert_eq!(answer.body, b"content");
        let disposition = answer.header("content-disposition").unwrap().to_owned();
        assert_eq!(named_in(&disposition), name, "{disposition}");
    }
    let unnamed = Answer::to(admin.post("/v1/files").body("content")).await.expect(201).json();
    assert_eq!(unnamed["name"], "file");
}

/// The file name in a `Content-Disposition`, as a browser reads it.
fn named_in(disposition: &str) -> String {
    assert!(disposition.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{disposition:?}");
    if let Some((_, encoded)) = disposition.split_once("filename*=UTF-8''") {
        let mut bytes = encoded.bytes();
        let mut name = Vec::new();
        while let Some(byte) = bytes.next() {
            name.push(if byte == b'%' {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            } else {
                byte
            });
        }
        return String::from_utf8(name).unwrap();
    }
    let quoted = disposition.strip_prefix("attachment; filename=\"").unwrap();
    quoted.strip_suffix('"').unwrap().to_owned()
}

#[tokio::test]
async fn what_is_said_of_a_file_is_refused_if_it_cannot_be() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let too_long = "n".repeat(256);
    for name in ["", ".", "..", "a/b", "a\\b", "a\r\nX-Evil: 1", "a\0b", "\u{85}", &too_long] {
        let request = admin.post("/v1/files").query(&[("name", name)]).body("content");
        Answer::to(request).await.assert_refused(400, "bad_name");
    }
    for query in [
        "name=a&name=b",
        "nome=a",
        "expires_in=soon",
        "expires_in=-1",
        "expires_in=1.5",
        "expires_in=99999999999999999999",
    ] {
        let request = admin.post(&format!("/v1/files?{query}")).body("content");
        Answer::to(request).await.assert_refused(400, "bad_query");
    }
    for expires_in in ["0", "315360001", "18446744073709551615"] {
        let request = admin.post(&format!("/v1/files?expires_in={expires_in}")).body("content");
        Answer::to(request).await.assert_refused(400, "bad_retention");
    }
    let long_type = format!("text/{}", "x".repeat(255));
    for media_type in ["text", "text/", "/plain", "te xt/plain", "text/plain\tx", &long_type] {
        let request = admin.post("/v1/files").header(CONTENT_TYPE, media_type).body("content");
        Answer::to(request).await.assert_refused(400, "bad_media_type");
    }
    assert_eq!(named(&admin, "content").await, 0);
}

/// How many of the first files of the list have this name.
async fn named(client: &Client, name: &str) -> usize {
    let list = Answer::to(client.get("/v1/files?limit=500")).await.expect(200).json();
    list["items"].as_array().unwrap().iter().filter(|file| file["name"] == name).count()
}
