//! What a person sees, and what cannot steer it.

use cidlock_tests::command;
use cidlock_tests::content::bytes;
use cidlock_tests::terminal::Terminal;
use rustix::process::Signal;
use serde_json::Value;

use crate::{GATEWAY, Person, word_after};

/// What bars are drawn with; no result, note or error has any of it.
const CURSOR: [char; 2] = ['\u{1b}', '\r'];

#[tokio::test]
async fn a_bar_is_drawn_on_a_terminal_and_nowhere_else() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    let content = bytes(9, 8 << 20);
    person.write("film.mp4", &content);

    let (code, shown) = Terminal::start(person.command(&["put", "film.mp4"])).ended().await;
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains(CURSOR[0]) && shown.contains('%'), "no bar in {shown:?}");
    assert!(shown.contains("film.mp4  ["), "no bar in {shown:?}");
    let cid = word_after(&shown, "cid");
    let (code, shown) =
        Terminal::start(person.command(&["get", &cid, "-o", "copy.mp4"])).ended().await;
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("copy.mp4  ["), "no bar in {shown:?}");
    assert!(person.read("copy.mp4") == content);

    let put = person.run(&["put", "film.mp4"]).await.expect(0);
    let get = person.run(&["get", &cid, "-o", "again.mp4"]).await.expect(0);
    for said in [&put, &get] {
        assert_eq!(said.stderr, "");
        assert!(!said.text().contains(CURSOR) && !said.text().contains('%'), "{}", said.text());
    }
    // For a script there is none even on a terminal.
    let command = person.command(&["put", "film.mp4", "--json"]);
    let (code, shown) = Terminal::start(command).ended().await;
    assert_eq!(code, Some(0));
    let shown = shown.trim_end();
    serde_json::from_str::<Value>(shown).unwrap_or_else(|_| panic!("JSON alone: {shown:?}"));
}

#[tokio::test]
async fn a_password_is_asked_for_on_a_terminal_and_not_shown() {
    let gateway = GATEWAY.lease().await;
    let secret = gateway.home().admin_secret();
    let person = Person::new(&gateway);
    let login = || person.command(&["login", "--user", "admin", "--server", &person.server]);
    let mut terminal = Terminal::start(login());
    terminal.until_shown("Password of admin at ").await;
    terminal.type_line(&secret);
    let (code, shown) = terminal.ended().await;
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("Logged in") && !shown.contains(&secret), "{shown}");

    let mut terminal = Terminal::start(login());
    terminal.until_shown("Password of admin at ").await;
    terminal.type_line("wrong");
    let (code, shown) = terminal.ended().await;
    assert_eq!(code, Some(3), "{shown}");
    assert!(!shown.contains("wrong\r"), "{shown}");

    let terminal = Terminal::start(login());
    terminal.until_shown("Password of admin at ").await;
    terminal.signal(Signal::INT);
    assert_eq!(terminal.ended().await.0, Some(130));
}

#[tokio::test]
async fn a_name_cannot_steer_the_terminal_or_leave_the_directory() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    let name = "gpj.\u{202e}exe";
    let put = person.command(&["put", "-", "--name", name]);
    let put = command::run_with_input(put, b"content".to_vec()).await.expect(0).text();
    let listed = person.run(&["ls"]).await.expect(0).text();
    for text in [&put, &listed] {
        assert!(text.contains(r"gpj.\u{202e}exe") && !text.contains('\u{202e}'), "{text}");
    }
    let url = word_after(&put, "link");
    let visitor = Person::new(&gateway);
    let _ = visitor.run(&["get", &url]).await.expect(0);
    assert_eq!(visitor.files(), ["gpj.exe"]);
    // Two files of one name: the second does not replace the first.
    let said = visitor.run(&["get", &url]).await.expect(2);
    assert!(said.stderr.contains("--force"), "{}", said.stderr);
}
