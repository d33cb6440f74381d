//! What was sent and what was acknowledged, over all rounds, and what has to be there because of it.

use std::collections::{BTreeMap, BTreeSet};

use cidlock::store::{PageLimit, Store as _};
use cidlock_tests::client::{Answer, Client};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Gateway, Home};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A file's content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct File {
    pub(crate) seed: u64,
    pub(crate) len: usize,
}

/// What one round's clients did.
#[derive(Debug, Default)]
pub(crate) struct Work {
    begun: Vec<File>,
    /// With the CID and the id that were answered.
    acknowledged: Vec<(File, String, String)>,
}

impl Work {
    pub(crate) fn begin(&mut self, file: File) {
        self.begun.push(file);
    }

    pub(crate) fn acknowledge(&mut self, file: File, cid: String, id: String) {
        self.acknowledged.push((file, cid, id));
    }

    pub(crate) fn acknowledged_ids(&self) -> BTreeSet<String> {
        self.acknowledged.iter().map(|(_, _, id)| id.clone()).collect()
    }
}

/// All rounds' work.
#[derive(Debug, Default)]
pub(crate) struct Account {
    acknowledged: BTreeMap<String, File>,
    /// The digests of all contents that were ever begun.
    begun: BTreeSet<String>,
    unasked: usize,
}

impl Account {
    pub(crate) fn add(&mut self, work: Work) {
        self.begun.extend(work.begun.iter().map(|file| hex(&bytes(file.seed, file.len))));
        self.acknowledged.extend(work.acknowledged.into_iter().map(|(file, cid, _)| (cid, file)));
    }

    /// How many files must be there.
    pub(crate) fn acknowledged(&self) -> usize {
        self.acknowledged.len()
    }

    /// How many were there that need not have been.
    pub(crate) fn unasked(&self) -> usize {
        self.unasked
    }

    /// Starts a gateway over what a kill left, looks at all of it, and stops it again.
    pub(crate) async fn check(&mut self, killed: Home, told: &str) -> Home {
        let gateway = Gateway::start_in(killed).await;
        assert!(gateway.home().staging_files().is_empty(), "{told}: something is still staged");
        let admin = Client::admin(&gateway).await;
        let files = all_files(&admin).await;

        let pins = gateway.home().object_files();
        let pins = pins.iter().map(|path| path.file_stem().unwrap().to_str().unwrap());
        let pins: BTreeSet<&str> = pins.collect();
        let known: BTreeSet<&str> = files.values().map(|file| text(file, "id")).collect();
        assert_eq!(pins, known, "{told}: what is pinned is what there is");

        for cid in self.acknowledged.keys() {
            assert!(files.contains_key(cid), "{told}: an acknowledged file is gone");
        }
        for (cid, file) in &files {
            let read = Answer::to(admin.get(&format!("/files/{cid}"))).await.expect(200);
            let digest = hex(&read.body);
            assert_eq!(digest, text(file, "sha256"), "{told}: a file is not what it says");
            match self.acknowledged.get(cid) {
                Some(File { seed, len }) => {
                    assert_eq!(digest, hex(&bytes(*seed, *len)), "{told}: a file has changed");
                }
                None => assert!(self.begun.contains(&digest), "{told}: nobody sent this file"),
            }
        }
        self.unasked = files.len() - self.acknowledged.len();

        let (status, home) = gateway.stop().await;
        assert_eq!(status.code(), Some(0), "{told}");
        let catalog = home.catalog().await;
        let intents = catalog.intents(None, PageLimit::MAX).await.unwrap();
        assert!(intents.is_empty(), "{told}: {intents:?} was neither finished nor forgotten");
        catalog.close().await;
        home
    }
}

/// All files by their CIDs, page by page.
async fn all_files(client: &Client) -> BTreeMap<String, Value> {
    let mut files = BTreeMap::new();
    let mut target = "/v1/files?limit=500".to_owned();
    loop {
        let page = Answer::to(client.get(&target)).await.expect(200).json();
        for file in page["items"].as_array().unwrap() {
            files.insert(text(file, "cid").to_owned(), file.clone());
        }
        let Some(next) = page["next"].as_str() else { return files };
        target = format!("/v1/files?limit=500&cursor={next}");
    }
}

fn text<'a>(file: &'a Value, member: &str) -> &'a str {
    file[member].as_str().unwrap()
}

fn hex(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}
