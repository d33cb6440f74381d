//! Starts with a key set that is not as it should be. None makes new keys.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use cidlock_crypto::key_set::KeySet;
use cidlock_crypto::{Realm, UnixTime};
use cidlock_tests::client::{Answer, Client};
use cidlock_tests::command::Said;
use cidlock_tests::forge::key_set;
use cidlock_tests::gateway::{Gateway, Home};

use crate::{secret_members, serve};

/// `cidlock serve` in `home`, which must not come about: it ends with `code`, says `words` on
/// standard error and nothing on standard output, and leaves the key set as it was.
#[track_caller]
fn assert_refused(
    home: &Home,
    said: &Said,
    before: &BTreeMap<String, Vec<u8>>,
    code: i32,
    words: &[&str],
) {
    let stderr = &said.stderr;
    assert_eq!((said.code, said.text().as_str()), (Some(code), ""), "{stderr}");
    assert!(stderr.contains("cidlock: "), "{stderr}");
    for word in words {
        assert!(stderr.contains(word), "no {word:?} in: {stderr}");
    }
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert!(!home.data().join("serve.address").exists());
    assert_eq!(&secrets_in(home), before, "keys and secrets are as they were");
}

/// What the data directory has beside the catalog and the objects.
fn secrets_in(home: &Home) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(home.data()).expect("there is a data directory");
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let ours = names.filter(|name| !name.starts_with("catalog") && name != "lock");
    ours.map(|name| {
        let content = fs::read(home.data().join(&name)).unwrap_or_default();
        (name, content)
    })
    .collect()
}

#[tokio::test]
async fn a_key_set_that_cannot_be_used_keeps_a_gateway_from_starting() {
    let gateway = Gateway::start().await;
    let file = Client::admin(&gateway).await.store("a", "content").await;
    let (_, home) = gateway.stop().await;
    let path = home.data().join("keys.json");
    let good = fs::read(&path).unwrap();
    let other_realm = KeySet::generate(Realm::parse("urn:uuid:other").unwrap(), UnixTime(1));
    let other_realm = other_realm.unwrap().to_json().as_bytes().to_vec();
    let [mut without_keks, mut repeated] = [key_set(&home), key_set(&home)];
    without_keks["keys"].as_array_mut().unwrap().retain(|key| key["purpose"] != "kek");
    let keys = repeated["keys"].as_array_mut().unwrap();
    keys.push(keys[0].clone());
    let [without_keks, repeated] = [without_keks, repeated].map(|set| set.to_string().into_bytes());
    let too_long = vec![b' '; 2 << 20];
    let half = &good[..good.len() / 2];
    for (case, found, words) in [
        ("gone", Found::Nothing, &["is missing", "backup"][..]),
        ("a link to nowhere", Found::LinkToNowhere, &["is missing", "backup"]),
        ("a directory", Found::Directory, &["cannot read", "keys.json"]),
        ("empty", Found::File(b"", 0o600), &["is not usable"]),
        ("garbage", Found::File(b"\0\xffgarbage", 0o600), &["is not usable"]),
        ("half of it", Found::File(half, 0o600), &["is not usable"]),
        ("too long", Found::File(&too_long, 0o600), &["larger than any key set"]),
        ("without a purpose", Found::File(&without_keks, 0o600), &["is not usable", "kek"]),
        ("a key twice", Found::File(&repeated, 0o600), &["is not usable"]),
        ("readable by its group", Found::File(&good, 0o640), &["by others", "chmod 600"]),
        ("readable by all", Found::File(&good, 0o644), &["by others", "chmod 600"]),
        ("of another realm", Found::File(&other_realm, 0o600), &["do not belong together"]),
    ] {
        println!("{case}");
        found.put_at(&path);
        let before = secrets_in(&home);
        let said = serve(&home).await;
        assert_refused(&home, &said, &before, 1, words);
        for secret in secret_members(&good) {
            assert!(!said.stderr.contains(&secret), "{case}: a key is shown");
        }
    }
    Found::File(&good, 0o600).put_at(&path);
    let gateway = Gateway::start_in(home).await;
    let read = Answer::to(Client::admin(&gateway).await.get(&format!("/files/{}", file.cid))).await;
    assert_eq!(read.expect(200).body, b"content");
}

/// What a gateway may find where its key set should be.
enum Found<'a> {
    Nothing,
    LinkToNowhere,
    Directory,
    /// A file with a content and a mode.
    File(&'a [u8], u32),
}

impl Found<'_> {
    fn put_at(&self, path: &Path) {
        // Of the two, one is what was there before.
        let _ = fs::remove_file(path);
        let _ = fs::remove_dir(path);
        match self {
            Self::Nothing => {}
            Self::LinkToNowhere => symlink("/nowhere/keys.json", path).unwrap(),
            Self::Directory => {
                fs::create_dir(path).unwrap();
                fs::set_permissions(path, Permissions::from_mode(0o700)).unwrap();
            }
            Self::File(content, mode) => {
                fs::write(path, content).unwrap();
                fs::set_permissions(path, Permissions::from_mode(*mode)).unwrap();
            }
        }
    }
}

#[tokio::test]
async fn a_realm_is_chosen_once() {
    let gateway = Gateway::start_with("[tokens]\nrealm = 'https://files.example'\n").await;
    assert_eq!(key_set(gateway.home())["realm"], "https://files.example");
    let (_, home) = gateway.stop().await;
    home.configure("[tokens]\nrealm = 'https://other.example'\n");
    let before = secrets_in(&home);
    let said = serve(&home).await;
    let words = ["https://files.example", "https://other.example"];
    assert_refused(&home, &said, &before, 1, &words);
    home.configure("");
    let gateway = Gateway::start_in(home).await;
    Client::admin(&gateway).await.store("a", "content").await;
}
