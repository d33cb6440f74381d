//! Faults of clients, of disks and of clocks: each has an answer that is documented, leaves nothing
//! behind, and is followed by work as usual. (What belongs to one call alone is tested with it.)

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

mod clock;
mod disk;
mod gone;
mod requests;

use cidlock::store::{PageLimit, Store as _};
use cidlock_tests::client::{Answer, Client};
use cidlock_tests::gateway::{Gateway, Shared};
use cidlock_tests::wait;

/// As it comes.
static GATEWAY: Shared = Shared::new("");

/// Nothing is staged, every pin is a file's, and there is work as usual.
async fn assert_sound(gateway: &Gateway, told: &str) {
    let admin = Client::admin(gateway).await;
    wait::until(format!("nothing to be staged ({told})"), async || {
        gateway.home().staging_files().is_empty().then_some(())
    })
    .await;
    wait::until(format!("every pin to be a file's ({told})"), async || {
        // Others may be storing meanwhile.
        let files = admin.cids().await.len();
        (gateway.home().object_files().len() == files).then_some(())
    })
    .await;
    let file = admin.store("as usual", "content").await;
    let read = Answer::to(admin.get(&format!("/files/{}", file.cid))).await.expect(200);
    assert_eq!(read.body, b"content", "{told}");
}

/// The same, and a stop after which no upload is recorded as begun.
async fn assert_sound_to_the_end(gateway: Gateway, told: &str) {
    assert_sound(&gateway, told).await;
    let (status, home) = gateway.stop().await;
    assert_eq!(status.code(), Some(0), "{told}");
    let catalog = home.catalog().await;
    assert!(catalog.intents(None, PageLimit::MAX).await.unwrap().is_empty(), "{told}");
    catalog.close().await;
}
