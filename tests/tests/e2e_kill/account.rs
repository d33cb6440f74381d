//! What was sent and what was acknowledged, over all rounds, and what has to be there because of it.

use std::collections::{BTreeMap, BTreeSet};

use cidlock::store::{PageLimit, Store as _};
use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Gateway, Home};
use cidlock_tests::wait;
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
    /// What was acknowledged, by its id.
    stored: BTreeMap<String, (String, File)>,
    /// The CIDs of what was to be deleted.
    deleting: BTreeSet<String>,
    /// What was acknowledged of that, by its id.
    deleted: BTreeMap<String, String>,
}

impl Work {
    pub(crate) fn begin(&mut self, file: File) {
        self.begun.push(file);
    }

    pub(crate) fn stored(&mut self, file: File, stored: &Stored) {
        self.stored.insert(stored.id.clone(), (stored.cid.clone(), file));
    }

    pub(crate) fn begin_deletion(&mut self, stored: &Stored) {
        self.deleting.insert(stored.cid.clone());
    }

    pub(crate) fn deleted(&mut self, stored: &Stored) {
        self.deleted.insert(stored.id.clone(), stored.cid.clone());
    }

    /// Whether its upload is over.
    pub(crate) fn is_stored(&self, id: &str) -> bool {
        self.stored.contains_key(id)
    }

    /// Whether its deletion is over.
    pub(crate) fn is_deleted(&self, id: &str) -> bool {
        self.deleted.contains_key(id)
    }
}

/// All rounds' work.
#[derive(Debug, Default)]
pub(crate) struct Account {
    /// What must be there, by its CID.
    acknowledged: BTreeMap<String, File>,
    /// The digests of all contents that were ever begun.
    begun: BTreeSet<String>,
    /// What may be there or not, until the next gateway has decided it.
    deleting: BTreeSet<String>,
    /// What must never be there again.
    deleted: BTreeSet<String>,
    stored: usize,
    deletions: usize,
    unasked: usize,
}

impl Account {
    pub(crate) fn add(&mut self, work: Work) {
        self.begun.extend(work.begun.iter().map(|file| hex(&bytes(file.seed, file.len))));
        self.stored += work.stored.len();
        self.deletions += work.deleted.len();
        self.acknowledged.extend(work.stored.into_values());
        self.deleted.extend(work.deleted.into_values());
        self.deleting.extend(work.deleting);
    }

    /// How many files and deletions were acknowledged, and how many files were there in the end that
    /// need not have been.
    pub(crate) fn totals(&self) -> (usize, usize, usize) {
        (self.stored, self.deletions, self.unasked)
    }

    /// Starts a gateway over what a kill left, looks at all of it, and stops it again.
    pub(crate) async fn check(&mut self, killed: Home, told: &str) -> Home {
        let gateway = Gateway::start_in(killed).await;
        assert!(gateway.home().staging_files().is_empty(), "{told}: something is still staged");
        let admin = Client::admin(&gateway).await;
        let files = all_files(&admin).await;

        let known: BTreeSet<String> =
            files.values().map(|file| text(file, "id").to_owned()).collect();
        // Deletions that were begun are brought to their end while the gateway serves already.
        wait::until(format!("what is pinned to be what there is ({told})"), async || {
            let pins = gateway.home().object_files();
            let pins = pins.iter().map(|path| path.file_stem().unwrap().to_str().unwrap());
            (pins.map(str::to_owned).collect::<BTreeSet<_>>() == known).then_some(())
        })
        .await;

        for cid in std::mem::take(&mut self.deleting) {
            if !files.contains_key(&cid) {
                self.acknowledged.remove(&cid);
                self.deleted.insert(cid);
            }
        }
        for cid in self.acknowledged.keys() {
            assert!(files.contains_key(cid), "{told}: an acknowledged file is gone");
        }
        for cid in &self.deleted {
            assert!(!files.contains_key(cid), "{told}: a deleted file is back");
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
        for pending in catalog.pending_deletions(None, PageLimit::MAX).await.unwrap() {
            let cid = pending.cid.to_string();
            assert!(self.deleted.contains(&cid), "{told}: {pending:?} is not wanted");
        }
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
