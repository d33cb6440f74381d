//! Objects without a gateway: the libraries alone, put together as an upload puts them together.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use cidlock_crypto::chunked::{DataKey, Sealed, Sealer};
use cidlock_crypto::key_set::KeySet;
use cidlock_crypto::statement::Statement;
use cidlock_crypto::{ObjectId, Permissions, Realm, UnixTime};
use cidlock_ipfs_client::Cid;
use cidlock_ipfs_client::conformance::Subject;
use cidlock_ipfs_client::dag::DagParams;
use cidlock_ipfs_client::engine::{Embedded, Engine, ObjectRef};
use cidlock_ipfs_client::pin::PinName;
use cidlock_ipfs_client::staging::{Limits, StagedContent, StagingArea};
use futures::TryStreamExt as _;
use tempfile::TempDir;

/// More than any test stages.
const ROOM: Limits = Limits { max_bytes: 16 << 30 };

/// An embedded engine and its staging area in a temporary directory.
#[derive(Debug)]
pub struct Shelf {
    engine: Embedded,
    staging: StagingArea,
    directory: TempDir,
}

impl Shelf {
    /// An empty one, whose objects are cut by `params`.
    ///
    /// # Panics
    /// Without a temporary directory.
    pub async fn new(params: DagParams) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let staging = StagingArea::open(directory.path().join("staging"), ROOM, params).await;
        let engine = Embedded::open(directory.path().join("objects"), params).await;
        Self {
            engine: engine.expect("an engine opens in an empty directory"),
            staging: staging.expect("an area opens in an empty directory"),
            directory,
        }
    }

    /// What the conformance suite runs on, and what must outlive it.
    #[must_use]
    pub fn into_subject(self) -> (Subject, TempDir) {
        let Self { engine, staging, directory } = self;
        (Subject { engine: Arc::new(engine), staging }, directory)
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &Embedded {
        &self.engine
    }

    /// The file of an object, which is its CAR.
    #[must_use]
    pub fn path_of(&self, object: &ObjectRef) -> PathBuf {
        self.engine.path_of(object.name())
    }

    /// Stages a content as it comes.
    ///
    /// # Panics
    /// If that fails.
    pub async fn stage(&self, name: &str, content: impl Iterator<Item = Bytes>) -> StagedContent {
        let name = PinName::parse(name).expect("the name of a pin");
        let mut writer = self.staging.begin(name).await.expect("a staging file can be made");
        for piece in content {
            writer.write(piece).await.expect("a content can be staged");
        }
        writer.finish().await.expect("a content can be staged")
    }

    /// Has the engine keep a staged content, with the members beside it.
    ///
    /// # Panics
    /// If it does not.
    pub async fn keep(&self, content: StagedContent, members: &[(&str, Bytes)]) -> ObjectRef {
        let ingest = self.engine.ingest(content.follow()).await.expect("an engine takes objects");
        let car = content.complete(members).await.expect("an object can be completed");
        let (content, content_len) = (car.content(), car.content_len());
        let pinned = ingest.commit(car).await.expect("an engine pins what it was given");
        ObjectRef { pin: pinned.pin().clone(), content, content_len }
    }

    /// Bytes of a kept content.
    ///
    /// # Panics
    /// If the engine does not give them.
    pub async fn read(&self, object: &ObjectRef, range: Range<u64>) -> Vec<u8> {
        let stream = self.engine.read(object, range).await.expect("a kept object can be read");
        let batches: Vec<Bytes> = stream.try_collect().await.expect("a kept object can be read");
        batches.concat()
    }
}

/// Seals a stream; the ciphertext comes in pieces, as an upload would get them.
pub fn sealed<P: Iterator<Item = Bytes>>(
    key: &DataKey,
    mut plaintext: P,
) -> impl Iterator<Item = Bytes> + use<P> {
    let mut sealer = Some(Sealer::new(key).expect("the system gives a salt"));
    std::iter::from_fn(move || {
        let mut out = Vec::new();
        if let Some(piece) = plaintext.next() {
            let sealing = sealer.as_mut().expect("a sealer is finished once");
            sealing.seal(&piece, &mut out).expect("plaintext of a sane length can be sealed");
        } else {
            let _receipt = sealer.take()?.finish(&mut out).expect("a message can be ended");
        }
        Some(out.into())
    })
}

/// What there is to be said about a sealed stream that was staged as the content `cid`.
///
/// # Panics
/// If the system gives no id.
#[must_use]
pub fn statement(key: &DataKey, cid: Cid, sealed: &Sealed) -> Statement {
    let now = UnixTime(1_800_000_000);
    Statement {
        id: ObjectId::generate(now.0 * 1000).expect("the system gives an id"),
        rev: 1,
        cid: cid.to_string(),
        size: sealed.plaintext_len(),
        permissions: Permissions::ALL,
        expires_at: None,
        issued_at: now,
        data_key: key.clone(),
        name: "a file".to_owned(),
        media_type: "text/plain".to_owned(),
        sha256: sealed.sha256(),
        owner: "nobody".to_owned(),
        created: now,
        meta: BTreeMap::new(),
    }
}

/// The keys of a realm that is nobody's.
///
/// # Panics
/// If the system gives none.
#[must_use]
pub fn key_set() -> KeySet {
    let realm = Realm::parse("https://cidlock.test").expect("a realm");
    KeySet::generate(realm, UnixTime(1_800_000_000)).expect("the system gives keys")
}

/// The ciphertext of a whole plaintext, in memory, and its receipt.
#[must_use]
pub fn seal(key: &DataKey, plaintext: &[u8]) -> (Vec<u8>, Sealed) {
    let mut sealer = Sealer::new(key).expect("the system gives a salt");
    let mut ciphertext = Vec::new();
    sealer.seal(plaintext, &mut ciphertext).expect("plaintext of a sane length can be sealed");
    let receipt = sealer.finish(&mut ciphertext).expect("a message can be ended");
    (ciphertext, receipt)
}
