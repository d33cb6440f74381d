//! Nothing is deleted by mistake, and what is deleted is gone.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use cidlock_tests::terminal::Terminal;

use crate::{GATEWAY, Person, UNKNOWN};

#[tokio::test]
async fn where_nobody_can_be_asked_nothing_is_deleted_unless_that_is_said() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    person.write("a.txt", b"one");
    let cid = person.json(&["put", "a.txt"]).await["cid"].as_str().unwrap().to_owned();
    let error = person.failure(&["rm", &cid], 2, "usage").await;
    assert!(error["message"].as_str().unwrap().contains("--yes"), "{error}");
    // A script is not asked, even on a terminal.
    let (code, shown) = Terminal::start(person.command(&["rm", &cid, "--json"])).ended().await;
    assert_eq!(code, Some(2), "{shown}");
    let _ = person.run(&["get", &cid, "-o", "-"]).await.expect(0);
}

#[tokio::test]
async fn who_is_asked_is_told_what_it_is_and_may_say_no() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    person.write("a.txt", b"one");
    let put = person.json(&["put", "a.txt"]).await;
    let cid = put["cid"].as_str().unwrap();
    for what in [cid, put["link"]["url"].as_str().unwrap()] {
        let mut terminal = Terminal::start(person.command(&["rm", what]));
        terminal.until_shown("Delete a.txt, 3 B, with all links to it, for good? [y/N]").await;
        terminal.type_line("");
        let (code, shown) = terminal.ended().await;
        assert_eq!(code, Some(0), "{shown}");
        assert!(shown.contains(&format!("{cid} is kept.")), "{shown}");
    }
    let _ = person.run(&["get", cid, "-o", "-"]).await.expect(0);
}

#[tokio::test]
async fn a_receipt_that_could_not_be_written_keeps_the_file_from_being_deleted() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    person.write("a.txt", b"one");
    person.write("receipt", b"of another");
    let cid = person.json(&["put", "a.txt"]).await["cid"].as_str().unwrap().to_owned();
    for (receipt, code, word) in [("receipt", 2, "usage"), ("no/receipt", 1, "local_file")] {
        person.failure(&["rm", &cid, "--yes", "--receipt", receipt], code, word).await;
    }
    assert_eq!(person.read("receipt"), b"of another");
    let two = ["rm", &cid, &cid, "--yes", "--receipt", "r"];
    person.failure(&two, 2, "usage").await;
    let _ = person.run(&["get", &cid, "-o", "-"]).await.expect(0);
}

#[tokio::test]
async fn a_file_that_is_deleted_is_gone_with_its_links_and_there_is_a_receipt() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    person.write("a.txt", b"one");
    let put = person.json(&["put", "a.txt"]).await;
    let (cid, url) = (put["cid"].as_str().unwrap(), put["link"]["url"].as_str().unwrap());
    let deletion = person.json(&["rm", cid, "--yes", "--receipt", "receipt.jws"]).await;
    assert_eq!(deletion["cid"], cid);
    assert_eq!(deletion["status"], "done", "the embedded engine is at hand: {deletion}");
    for member in ["id", "deleted_at", "reason"] {
        assert!(deletion[member].is_string(), "{member}: {deletion}");
    }
    for node in deletion["nodes"].as_array().unwrap() {
        assert!(["unpinned", "collected"].contains(&node["status"].as_str().unwrap()), "{node}");
    }
    let receipt = String::from_utf8(person.read("receipt.jws")).unwrap();
    assert_eq!(receipt.trim_end(), deletion["receipt"].as_str().unwrap());
    assert_eq!(receipt.trim_end().split('.').count(), 3, "a JWS: {receipt}");
    let mode = fs::metadata(person.path("receipt.jws")).unwrap().permissions().mode();
    assert_eq!(mode & !0o044, 0o100_600, "{mode:o}");

    let id = deletion["id"].as_str().unwrap();
    let later = person.json(&["rm", "--status", id]).await;
    for member in ["id", "cid", "deleted_at", "reason", "status"] {
        assert_eq!(later[member], deletion[member], "{member}");
    }
    let visitor = Person::new(&gateway);
    let said = visitor.run(&["get", url, "-o", "-"]).await;
    assert!(matches!(said.code, Some(3 | 4)), "{}", said.stderr);
    assert!(said.stdout.is_empty());
    person.failure(&["get", cid, "-o", "x"], 4, "no_such_file").await;
    person.failure(&["rm", cid, "--yes"], 4, "no_such_file").await;
    let listed = person.run(&["ls", "--json", "--limit", "500"]).await.expect(0);
    assert!(!listed.text().contains(cid));
}

#[tokio::test]
async fn a_yes_on_the_terminal_deletes_what_a_link_names() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    person.write("a.txt", b"one");
    let put = person.json(&["put", "a.txt"]).await;
    let (cid, url) = (put["cid"].as_str().unwrap(), put["link"]["url"].as_str().unwrap());
    let mut terminal = Terminal::start(person.command(&["rm", url]));
    terminal.until_shown("[y/N]").await;
    terminal.type_line("y");
    let (code, shown) = terminal.ended().await;
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains(&format!("Deleted {cid}")), "{shown}");
    person.failure(&["get", cid, "-o", "x"], 4, "no_such_file").await;
}

#[tokio::test]
async fn of_several_files_one_that_is_not_there_does_not_keep_the_others_from_being_deleted() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    person.write("a.txt", b"one");
    person.write("b.txt", b"two");
    let put = person.run(&["put", "a.txt", "b.txt", "--json"]).await.expect(0).json();
    let cids = [put[0]["cid"].as_str().unwrap(), put[1]["cid"].as_str().unwrap()];
    let said = person.run(&["rm", "--yes", cids[0], UNKNOWN, cids[1]]).await.expect(4);
    for cid in cids {
        assert!(said.text().contains(&format!("Deleted {cid}")), "{}", said.text());
        person.failure(&["get", cid, "-o", "x"], 4, "no_such_file").await;
    }
    assert!(said.stderr.contains(&format!("cidlock: {UNKNOWN}: ")), "{}", said.stderr);
    assert!(said.stderr.contains("2 of 3 deleted, 1 failed."), "{}", said.stderr);
}
