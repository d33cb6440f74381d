//! Clients that are gone while the gateway is in the middle of their uploads.

use std::thread;

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Gateway, Home, OneLine};
use cidlock_tests::wait;
use cidlock_tests::wire::Wire;

use crate::assert_sound_to_the_end;

const LEN: usize = 1_200_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_gone_in_any_phase_leaves_a_whole_file_or_none() {
    for phase in ["body", "statement", "intent", "commit", "row", "reply"] {
        let (mut log, errors) = OneLine::new();
        let home = Home::configured("[log]\njson = true\nfilter = 'warn,cidlock::phase=debug'\n");
        let gateway = Gateway::start_logging_to(home, errors).await;
        let admin = Client::admin(&gateway).await;
        let content = bytes(1, LEN);
        let mut wire = Wire::open(gateway.address()).await;
        wire.send(admin.upload_head("gone", &format!("Content-Length: {LEN}"))).await;
        let sent = if phase == "body" { LEN / 2 } else { LEN };
        wire.send(&content[..sent]).await;
        let named = format!(r#""phase":"{phase}""#);
        let entered = tokio::task::spawn_blocking(move || {
            let found = log.take_until(|line| line.contains(&named));
            (log, found)
        });
        let (mut log, found) = entered.await.unwrap();
        assert!(found, "{phase} was entered");
        drop(wire);
        // Until now the gateway could not leave the phase.
        let rest = thread::spawn(move || while log.take().is_some() {});

        wait::until(format!("an upload to be over ({phase})"), async || {
            let files = admin.cids().await.len();
            let over = gateway.home().staging_files().is_empty()
                && gateway.home().object_files().len() == files
                && (files == 1 || !["row", "reply"].contains(&phase));
            over.then_some(())
        })
        .await;
        let files = admin.cids().await;
        assert!(phase != "body" || files.is_empty(), "half a body is no file");
        for cid in files {
            let read = Answer::to(admin.get(&format!("/files/{cid}"))).await.expect(200);
            assert!(read.body == content, "{phase}");
        }
        assert_sound_to_the_end(gateway, phase).await;
        rest.join().unwrap();
    }
}
