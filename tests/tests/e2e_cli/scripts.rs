//! Results and failures for scripts.

use cidlock_tests::client::Client;
use cidlock_tests::command;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

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
            "scope": "files:read files:write links",
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
    for usage in [&[][..], &["fetch"], &["put"], &["share", &cid, "--until", "x"]] {
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
