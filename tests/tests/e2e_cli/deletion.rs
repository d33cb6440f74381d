//! Nothing is deleted by mistake.

use cidlock_tests::terminal::Terminal;

use crate::{GATEWAY, Person};

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
