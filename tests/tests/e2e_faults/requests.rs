//! Requests that try something.

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::wire::Wire;
use reqwest::header::{CONTENT_TYPE, RANGE};

use crate::{GATEWAY, assert_sound};

/// A target that is sent as it is here gives this status and code, and never another file's bytes.
#[tokio::test]
async fn a_path_is_what_it_says_and_leads_nowhere_else() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let cid = admin.store("a", "content").await.cid;
    let cases = [
        ("/files/../keys.json", 400, "malformed_cid"),
        ("/files/../../etc/passwd", 404, "no_such_route"),
        ("/files/%2e%2e/keys.json", 400, "malformed_cid"),
        ("/files/..%2fkeys.json", 400, "malformed_cid"),
        ("/files/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 400, "malformed_cid"),
        ("/files/%252e%252e%252f", 400, "malformed_cid"),
        ("/files/..\\keys.json", 400, "malformed_cid"),
        ("/files/CID%00", 400, "malformed_cid"),
        ("/files/%00CID", 400, "malformed_cid"),
        ("/files/CID%0d%0aX-Evil:%201", 400, "malformed_cid"),
        ("/files/CID%2fname", 400, "malformed_cid"),
        ("/files/CID;a=b", 400, "malformed_cid"),
        ("/files/ CID", 400, ""),
        ("/files/%ff%fe", 400, "malformed_cid"),
        ("//files/CID", 404, "no_such_route"),
        ("/files//CID", 400, "malformed_cid"),
        ("/files/CID/", 404, "no_such_route"),
        ("/files/CID//", 404, "no_such_route"),
        ("/./files/CID", 404, "no_such_route"),
        ("/v1/../files/CID", 404, "no_such_route"),
        ("/FILES/CID", 404, "no_such_route"),
        ("/v1/files/../CID", 404, "no_such_route"),
        ("*", 404, "no_such_route"),
        ("http://other.example/keys.json", 404, "no_such_route"),
        // The name is for people, and may be anything.
        ("/files/CID/..", 200, ""),
        ("/files/CID/..%2f..%2fkeys.json", 200, ""),
        ("/files/CID/%00", 200, ""),
        ("/files/CID/a%0d%0aX-Evil:%201", 200, ""),
        ("http://other.example/files/CID", 200, ""),
    ];
    for (target, status, code) in cases {
        let target = target.replace("CID", &cid);
        let mut wire = Wire::open(gateway.address()).await;
        let bearer = format!("Authorization: Bearer {}", admin.token());
        let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\n{bearer}\r\n\r\n");
        wire.send(request).await;
        let head = wire.head().await;
        assert_eq!(head.status, status, "{target}: {}", head.text);
        assert!(!head.text.contains("\nx-evil"), "{target}: {}", head.text);
        let len = usize::try_from(head.content_length().unwrap()).unwrap();
        let body = String::from_utf8(wire.read(len).await).unwrap();
        if status == 200 {
            assert_eq!(body, "content", "{target}");
        } else {
            let said = format!(r#""code":"{code}""#);
            assert!(code.is_empty() || body.contains(&said), "{target}: {body}");
        }
    }
    assert_sound(&gateway, "after paths").await;
}

#[tokio::test]
async fn another_version_or_codec_of_a_cid_is_another_file() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let link = Client::stranger(&gateway).bearing(file.link_token());
    let cid: cid::Cid = file.cid.parse().unwrap();
    const DAG_PB: u64 = 0x70;
    let others = [
        cid::Cid::new_v0(*cid.hash()).unwrap().to_string(),
        cid::Cid::new_v1(DAG_PB, *cid.hash()).to_string(),
    ];
    for other in others {
        for path in [format!("/files/{other}"), format!("/v1/files/{other}")] {
            Answer::to(admin.get(&path)).await.assert_refused(404, "no_such_file");
            Answer::to(link.get(&path)).await.assert_refused(403, "insufficient_scope");
        }
    }
}

/// A hundred are ignored, more are refused, and ten thousand do not fit into a head of 32 KiB.
#[tokio::test]
async fn ten_thousand_ranges_are_no_request_and_a_hundred_are_the_whole_file() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("ten", "0123456789").await;
    let reader = Client::stranger(&gateway);
    let ranges = |count: usize| format!("bytes={}", vec!["0-0"; count].join(","));
    let answer = Answer::to(reader.get(&file.url).header(RANGE, ranges(100))).await.expect(200);
    assert_eq!(answer.body, b"0123456789");
    for count in [101, 7_000] {
        let answer = Answer::to(reader.get(&file.url).header(RANGE, ranges(count))).await;
        answer.assert_refused(416, "range_malformed");
    }
    let mut wire = Wire::open(gateway.address()).await;
    let target = &file.url[file.url.find("/files/").unwrap()..];
    let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\nRange: {}\r\n\r\n", ranges(10_000));
    // It may be refused before all of it was sent.
    drop(wire.try_send(request).await);
    assert_eq!(wire.head().await.status, 431);
    assert_sound(&gateway, "after ranges").await;
}

#[tokio::test]
async fn what_follows_a_body_is_no_part_of_it() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let mut wire = Wire::open(gateway.address()).await;
    wire.send(admin.upload_head("five", "Content-Length: 5")).await;
    wire.send("12345\0more than was declared\r\n\r\n").await;
    let head = wire.head().await;
    assert_eq!(head.status, 201, "{}", head.text);
    let len = usize::try_from(head.content_length().unwrap()).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&wire.read(len).await).unwrap();
    assert_eq!(json["size"], 5);
    assert_eq!(wire.head().await.status, 400, "the rest is no request");
    for framing in [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: -1",
        "Content-Length: 99999999999999999999",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: chunked, identity",
    ] {
        let mut wire = Wire::open(gateway.address()).await;
        wire.send(admin.upload_head("a", framing)).await;
        let head = wire.head().await;
        assert!([400, 413, 501].contains(&head.status), "{framing}: {}", head.text);
    }
    assert_sound(&gateway, "after bodies").await;
}

#[tokio::test]
async fn a_name_of_four_kibibytes_is_refused_wherever_it_is_meant() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let name = "n".repeat(4096);
    let request = admin.post("/v1/files").query(&[("name", &name)]).body("content");
    Answer::to(request).await.assert_refused(400, "bad_name");
    for (sent, expected) in [
        (name.as_str(), Err("bad_name")),
        ("a\\\\b", Err("bad_name")),
        ("a\0b", Err("bad_form")),
        ("a%0d%0ab", Ok("a%0d%0ab")),
        ("a\u{202e}fdp.exe", Ok("a\u{202e}fdp.exe")),
        // The quote ends it, and the part has its name already.
        ("a\"; name=\"other", Ok("a")),
    ] {
        let head = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{sent}\"");
        let body = format!("--b\r\n{head}\r\n\r\ncontent\r\n--b--\r\n");
        let request = admin.post("/v1/files").body(body);
        let answer =
            Answer::to(request.header(CONTENT_TYPE, "multipart/form-data; boundary=b")).await;
        match expected {
            Ok(name) => assert_eq!(answer.expect(201).json()["name"], name, "{sent:?}"),
            Err(code) => drop(answer.assert_refused(400, code)),
        }
    }
    // What ends its line ends the name: the rest is a header of the part, and of nothing else.
    let head = "Content-Disposition: form-data; name=\"file\"; filename=\"a\r\nX-Evil: 1\"";
    let body = format!("--b\r\n{head}\r\n\r\ncontent\r\n--b--\r\n");
    let request = admin.post("/v1/files").body(body);
    let request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=b");
    let file = Answer::to(request).await.expect(201).json();
    let said = file["name"].as_str().unwrap();
    assert!(!said.contains("Evil") && !said.chars().any(char::is_control), "{said:?}");
    // Of a link's path it is for people, and ignored.
    let file = admin.store("a", "content").await;
    let path = format!("/files/{}/{name}", file.cid);
    assert_eq!(Answer::to(admin.get(&path)).await.expect(200).body, b"content");
    assert_sound(&gateway, "after names").await;
}

#[tokio::test]
async fn a_form_that_is_malformed_in_any_way_is_refused_and_leaves_nothing() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let file = "Content-Disposition: form-data; name=\"file\"; filename=\"a\"";
    let headers = "X-Long: x\r\n".repeat(3000);
    let end = "\r\n--b--\r\n";
    for (case, body) in [
        ("another boundary", format!("--c\r\n{file}\r\n\r\nx\r\n--c--\r\n")),
        ("no disposition", format!("--b\r\nContent-Type: a/b\r\n\r\nx{end}")),
        (
            "another name",
            format!("--b\r\nContent-Disposition: form-data; name=\"File\"\r\n\r\nx{end}"),
        ),
        ("a header without a colon", format!("--b\r\n{file}\r\nnonsense\r\n\r\nx{end}")),
        ("bare line feeds", format!("--b\n{file}\n\nx\n--b--\n")),
        ("headers without bounds", format!("--b\r\n{headers}{file}\r\n\r\nx{end}")),
        (
            "a preamble without bounds",
            format!("{}\r\n--b\r\n{file}\r\n\r\nx{end}", "p".repeat(40_000)),
        ),
        (
            "an epilogue with a part",
            format!("--b\r\n{file}\r\n\r\nx\r\n--b\r\n{file}\r\n\r\ny{end}"),
        ),
        ("no blank line", format!("--b\r\n{file}{end}")),
        ("only its end", "--b--\r\n".to_owned()),
    ] {
        let request = admin.post("/v1/files").body(body);
        let answer =
            Answer::to(request.header(CONTENT_TYPE, "multipart/form-data; boundary=b")).await;
        let said = answer.json();
        let known = ["bad_form", "body_cut"].map(serde_json::Value::from);
        assert!(answer.status == 400 && known.contains(&said["code"]), "{case}: {said}");
    }
    let long = format!("multipart/form-data; boundary={}", "b".repeat(10_000));
    let request = admin.post("/v1/files").body("x").header(CONTENT_TYPE, long);
    assert_eq!(Answer::to(request).await.status, 400);
    assert_sound(&gateway, "after forms").await;
}
