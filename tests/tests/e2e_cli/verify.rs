//! `verify`: what is whole is said to be, what is damaged is named, and nothing else is.

use std::fs;
use std::path::{Path, PathBuf};

use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::content::bytes;
use cidlock_tests::detour::{Detour, Fate};
use cidlock_tests::gateway::Gateway;
use http::Method;
use serde_json::{Value, json};

use super::Person;

/// What a damage does to the files of an object.
type Damage = fn(&Path, &Path);

fn spoil(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut content = fs::read(path).unwrap();
    change(&mut content);
    fs::write(path, content).unwrap();
}

#[tokio::test]
async fn files_of_every_edge_size_are_whole_before_and_after_they_are_described_anew() {
    let gateway = Gateway::start().await;
    let person = Person::logged_in(&gateway).await;
    let client = Client::admin(&gateway).await;
    let none = person.run(&["verify"]).await.expect(0);
    assert_eq!(none.text(), "");

    // Around chunks of 16 KiB, and around a leaf of 1 MiB of ciphertext.
    let sizes = [0, 1, 16_384, 16_385, 1_047_494, 1_047_495, 1_047_496, 5_000_000];
    let mut stored = Vec::new();
    for (n, size) in sizes.into_iter().enumerate() {
        stored.push(client.store(&format!("file {n}"), bytes(n as u64, size)).await);
    }
    let patch = client.request(Method::PATCH, &format!("/v1/files/{}", stored[3].cid));
    let _ = Answer::to(patch.json(&json!({"name": "renamed"}))).await.expect(200);

    let said = person.run(&["verify", "--json"]).await.expect(0).json();
    assert_eq!(said.len(), sizes.len());
    for (line, (file, size)) in said.iter().zip(stored.iter().zip(sizes).rev()) {
        let expected = (json!(file.cid), json!(size), Value::Null);
        assert_eq!(
            (&line["cid"], &line["size"], &line["problem"]),
            (&expected.0, &expected.1, &expected.2)
        );
        assert!(line["blocks"].as_u64().unwrap() >= 3, "{line}");
    }
    let one = person.run(&["verify", &stored[7].cid]).await.expect(0);
    assert!(one.text().starts_with("whole  ") && one.text().contains("file 7"), "{}", one.text());
    assert!(one.stderr.contains("1 file whole"), "{}", one.stderr);
}

#[tokio::test]
async fn every_damage_is_named_and_the_other_files_are_whole() {
    const DAMAGES: [(&str, Damage); 7] = [
        ("cut", |file, _| spoil(file, |content| content.truncate(content.len() - 1))),
        ("cut in the content", |file, _| spoil(file, |content| content.truncate(1_500_000))),
        ("emptied", |file, _| fs::write(file, "").unwrap()),
        ("a bit of a leaf flipped", |file, _| spoil(file, |content| content[700_000] ^= 1)),
        ("a bit of the header flipped", |file, _| spoil(file, |content| content[20] ^= 1)),
        ("swapped with another", |file, other| {
            let between = file.with_extension("between");
            fs::rename(file, &between).unwrap();
            fs::copy(other, file).unwrap();
            fs::remove_file(between).unwrap();
        }),
        ("gone", |file, _| fs::remove_file(file).unwrap()),
    ];
    let gateway = Gateway::start().await;
    let person = Person::logged_in(&gateway).await;
    let client = Client::admin(&gateway).await;
    let whole = client.store("whole", bytes(1, 2_000_000)).await;
    let other = gateway.home().object_file(&whole.id);
    let mut damaged = Vec::new();
    for (name, damage) in DAMAGES {
        let stored = client.store(name, bytes(2, 2_000_000)).await;
        damage(&gateway.home().object_file(&stored.id), &other);
        damaged.push(stored.cid);
    }

    let said = person.run(&["verify", "--json"]).await.expect(6);
    let found: Vec<(String, bool)> = said
        .json()
        .iter()
        .map(|line| (line["cid"].as_str().unwrap().to_owned(), line["problem"].is_null()))
        .collect();
    let mut expected: Vec<_> = damaged.iter().rev().map(|cid| (cid.clone(), false)).collect();
    expected.push((whole.cid.clone(), true));
    assert_eq!(found, expected, "{}", said.stderr);
    let said = person.run(&["verify"]).await.expect(6);
    for (cid, (name, _)) in damaged.iter().zip(DAMAGES) {
        assert!(said.stderr.contains(&format!("damaged: {cid} ({name})")), "{}", said.stderr);
    }
    assert!(said.stderr.contains("1 file whole") && said.stderr.contains("7 damaged"));
    let _ = person.run(&["verify", &whole.cid]).await.expect(0);

    // The gateway by itself finds the same.
    let said = person.run(&["verify", "--all"]).await.expect(6);
    for (cid, (name, _)) in damaged.iter().zip(DAMAGES) {
        assert!(said.text().contains(cid.as_str()), "{name}: {}", said.text());
    }
    assert!(!said.text().contains(&whole.cid), "{}", said.text());
}

#[tokio::test]
async fn a_damaged_statement_is_named_in_its_first_and_in_a_later_revision() {
    let gateway = Gateway::start().await;
    let person = Person::logged_in(&gateway).await;
    let client = Client::admin(&gateway).await;
    let first = client.store("first", "content").await;
    let later = client.store("later", "content").await;
    let patch = client.request(Method::PATCH, &format!("/v1/files/{}", later.cid));
    let _ = Answer::to(patch.json(&json!({"name": "again"}))).await.expect(200);
    let _ = person.run(&["verify"]).await.expect(0);

    spoil(&gateway.home().object_file(&first.id), |content| {
        let in_statement = content.len() - 400;
        content[in_statement] ^= 1;
    });
    spoil(&revision_of(&gateway, &later), |content| {
        let in_statement = content.len() - 400;
        content[in_statement] ^= 1;
    });
    let said = person.run(&["verify", "--json"]).await.expect(6).json();
    assert!(said.iter().all(|line| !line["problem"].is_null()), "{said:?}");
}

fn revision_of(gateway: &Gateway, stored: &Stored) -> PathBuf {
    let name = format!("{}.rev.car", stored.id);
    gateway.home().object_file(&stored.id).with_file_name(name)
}

#[tokio::test]
async fn who_cannot_ask_is_told_so_and_one_unknown_file_keeps_no_other_from_being_checked() {
    let gateway = Gateway::start().await;
    let stranger = Person::new(&gateway);
    let server = gateway.url("");
    let _ = stranger.run(&["verify", "--server", &server]).await.expect(3);
    let person = Person::logged_in(&gateway).await;
    let stored = Client::admin(&gateway).await.store("known", "content").await;
    let said = person.run(&["verify", super::UNKNOWN, &stored.cid]).await.expect(4);
    assert!(said.text().contains(&stored.cid), "{}", said.text());
    assert!(said.stderr.contains(super::UNKNOWN), "{}", said.stderr);
    let (_, _home) = gateway.stop().await;
    let _ = person.run(&["verify"]).await.expect(5);
}

#[tokio::test]
async fn a_transfer_that_was_cut_once_is_no_damage() {
    let gateway = Gateway::start().await;
    let detour = Detour::to(gateway.address()).await;
    let server = detour.instead_of(gateway.address(), &gateway.url(""));
    let person = Person { server, ..Person::new(&gateway) };
    person.log_in(&gateway).await;
    let stored = Client::admin(&gateway).await.store("file", bytes(3, 3_000_000)).await;
    detour.next([Fate::CutAfter(1_000_000)]);
    let said = person.run(&["verify", "--json", &stored.cid]).await.expect(0).json();
    assert!(said[0]["problem"].is_null(), "{said:?}");
    let blocks = detour.asked().iter().filter(|asked| asked.contains("format=car")).count();
    assert_eq!(blocks, 2, "it was cut and asked for again");
}
