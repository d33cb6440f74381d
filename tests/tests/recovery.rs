//! The lines in `docs/recovery.md`, as they stand there, bring an object back from its blocks and
//! the key set alone.

use std::fs;
use std::path::{Path, PathBuf};

use cidlock_crypto::chunked::{CHUNK_LEN, DataKey};
use cidlock_ipfs_client::Cid;
use cidlock_ipfs_client::dag::DagParams;
use cidlock_ipfs_client::engine::ObjectRef;
use cidlock_tests::client::Client;
use cidlock_tests::gateway::Gateway;
use cidlock_tests::kubo::Repo;
use cidlock_tests::shelf::{self, Shelf};
use cidlock_tests::{content, python};
use tempfile::TempDir;

#[tokio::test]
async fn a_file_that_a_gateway_kept_comes_back() {
    let gateway = Gateway::start().await;
    let plaintext = content::bytes(1, 3 * 1024 * 1024 + 5);
    let stored = Client::admin(&gateway).await.store("notes.txt", plaintext.clone()).await;
    let (_, home) = gateway.stop().await;
    let root = stored.json["root"].as_str().unwrap().parse().unwrap();
    let desk = Desk::new(&home.object_file(&stored.id), root);
    let said = desk.recover(&home.data().join("keys.json")).unwrap();
    assert!(said.contains("'notes.txt'"), "{said}");
    assert_eq!(desk.recovered().unwrap(), plaintext);
}

#[tokio::test]
async fn objects_around_every_edge_come_back() {
    let mib = 1 << 20;
    for len in content::around([0, CHUNK_LEN as u64, 64 * CHUNK_LEN as u64, mib]) {
        let object = Object::keep(&content::bytes(len, len as usize)).await;
        let desk = Desk::new(&object.file(), object.kept.root());
        desk.recover(&object.key_set()).unwrap_or_else(|said| panic!("{len} bytes: {said}"));
        assert_eq!(desk.recovered().unwrap(), content::bytes(len, len as usize), "{len} bytes");
    }
}

#[tokio::test]
async fn an_altered_content_does_not_come_back() {
    let object = Object::keep(&content::bytes(1, 2 * CHUNK_LEN)).await;
    let desk = Desk::new(&object.file(), object.kept.root());
    let content = desk.object().join("content");
    let stored = fs::read(&content).unwrap();
    let cut = stored[..stored.len() - 16].to_vec();
    let mut flipped = stored.clone();
    flipped[stored.len() / 2] ^= 1;
    for altered in [cut, flipped] {
        fs::write(&content, altered).unwrap();
        desk.recover(&object.key_set()).unwrap_err();
        assert_eq!(desk.recovered(), None);
    }
}

#[tokio::test]
async fn an_object_of_another_realm_does_not_come_back() {
    let [object, other] = [Object::keep(b"ours").await, Object::keep(b"theirs").await];
    let desk = Desk::new(&object.file(), object.kept.root());
    desk.recover(&other.key_set()).unwrap_err();
    assert_eq!(desk.recovered(), None);
}

/// Where somebody sits with a node that has the blocks, a key set, and the documentation.
struct Desk {
    directory: TempDir,
}

impl Desk {
    /// Follows the page to the point at which Python is needed.
    fn new(car: &Path, root: Cid) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let desk = Self { directory };
        let node = Repo::new();
        assert!(node.import(&[car.to_owned()]).contains(&root), "Kubo pins the root");
        node.get(&root.to_string(), &desk.object());
        desk
    }

    fn object(&self) -> PathBuf {
        self.directory.path().join("object")
    }

    /// Runs the lines; what they said.
    fn recover(&self, key_set: &Path) -> Result<String, String> {
        let (object, output) = (self.object(), self.output());
        let arguments = [key_set, object.as_path(), output.as_path()];
        python::run_lines(
            &python::documented_lines("recovery.md"),
            &arguments,
            self.directory.path(),
        )
    }

    /// What came back, if anything.
    fn recovered(&self) -> Option<Vec<u8>> {
        fs::read(self.output()).ok()
    }

    fn output(&self) -> PathBuf {
        self.directory.path().join("output")
    }
}

/// An object made by the libraries alone, and the key set that it is under.
struct Object {
    shelf: Shelf,
    kept: ObjectRef,
    directory: TempDir,
}

impl Object {
    async fn keep(plaintext: &[u8]) -> Self {
        let (keys, key) = (shelf::key_set(), DataKey::generate().expect("the system gives a key"));
        let (ciphertext, sealed) = shelf::seal(&key, plaintext);
        let shelf = Shelf::new(DagParams::UNIXFS_V1_2025).await;
        let staged = shelf.stage("object", std::iter::once(ciphertext.into())).await;
        let statement = shelf::statement(&key, staged.cid(), &sealed);
        let statement = keys.sign_statement(&statement).expect("a sane statement can be signed");
        let kept = shelf.keep(staged, &[("object.jwt", statement.into())]).await;
        let directory = tempfile::tempdir().expect("a temporary directory");
        let object = Self { shelf, kept, directory };
        fs::write(object.key_set(), keys.to_json().as_bytes()).expect("a key set can be written");
        object
    }

    fn file(&self) -> PathBuf {
        self.shelf.path_of(&self.kept)
    }

    fn key_set(&self) -> PathBuf {
        self.directory.path().join("keys.json")
    }
}
