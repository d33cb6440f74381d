//! Transfers that do not come to their end.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::process::Stdio;

use cidlock_tests::client::Client;
use cidlock_tests::command::{self, Running};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Gateway, place_in_object_file};
use cidlock_tests::wait;
use rustix::process::Signal;
use serde_json::Value;

use crate::{GATEWAY, Person};

#[tokio::test]
async fn a_download_that_is_damaged_brings_no_wrong_byte() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let size = 3_000_000_u64;
    let visitor = Person::new(&gateway);
    let mut kept = Vec::new();
    for damaged in [2_500_000, 0] {
        let file = admin.store("a.bin", bytes(7, usize::try_from(size).unwrap())).await;
        let object = gateway.home().object_file(&file.id);
        let object = OpenOptions::new().write(true).open(object).unwrap();
        object.write_all_at(&[0; 8], place_in_object_file(size, damaged)).unwrap();
        // It goes on after the cut, and is told why that is of no use.
        let error = visitor.failure(&["get", &file.url], 5, "internal").await;
        assert_eq!(error["status"], 500);
        let said = visitor.run(&["get", &file.url, "-o", "-"]).await.expect(5);
        assert!(said.stdout.len() < 2_500_000, "{}", said.stdout.len());
        assert!(bytes(7, said.stdout.len()) == said.stdout, "no wrong byte");
        kept.push(said.stdout);
    }
    let parts = visitor.files();
    assert_eq!(parts.len(), 1, "a beginning is kept, if there is one: {parts:?}");
    assert!(visitor.read(&parts[0]) == kept[0]);
}

#[tokio::test]
async fn an_upload_that_is_interrupted_leaves_nothing() {
    let gateway = Gateway::start().await;
    let person = Person::logged_in(&gateway).await;
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut put = person.command(&["put", "-", "--name", "never"]);
        put.stdin(Stdio::piped());
        let mut running = Running::start(put);
        let mut input = running.input();
        input.write_all(&bytes(8, 60_000)).unwrap();
        wait::until("the upload to begin", async || {
            (!gateway.home().staging_files().is_empty()).then_some(())
        })
        .await;
        running.signal(signal);
        let said = running.ended().await.expect(code);
        assert_eq!(said.text(), "");
        wait::until("nothing to be left of the upload", async || {
            gateway.home().staging_files().is_empty().then_some(())
        })
        .await;
        drop(input);
    }
    assert_eq!(person.run(&["ls", "--json"]).await.expect(0).text(), "");
    assert!(gateway.home().object_files().is_empty());
}

#[tokio::test]
async fn an_upload_that_is_too_large_says_so_however_fast_it_is_sent() {
    let gateway = Gateway::start_with("[limits]\nmax_file_bytes = 100000\n").await;
    let person = Person::logged_in(&gateway).await;
    let content = bytes(8, 20 << 20);
    let path = person.write("large.bin", &content);
    for _ in 0..5 {
        let put = person.command(&["put", "-", "--json"]);
        let piped = command::run_with_input(put, content.clone()).await;
        let declared = person.run(&["put", path.to_str().unwrap(), "--json"]).await;
        for said in [piped, declared] {
            let error: Value = serde_json::from_str(&said.expect(1).stderr).unwrap();
            assert_eq!(error["error"]["code"], "too_large", "{error}");
        }
    }
    assert!(gateway.home().staging_files().is_empty());
}
