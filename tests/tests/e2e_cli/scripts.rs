//! Results and failures for scripts.

use cidlock_tests::client::Client;
use cidlock_tests::command;
use cidlock_tests::gateway::Home;
use cidlock_tests::wait;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::{GATEWAY, Person, UNKNOWN};

#[tokio::test]
async fn results_for_scripts_are_json_objects_a_line_each() {
    let gateway = GATEWAY.lease().await;
    let person = Person::new(&gateway);
    let secret = gateway.home().admin_secret();
    let secret_file = person.write("secret", secret.as_bytes());
    let login =
        ["login", "--server", &person.server, "--password-file", secret_file.to_str().unwrap()];
    let login = person.json(&login).await;
    assert_eq!(
        login,
        json!({
            "server": person.server, "user": "admin", "expires_in": 600,
            "scope": "files:read files:write links admin",
        })
    );
    person.write("a.txt", b"one");
    person.write("b.txt", b"two");
    let put = person.run(&["put", "a.txt", "b.txt", "--json"]).await.expect(0);
    assert_eq!(put.stderr, "");
    let files = put.json();
    let [one, two] = &files[..] else { panic!("a line for each file: {files:?}") };
    assert_eq!(
        (&one["name"], &one["type"], &one["size"]),
        (&json!("a.txt"), &json!("text/plain"), &json!(3))
    );
    for member in ["id", "cid", "root", "sha256", "created_at", "owner"] {
        assert!(one[member].is_string() && two[member].is_string(), "{member}: {one}");
    }
    let cid = one["cid"].as_str().unwrap();
    let listed = person.run(&["ls", "--json", "--limit", "500"]).await.expect(0).json();
    let mut shown = listed.iter().find(|file| file["cid"] == cid).unwrap().clone();
    assert_eq!(shown.get("link"), None);
    shown["link"] = one["link"].clone();
    assert_eq!(one["path"], "a.txt");
    shown["path"] = json!("a.txt");
    assert_eq!(&shown, one);
    let found = person.run(&["ls", "--json", "--query", "A.TXT"]).await.expect(0).json();
    assert!(found.iter().any(|file| file["cid"] == cid), "{found:?}");
    assert!(!found.iter().any(|file| file["cid"] == two["cid"]), "{found:?}");
    let none = person.run(&["ls", "--query", "no such name"]).await.expect(0);
    assert_eq!((none.text().as_str(), none.stderr.contains("None of your files")), ("", true));
    let newest = person.run(&["ls", "--json", "--limit", "1"]).await.expect(0).json();
    assert_eq!(newest.len(), 1);

    let link = person.json(&["share", cid, "--for", "15m", "--label", "for Ann"]).await;
    assert_eq!((&link["cid"], &link["name"]), (&json!(cid), &json!("for Ann")));
    assert_eq!(link["permissions"], json!(["read"]));
    let (url, id) = (link["url"].as_str().unwrap(), link["id"].as_str().unwrap());
    assert!(url.ends_with(link["token"].as_str().unwrap()), "{link}");
    let got = person.json(&["get", url, "-o", "copy"]).await;
    assert_eq!(got, json!({ "cid": cid, "path": "copy", "size": 3, "sha256": one["sha256"] }));
    assert_eq!(person.json(&["revoke", id]).await, json!({ "id": id, "revoked": true }));
}

#[tokio::test]
async fn every_failure_has_its_exit_code() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    let stranger = Person::new(&gateway);
    person.write("a.txt", b"content");
    let cid = person.json(&["put", "a.txt"]).await["cid"].as_str().unwrap().to_owned();
    let own = Client::admin(&gateway).await.link(&cid, &json!({ "permissions": ["stat"] })).await;
    let unknown_link = "0193f6a0-5b6e-7c11-8f0e-0123456789ab";
    let server = stranger.server.as_str();
    for (who, arguments, code, word) in [
        (&stranger, &["ls", "--server", server][..], 3, "not_logged_in"),
        (&stranger, &["login", "--server", server], 3, "no_password"),
        (&stranger, &["ls", "--server", "nowhere"], 2, "usage"),
        (&stranger, &["get", "nothing"], 2, "usage"),
        (&stranger, &["get", &own.url, "-o", "x"], 3, "insufficient_scope"),
        (&person, &["get", UNKNOWN, "-o", "x"], 4, "no_such_file"),
        (&person, &["share", UNKNOWN], 4, "no_such_file"),
        (&person, &["revoke", unknown_link], 4, "no_such_link"),
        (&person, &["links", UNKNOWN], 4, "no_such_file"),
        (&person, &["links", unknown_link], 4, "no_such_link"),
        (&person, &["links", "a.txt"], 2, "usage"),
        (&person, &["share", &cid, "--permissions", "write"], 2, "usage"),
        (&person, &["share", &cid, "--for", "91d"], 1, "bad_lifetime"),
        (&person, &["share", &cid, "--for", "soon"], 2, "usage"),
        (&person, &["put", "missing.txt"], 1, "local_file"),
        (&person, &["put", "."], 2, "usage"),
        (&person, &["put", "a.txt", "--name", "a/b"], 1, "bad_name"),
        (&person, &["get", &cid, "-o", "a.txt"], 2, "usage"),
        (&person, &["get", &cid, "-o", "no/such/directory"], 1, "local_file"),
    ] {
        let said = who.run(&[arguments, &["--json"]].concat()).await.expect(code);
        let error: Value = serde_json::from_str(&said.stderr).expect("one line of JSON");
        assert_eq!(error["error"]["code"], word, "{arguments:?}: {error}");
        assert_eq!(error["error"]["exit_code"], code, "{arguments:?}");
        assert_eq!(said.text(), "", "{arguments:?}");
    }
    assert_eq!(person.read("a.txt"), b"content", "what is there is not replaced");
    let _ = person.run(&["get", &cid, "-o", "a.txt", "--force"]).await.expect(0);
    let wrong = stranger.command(&["login", "--server", server, "--password-file", "-"]);
    let wrong = command::run_with_input(wrong, b"wrong\n".to_vec()).await.expect(3);
    assert!(!wrong.stderr.contains("wrong\n") && !stranger.credentials().exists());
    for help in [&["--help"][..], &["--version"], &["put", "--help"]] {
        let said = stranger.run(help).await.expect(0);
        assert!(!said.text().is_empty());
    }
    for usage in
        [&[][..], &["fetch"], &["put"], &["share", &cid, "--until", "x"], &["ls", "--query", ""]]
    {
        let _ = stranger.run(usage).await.expect(2);
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_or_no_gateway_is_told_apart() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    let nobody = "http://127.0.0.1:1";
    let login = person.command(&["login", "--server", nobody, "--password-file", "-"]);
    let said = command::run_with_input(login, b"x\n".to_vec()).await.expect(5);
    assert!(said.stderr.contains("no answer from"), "{}", said.stderr);
    let link = format!("{nobody}/files/{UNKNOWN}/a?token=secret-token");
    let error = person.failure(&["get", &link, "-o", "x"], 5, "unreachable").await;
    assert!(!error.to_string().contains("secret-token"), "{error}");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let other = format!("http://{}", listener.local_addr().unwrap());
    let answering = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi";
            let _ = stream.write_all(page.as_bytes()).await;
        }
    });
    let login = person.command(&["login", "--server", &other, "--password-file", "-"]);
    let said = command::run_with_input(login, b"x\n".to_vec()).await.expect(1);
    assert!(said.stderr.contains("does not answer like a cidlock gateway"), "{}", said.stderr);
    answering.abort();
    // The session here is as it was.
    let _ = person.run(&["ls"]).await.expect(0);
}

#[tokio::test]
async fn a_search_goes_on_behind_pages_in_which_nothing_was_found() {
    let file = json!({
        "cid": UNKNOWN, "name": "report", "size": 1, "sha256": "", "link": null,
        "created_at": "2026-11-25T00:00:00Z",
    });
    let answers = [
        json!({ "access_token": "a", "expires_in": 600, "refresh_token": "r", "scope": "" }),
        json!({ "items": [], "next": "one" }),
        json!({ "items": [file], "next": "two" }),
        json!({ "items": [], "next": "three" }),
        json!({ "items": [], "next": null }),
    ];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let answering = tokio::spawn(async move {
        let mut asked = Vec::new();
        for answer in answers {
            let (stream, _) = listener.accept().await.unwrap();
            asked.push(answer_once(stream, &answer.to_string()).await);
        }
        asked
    });
    let person = Person { home: Home::new(), server: server.clone() };
    let login = person.command(&["login", "--server", &server, "--password-file", "-"]);
    let _ = command::run_with_input(login, b"x\n".to_vec()).await.expect(0);
    let found = person.json(&["ls", "--query", "Rep & ort"]).await;
    assert_eq!(found["name"], "report");
    let asked = timeout(wait::PATIENCE, answering).await.expect("all were asked for").unwrap();
    let paths: Vec<&str> = asked[1..].iter().map(|head| head.split(' ').nth(1).unwrap()).collect();
    assert_eq!(
        paths,
        ["", "&cursor=one", "&cursor=two", "&cursor=three"]
            .map(|cursor| format!("/v1/files?q=Rep+%26+ort&limit=100{cursor}"))
    );
}

/// Reads one request and answers it; gives back the request's head.
async fn answer_once(mut stream: TcpStream, json: &str) -> String {
    let mut request = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("content-length").then(|| value.parse().unwrap())
            });
            if body.len() >= length.unwrap_or(0_usize) {
                let head = head.to_owned();
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                     content-length: {}\r\nconnection: close\r\n\r\n{json}",
                    json.len()
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
                return head;
            }
        }
        let read = stream.read_buf(&mut request).await.unwrap();
        assert_ne!(read, 0, "a request has an end");
    }
}
