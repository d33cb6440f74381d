//! What a gateway writes down, in its data directory and in its log, holds nothing of what it was
//! trusted with: markers in all of that go on a whole journey, with every error on the way, and are
//! looked for afterwards in every spelling. Nor does what it sends to a node.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

mod journey;
mod markers;

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::gateway::{Gateway, files_below};
use cidlock_tests::kubo::{Node, Relay, setting};
use cidlock_tests::wait;
use serde_json::json;

use markers::Markers;

#[tokio::test]
async fn nothing_that_was_entrusted_is_in_the_data_directory_or_in_the_log_at_any_level() {
    for toml in ["[log]\nfilter = 'trace'\n", "[log]\nfilter = 'trace'\njson = true\n"] {
        let gateway = Gateway::start_with(toml).await;
        let mut markers = Markers::new();
        let damage =
            |file: &Stored| fs::write(gateway.home().object_file(&file.id), b"damaged").unwrap();
        let upload = journey::make(&gateway, &mut markers, damage).await;

        let mut search = markers.search();
        // In the middle of an upload, and with SQLite's log as a kill leaves it.
        assert_eq!(gateway.home().staging_files().len(), 1, "an upload is on its way");
        let home = gateway.kill();
        drop(upload);
        assert!(home.data().join("catalog.db-wal").metadata().unwrap().len() > 0);
        let found = search.files(&home.data());
        assert!(found.is_empty(), "{found:#?}");

        // These have a file of their own, and no other place.
        search.add("the admin's secret", home.admin_secret());
        let keys = fs::read(home.data().join("keys.json")).unwrap();
        let keys: serde_json::Value = serde_json::from_slice(&keys).unwrap();
        for key in keys["keys"].as_array().unwrap() {
            for member in ["d", "k"].iter().filter_map(|name| key[name].as_str()) {
                search.add("a key", member);
            }
        }
        let log = home.log();
        for source in ["DEBUG", "sqlx::query", "cidlock::request", "cidlock::phase"] {
            assert!(log.contains(source), "the log has all there is, and no {source}");
        }
        assert!(log.contains("internal error"), "an error of ours was among it");
        let found = search.bytes("the log", log.as_bytes());
        assert!(found.is_empty(), "{found:#?}");
        // No token's beginning, no other credential, no hash of a password.
        for beginning in ["eyJ", "Basic ", "$argon2id$"] {
            let lines: Vec<&str> = log.lines().filter(|line| line.contains(beginning)).collect();
            assert!(lines.is_empty(), "{beginning}: {lines:#?}");
        }
        let elsewhere = files_below(&home.data())
            .into_iter()
            .filter(|path| !["keys.json", "admin.secret"].iter().any(|name| path.ends_with(name)));
        for path in elsewhere {
            let found = search.bytes(&path.display().to_string(), &fs::read(&path).unwrap());
            assert!(found.is_empty(), "{found:#?}");
        }
        find_planted(&markers, &home.data(), &log);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_entrusted_crosses_to_a_node() {
    let node = Node::start().await;
    let relay = Relay::to(&node).await;
    let gateway = Gateway::start_with(&format!(
        "[engine]\nkind = 'kubo'\nretry_interval_s = 1\nrepair_interval_s = 1\n\
         [kubo]\nnodes = '{}'\n",
        setting([&relay.address("a")]),
    ))
    .await;
    let mut markers = Markers::new();
    let damage = |file: &Stored| node.repo().flip_block(&file.cid.parse().unwrap());
    let upload = journey::make(&gateway, &mut markers, damage).await;
    let admin = Client::admin(&gateway).await;
    let stored = admin.store("also this", markers.make("another content").repeat(10)).await;
    let name = markers.make("another name");
    admin.change(&stored.cid, &json!({ "name": name })).await;
    let _begun = Answer::to(admin.post("/v1/admin/scrub")).await.expect(202);
    let path = format!("/v1/files/{}", stored.cid);
    let _gone = Answer::to(admin.delete(&path)).await.expect(200);
    drop(upload);

    let mut search = markers.search();
    search.add("the admin's secret", gateway.home().admin_secret());
    let asks = |call: &str| relay.asked().iter().any(|line| line.contains(call));
    // The last of it: whether the blocks of what was deleted are gone.
    wait::until("a question about blocks", async || asks("block/stat").then_some(())).await;
    for call in ["dag/import", "pin/add", "pin/update", "pin/rm", "pin/ls", "GET /ipfs/"] {
        assert!(asks(call), "{call}: {:#?}", relay.asked());
    }
    let sent = relay.sent().concat();
    assert!(sent.len() > 100_000, "contents went that way, in ciphertext: {}", sent.len());
    let found = search.bytes("what was sent to the node", &sent);
    assert!(found.is_empty(), "{found:#?}");
    for (what, marker) in markers.all() {
        let planted = [&sent[..], STANDARD.encode(format!("x{marker}")).as_bytes()].concat();
        let found = search.bytes("", &planted);
        assert!(
            found.iter().any(|found| found.starts_with(what)),
            "{what} is found if it is there"
        );
    }
}

/// The same search finds what was planted where it found nothing.
fn find_planted(markers: &Markers, data: &Path, log: &str) {
    let search = markers.search();
    for (what, marker) in markers.all() {
        for before in ["", "x", "xy"] {
            let around = format!("{before}{marker}z");
            let hex: String = around.bytes().map(|byte| format!("{byte:02x}")).collect();
            let percent: String = around.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let upper = hex.to_ascii_uppercase();
            let base64 = [STANDARD.encode(&around), URL_SAFE.encode(&around)];
            for text in [around, hex, upper, percent].into_iter().chain(base64) {
                let mut noise = vec![0xa5; 5000];
                noise.splice(1234..1234, text.bytes());
                let planted = search.bytes("", &noise);
                assert!(planted.iter().any(|found| found.starts_with(what)), "{what}: {text}");
            }
        }
    }
    let copy = tempfile::tempdir().unwrap();
    for path in files_below(data) {
        let target = copy.path().join(path.strip_prefix(data).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&path, target).unwrap();
    }
    assert!(search.files(copy.path()).is_empty());
    let (what, marker) = markers.all().next().unwrap();
    let planted = copy.path().join("objects").join("planted.car");
    fs::write(planted, STANDARD.encode(format!("in a file: {marker}"))).unwrap();
    let found = search.files(copy.path());
    assert!(!found.is_empty() && found.iter().all(|found| found.starts_with(what)), "{found:#?}");
    let log = format!("{log}\n INFO name={marker:?}\n");
    assert_eq!(search.bytes("the log", log.as_bytes()).len(), 1);
}
