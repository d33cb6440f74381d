//! All that people do with a gateway, and all that they do wrong.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::gateway::Gateway;
use cidlock_tests::wait;
use cidlock_tests::wire::Wire;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, IF_NONE_MATCH, RANGE};
use serde_json::json;

use crate::markers::Markers;

/// Goes all the way, with a marker wherever there can be one, and gives back an upload that is still
/// on its way. `damage` spoils what is kept of a file.
pub(crate) async fn make(
    gateway: &Gateway,
    markers: &mut Markers,
    damage: impl FnOnce(&Stored),
) -> Wire {
    let stranger = Client::stranger(gateway);
    let login = stranger.log_in("admin", &gateway.home().admin_secret()).await.expect(200).json();
    let refresh = login["refresh_token"].as_str().unwrap();
    let refreshed = stranger.refresh(refresh).await.expect(200).json();
    for tokens in [&login, &refreshed] {
        for member in ["access_token", "refresh_token"] {
            markers.given(member, tokens[member].as_str().unwrap());
        }
    }
    let admin = stranger.bearing(refreshed["access_token"].as_str().unwrap());
    let raw = store_raw(&admin, markers).await;
    let form = store_form(&admin, markers).await;
    for file in [&raw, &form] {
        markers.given("an owner's link", file.link_token());
        read(&stranger, &admin, file, markers).await;
    }
    err(&stranger, &admin, &raw, markers).await;
    err_by_hand(gateway, markers).await;

    // An error of ours, with all its causes.
    damage(&raw);
    let damaged = Answer::to(admin.get(&format!("/files/{}", raw.cid))).await;
    assert!(damaged.status == 500 || !damaged.is_whole, "{}", damaged.status);
    upload_on_and_on(gateway, &admin, markers).await
}

async fn store_raw(admin: &Client, markers: &mut Markers) -> Stored {
    let content = markers.make("a content").repeat(5000);
    let name = format!("{} \"ä\".txt", markers.make("a name"));
    let media_type = format!("text/plain; x={}", markers.make("a type"));
    let request = admin.post("/v1/files").query(&[("name", &name)]).body(content);
    let request = request.header(CONTENT_TYPE, media_type);
    Stored::from(Answer::to(request).await.expect(201).json())
}

async fn store_form(admin: &Client, markers: &mut Markers) -> Stored {
    let boundary = markers.make("a boundary");
    let name = markers.make("a form's file name");
    let media_type = markers.make("a form's type");
    let content = markers.make("a form's content").repeat(1000);
    let disposition = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"");
    let body = format!(
        "--{boundary}\r\n{disposition}\r\nContent-Type: text/{media_type}\r\n\r\n{content}\r\n\
         --{boundary}--\r\n"
    );
    let request = admin.post("/v1/files").body(body);
    let request = request.header(CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"));
    Stored::from(Answer::to(request).await.expect(201).json())
}

/// Looks at a file, hands it on, reads it in every way, takes the link back.
async fn read(stranger: &Client, admin: &Client, file: &Stored, markers: &mut Markers) {
    let label = markers.make("a link's label");
    let link = admin.link(&file.cid, &json!({ "name": label })).await;
    markers.given("a link", &link.token);
    let path = format!("/files/{}", file.cid);
    let bearing = stranger.bearing(&link.token);
    for (request, status) in [
        (admin.get("/v1/files"), 200),
        (admin.get(&format!("/v1/files/{}", file.cid)), 200),
        (admin.get(&format!("/v1/files/{}/links", file.cid)), 200),
        (admin.get(&format!("/v1/links/{}", link.id)), 200),
        (admin.get(&path), 200),
        (bearing.get(&path), 200),
        (bearing.get(&format!("/v1/files/{}", file.cid)), 200),
        (stranger.get(&link.url), 200),
        (stranger.get(&file.url), 200),
        (stranger.head(&link.url), 200),
        (stranger.get(&link.url).header(RANGE, "bytes=5-10"), 206),
        (stranger.get(&link.url).header(IF_NONE_MATCH, format!("\"{}\"", file.cid)), 304),
        (admin.delete(&format!("/v1/links/{}", link.id)), 204),
        (stranger.get(&link.url), 401),
        (stranger.get(&link.url).header("accept", "text/html"), 401),
    ] {
        let _ = Answer::to(request).await.expect(status);
    }
}

/// What is wrong, with the markers in what is wrong about it. No refusal repeats one.
async fn err(stranger: &Client, admin: &Client, file: &Stored, markers: &mut Markers) {
    let path = format!("/files/{}", file.cid);
    let store = || admin.post("/v1/files").body("content");
    let long = format!("{}{}", markers.make("a name that is too long"), "n".repeat(4096));
    let forged = |claim: &str| {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let claims = part(&format!(r#"{{"jti":"{claim}"}}"#));
        format!("{}.{claims}.{}", part(r#"{"alg":"none","typ":"at+jwt"}"#), part(claim))
    };
    let form = |boundary: &str, body: String| {
        let form_type = format!("multipart/form-data; boundary={boundary}");
        admin.post("/v1/files").header(CONTENT_TYPE, form_type).body(body)
    };
    let mut mark = |what| markers.make(what);
    let requests: Vec<(RequestBuilder, u16)> = vec![
        (store().query(&[("name", long)]), 400),
        (store().query(&[("name", format!("{}/x", mark("a path for a name")))]), 400),
        (store().query(&[(mark("a parameter"), "x")]), 400),
        (store().query(&[("expires_in", mark("a retention"))]), 400),
        (store().header("repr-digest", format!("sha-256=:{}:", mark("a digest"))), 400),
        (store().header(CONTENT_TYPE, mark("no type")), 400),
        (form("b", format!("--b\r\n{}\r\n\r\nx", mark("a part's header"))), 400),
        (
            form(
                "b",
                format!(
                    "--b\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\nx\r\n--b--",
                    mark("a part's name")
                ),
            ),
            400,
        ),
        (form("b", mark("a form that is none")), 400),
        (admin.get(&format!("/files/{}", mark("no CID"))), 400),
        (admin.get(&format!("/v1/links/{}", mark("no id"))), 400),
        (admin.get(&format!("/{}", mark("no route"))), 404),
        (admin.get(&format!("/v1/files?cursor={}", mark("no cursor"))), 400),
        (admin.request(mark("no method").parse().unwrap(), "/v1/files"), 405),
        (admin.get(&path).header(RANGE, format!("bytes={}", mark("no range"))), 416),
        (admin.get(&format!("{path}/{}", mark("a name in a path"))), 200),
        (admin.get(&format!("{path}?x={}", mark("a query"))), 200),
        (admin.get(&file.url), 400),
        (admin.get(&format!("/v1/files?token={}", mark("a token where none is"))), 400),
        (stranger.get(&format!("{path}?token={}", mark("no token in the query"))), 401),
        (stranger.get(&format!("{}x", file.url)), 401),
        (stranger.bearing(mark("no token")).get(&path), 401),
        (stranger.bearing(forged(&mark("a forged token"))).get(&path), 401),
        (stranger.get(&path).header(AUTHORIZATION, format!("Basic {}", mark("other"))), 401),
        (
            stranger.post("/v1/login").json(&json!({
            "username": mark("a user"), "password": mark("a password") })),
            401,
        ),
        (
            stranger.post("/v1/login").json(&json!({
            "username": "admin", "password": mark("a wrong password") })),
            401,
        ),
        (stranger.post("/v1/login").json(&json!({ mark("a member"): "x" })), 400),
        (
            stranger
                .post("/v1/login")
                .header(CONTENT_TYPE, "application/json")
                .body(format!("{{\"password\": \"{}\"", mark("half a password"))),
            400,
        ),
        (
            admin.post(&format!("/v1/files/{}/links", file.cid)).json(&json!({
            "name": mark("a label of no link"), "permissions": [mark("a permission")] })),
            400,
        ),
    ];
    for (number, (request, status)) in requests.into_iter().enumerate() {
        let answer = Answer::to(request).await;
        let said = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!(answer.status, status, "{number}: {said}");
        if status >= 400 {
            let found = markers.search().bytes("an answer", &answer.body);
            assert!(found.is_empty() && !said.contains("eyJ"), "{number}: {found:#?}, {said}");
        }
    }
    let refresh = markers.make("a refresh token");
    let _ = stranger.refresh(&refresh).await.expect(400);
}

/// Requests that HTTP itself refuses.
async fn err_by_hand(gateway: &Gateway, markers: &mut Markers) {
    for request in [
        format!("GET /{} HTTP/9.9\r\n\r\n", markers.make("a version")),
        format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n\r\n", markers.make("no header")),
        format!("GET / HTTP/1.1\r\nContent-Length: {}\r\n\r\n", markers.make("no length")),
        format!("GET / HTTP/1.1\r\nX-Long: {}\r\n\r\n", markers.make("a long header").repeat(2000)),
        format!("\x16\x03\x01{}\r\n\r\n", markers.make("no HTTP")),
    ] {
        let mut wire = Wire::open(gateway.address()).await;
        let _ = wire.try_send(request).await;
        let _ = wire.end_sending().await;
        let answer = wire.read_to_end().await;
        assert!(!answer.starts_with(b"HTTP/1.1 200"));
    }
    let mut wire = Wire::open(gateway.address()).await;
    let chunk = markers.make("a chunk's length");
    let head = "POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
    wire.send(format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunk}\r\nx\r\n")).await;
    assert_eq!(wire.head().await.status, 400);
}

/// An upload that has come far enough to be staged, and goes on for as long as the gateway.
async fn upload_on_and_on(gateway: &Gateway, admin: &Client, markers: &mut Markers) -> Wire {
    let mut wire = Wire::open(gateway.address()).await;
    let name = markers.make("the name of half a file");
    wire.send(admin.upload_head(&name, "Content-Length: 9000000")).await;
    wire.send(markers.make("half a file").repeat(100_000)).await;
    wait::until("half a file to be staged", async || {
        let staged = gateway.home().staging_files();
        staged
            .iter()
            .any(|path| path.metadata().is_ok_and(|file| file.len() > 1 << 20))
            .then_some(())
    })
    .await;
    wire
}
