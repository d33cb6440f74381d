//! What the links to a file are, and what has become of them.

use cidlock_tests::terminal::Terminal;
use serde_json::{Value, json};

use crate::{GATEWAY, Person};

#[tokio::test]
async fn the_links_to_a_file_are_listed_and_those_that_are_dead_only_when_asked_for() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    person.write("a.txt", b"one");
    let put = person.json(&["put", "a.txt"]).await;
    let cid = put["cid"].as_str().unwrap();
    let wide =
        person.json(&["share", cid, "--label", "for Ann", "--permissions", "read,stat"]).await;
    assert_eq!(wide["permissions"], json!(["read", "stat"]));
    let gone = person.json(&["share", cid, "--label", "for Bob"]).await;
    person.json(&["revoke", gone["id"].as_str().unwrap()]).await;

    let listed = |more: &'static [&str]| {
        let person = &person;
        async move {
            let arguments = [&["links", cid, "--json"], more].concat();
            let said = person.run(&arguments).await.expect(0);
            assert_eq!(said.stderr, "");
            said.json()
        }
    };
    let ids = |links: &[Value]| -> Vec<Value> { links.iter().map(|l| l["id"].clone()).collect() };
    let live = listed(&[]).await;
    assert_eq!(ids(&live), [wide["id"].clone(), put["link"]["id"].clone()], "newest first");
    let all = listed(&["--all"]).await;
    assert_eq!(ids(&all)[0], gone["id"]);
    let states: Vec<&Value> = all.iter().map(|link| &link["state"]).collect();
    assert_eq!(states, ["revoked", "active", "active"]);
    assert!(all[0]["revoked_at"].is_string() && all[0].get("url").is_none(), "{}", all[0]);
    // One by its id, whatever became of it.
    let one = person.json(&["links", gone["id"].as_str().unwrap()]).await;
    assert_eq!(one, all[0]);

    let (code, shown) = Terminal::start(person.command(&["links", cid, "--all"])).ended().await;
    assert_eq!(code, Some(0), "{shown}");
    let rows: Vec<Vec<&str>> = shown.lines().map(|row| row.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["ID", "NAME", "PERMISSIONS", "EXPIRES", "STATE"]);
    assert_eq!(rows[1][..4], [gone["id"].as_str().unwrap(), "for", "Bob", "read"]);
    assert_eq!(rows[1].last(), Some(&"revoked"));
    assert_eq!(rows[2][3], "read,stat");
    assert_eq!(rows.len(), 4, "{shown}");
}

#[tokio::test]
async fn a_file_without_a_live_link_says_so() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    person.write("a.txt", b"one");
    let put = person.json(&["put", "a.txt"]).await;
    person.json(&["revoke", put["link"]["id"].as_str().unwrap()]).await;
    let cid = put["cid"].as_str().unwrap();
    let said = person.run(&["links", cid]).await.expect(0);
    assert_eq!(said.text(), "");
    assert!(said.stderr.contains("--all"), "{}", said.stderr);
    assert_eq!(person.run(&["links", cid, "--json"]).await.expect(0).text(), "");
}

#[tokio::test]
async fn more_links_than_a_page_are_all_listed() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    let admin = cidlock_tests::client::Client::admin(&gateway).await;
    let file = admin.store("a.txt", "one").await;
    let cid = file.json["cid"].as_str().unwrap();
    for _ in 0..204 {
        admin.link(cid, &json!({})).await;
    }
    let links = person.run(&["links", cid, "--json"]).await.expect(0).json();
    let mut ids: Vec<&str> = links.iter().map(|link| link["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 205);
}
