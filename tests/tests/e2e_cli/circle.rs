//! What the command line is for: in, out, shared, taken back.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::command;
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::Gateway;
use futures::FutureExt as _;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{GATEWAY, Person, word_after};

#[tokio::test]
async fn on_the_machine_of_a_gateway_login_needs_no_password() {
    let gateway = GATEWAY.lease().await;
    let data = gateway.home().data();
    // As `serve` finds its data directory: by the XDG directory, a variable, a flag.
    let by_xdg = Person::new(&gateway);
    fs::create_dir(by_xdg.path("share")).unwrap();
    symlink(&data, by_xdg.path("share/cidlock")).unwrap();
    let by_variable = Person::new(&gateway);
    let mut variable = by_variable.command(&["login"]);
    variable.env("CIDLOCK_DATA_DIR", &data);
    let by_flag = Person::new(&gateway);
    let flag = by_flag.command(&["login", "--data-dir", data.to_str().unwrap()]);
    for (person, command) in
        [(&by_xdg, by_xdg.command(&["login"])), (&by_variable, variable), (&by_flag, flag)]
    {
        let said = command::run(command).await.expect(0);
        assert_eq!(said.text(), format!("Logged in to {} as admin.\n", person.server));
        let mode = fs::metadata(person.credentials()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let secret = gateway.home().admin_secret();
        let kept = fs::read_to_string(person.credentials()).unwrap();
        assert!(!kept.contains(&secret) && !said.stderr.contains(&secret));
        // The other commands mean this gateway from now on.
        let _ = person.run(&["ls"]).await.expect(0);
    }
    // It is for that gateway alone.
    let elsewhere =
        ["login", "--data-dir", data.to_str().unwrap(), "--server", "http://127.0.0.1:1"];
    by_flag.failure(&elsewhere, 3, "no_password").await;
}

/// After a crash the address is still written down, and anybody may listen there.
#[tokio::test]
async fn the_password_of_a_gateway_that_was_killed_is_not_sent_to_whoever_came_after_it() {
    let gateway = Gateway::start().await;
    let address = gateway.address();
    let home = gateway.kill();
    assert!(home.data().join("serve.address").exists());
    let impostor = TcpListener::bind(address).await.unwrap();
    let _ = command::run(home.cidlock(&["login"])).await.expect(3);
    let came = impostor.accept().now_or_never();
    assert!(came.is_none(), "the impostor was spoken to");
}

#[tokio::test]
async fn a_file_goes_in_a_link_comes_out_opens_it_and_is_taken_back() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    let content = bytes(1, 3_000_000);
    person.write("random.bin", &content);
    let put = person.run(&["put", "random.bin"]).await.expect(0);
    let cid = word_after(&put.text(), "cid");
    let first_link = word_after(&put.text(), "link");
    let listed = person.run(&["ls"]).await.expect(0).text();
    let row = listed.lines().find(|row| row.contains(&cid)).expect("the file is listed");
    assert!(row.starts_with("random.bin"), "{row}");
    let share = person.run(&["share", &cid, "--for", "1h"]).await.expect(0);
    let (url, id) = (word_after(&share.text(), "link"), word_after(&share.text(), "id"));

    // Whoever has the link needs nothing else.
    let visitor = Person::new(&gateway);
    for (link, name) in [(&url, "copy.bin"), (&first_link, "again.bin")] {
        let _ = visitor.run(&["get", link, "-o", name]).await.expect(0);
        assert!(visitor.read(name) == content);
    }
    let _ = visitor.run(&["get", &url]).await.expect(0);
    assert!(visitor.read("random.bin") == content, "under its own name");
    assert!(!visitor.path("config").exists(), "a link leaves no session");
    let _ = person.run(&["get", &cid, "-o", "own.bin"]).await.expect(0);
    assert!(person.read("own.bin") == content);

    let revoked = person.run(&["revoke", &id]).await.expect(0);
    assert_eq!(revoked.text(), format!("Revoked {id}.\n"));
    let error = visitor.failure(&["get", &url, "-o", "late.bin"], 3, "token_revoked").await;
    assert_eq!(error["status"], 401);
    assert!(!visitor.path("late.bin").exists());
    let _ = visitor.run(&["get", &first_link, "-o", "still.bin"]).await.expect(0);
    assert_eq!(visitor.files(), ["again.bin", "copy.bin", "random.bin", "still.bin"]);
    // `get CID` needs no link: there are the one that came with the file, and the revoked one.
    let admin = Client::admin(&gateway).await;
    let links = Answer::to(admin.get(&format!("/v1/files/{cid}/links"))).await.json();
    let items = links["items"].as_array().unwrap();
    let live = items.iter().filter(|link| link["revoked_at"].is_null()).count();
    assert_eq!((items.len(), live), (2, 1), "{links}");
}

#[tokio::test]
async fn standard_input_goes_in_and_comes_out_of_standard_output() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    for (seed, size) in [0, 1, 16_384, 2_000_000].into_iter().enumerate() {
        let content = bytes(seed as u64, size);
        let put = person.command(&["put", "-", "--name", "piped", "--json"]);
        let put = command::run_with_input(put, content.clone()).await.expect(0);
        let file = put.json().remove(0);
        assert_eq!((&file["name"], &file["size"]), (&json!("piped"), &json!(size)));
        for what in [file["cid"].as_str().unwrap(), file["link"]["url"].as_str().unwrap()] {
            let got = person.run(&["get", what, "-o", "-"]).await.expect(0);
            assert!(got.stdout == content, "{size} bytes");
            assert_eq!(got.stderr, "");
        }
    }
}

#[tokio::test]
async fn of_several_files_one_that_fails_does_not_keep_the_others() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    person.write("a.txt", b"one");
    person.write("b.txt", b"two");
    let said = person.run(&["put", "a.txt", "missing.txt", "b.txt", "--json"]).await.expect(1);
    let names: Vec<Value> = said.json().iter().map(|file| file["name"].clone()).collect();
    assert_eq!(names, ["a.txt", "b.txt"]);
    assert!(said.stderr.contains("missing.txt"), "{}", said.stderr);
}
