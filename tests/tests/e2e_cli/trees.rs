//! Directories, and many files at once.

use std::fs;
use std::os::unix::fs::symlink;

use cidlock_tests::client::Client;
use cidlock_tests::command::{self, Said};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::Gateway;
use cidlock_tests::terminal::Terminal;
use serde_json::Value;

use crate::{GATEWAY, Person};

/// A tree in somebody's home, with what is in it that is stored, in its order.
fn plant(person: &Person) -> [(&'static str, Vec<u8>); 4] {
    fs::create_dir_all(person.path("tree/b/deep")).unwrap();
    fs::create_dir(person.path("tree/empty")).unwrap();
    let files = [
        ("tree/a.txt", b"a".to_vec()),
        ("tree/b/deep/a.txt", b"another".to_vec()),
        ("tree/b/large.bin", bytes(12, 2_000_000)),
        ("tree/c", Vec::new()),
    ];
    for (path, content) in &files {
        person.write(path, content);
    }
    symlink("a.txt", person.path("tree/link")).unwrap();
    files
}

/// The paths of what was stored, a line each.
fn paths(said: &Said) -> Vec<String> {
    let text = said.text();
    text.lines().map(|line| line.rsplit("  ").next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_directory_is_stored_file_by_file_under_their_own_names() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    let files = plant(&person);
    let said = person.run(&["put", "-r", "tree", "--json"]).await.expect(0);
    assert_eq!(said.stderr, "");
    let stored = said.json();
    let paths: Vec<&str> = stored.iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(paths, files.each_ref().map(|(path, _)| *path));
    for (file, (path, content)) in stored.iter().zip(&files) {
        assert_eq!(file["name"], *path.rsplit('/').next().unwrap());
        let got = person.run(&["get", file["cid"].as_str().unwrap(), "-o", "-"]).await.expect(0);
        assert!(got.stdout == *content, "{path}");
    }
}

#[tokio::test]
async fn for_a_person_the_path_is_shown_and_what_is_no_file_is_named() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    let files = plant(&person);
    let said = person.run(&["put", "-r", "tree"]).await.expect(0);
    assert_eq!(paths(&said), files.each_ref().map(|(path, _)| *path));
    assert_eq!(said.stderr, "Not stored, being a link or no file: tree/link\n");

    let (code, shown) = Terminal::start(person.command(&["put", "-r", "tree"])).ended().await;
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("/4 ") && shown.contains('%'), "one bar for all: {shown:?}");
    assert!(shown.contains("4 of 4 stored."), "{shown:?}");
}

#[tokio::test]
async fn of_many_files_those_that_cannot_be_stored_do_not_keep_the_others() {
    let gateway = Gateway::start_with("[limits]\nmax_file_bytes = 100000\n").await;
    let person = Person::logged_in(&gateway).await;
    let _ = plant(&person);
    fs::write(person.path("tree/bad\\name"), "x").unwrap();
    let said = person.run(&["put", "-r", "tree", "missing.txt", "tree/empty"]).await.expect(1);
    assert_eq!(paths(&said), ["tree/a.txt", "tree/b/deep/a.txt", "tree/c"]);
    let lines: Vec<&str> = said.stderr.lines().skip(1).collect();
    let begins = [
        "cidlock: tree/b/large.bin: ",
        "cidlock: tree/bad\\name: ",
        "cidlock: cannot read missing.txt: ",
        "cidlock: there is no file to store in tree/empty",
        "3 of 7 stored, 4 failed.",
    ];
    assert_eq!(lines.len(), begins.len(), "{}", said.stderr);
    for (line, begin) in lines.iter().zip(begins) {
        assert!(line.starts_with(begin), "{line}");
    }
    assert_eq!(Client::admin(&gateway).await.cids().await.len(), 3);
    // For a script each is a line of its own.
    let said = person.run(&["put", "-r", "tree", "missing.txt", "--json"]).await.expect(1);
    assert_eq!(said.json().len(), 3);
    let codes: Vec<Value> = said
        .stderr
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["error"]["code"].clone())
        .collect();
    assert_eq!(codes, ["too_large", "bad_name", "local_file"]);
}

#[tokio::test]
async fn a_directory_is_not_stored_unless_that_is_said_and_an_empty_one_never() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    let _ = plant(&person);
    let error = person.failure(&["put", "tree"], 2, "usage").await;
    assert!(error["message"].as_str().unwrap().contains("--recursive"), "{error}");
    let error = person.failure(&["put", "-r", "tree/empty"], 2, "usage").await;
    assert!(error["message"].as_str().unwrap().contains("no file to store"), "{error}");
    let input = person.command(&["put", "-", "-", "--json"]);
    let said = command::run_with_input(input, Vec::new()).await.expect(2);
    assert!(said.stderr.contains("standard input"), "{}", said.stderr);
}
