//! An object in the embedded engine, the way it is read, and the judgement of what was read.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

use bytes::Bytes;
use cid::Cid;
use cidlock_crypto::chunked::{DataKey, HEADER_LEN, Layout, Opener};
use cidlock_ipfs_client::car;
use cidlock_ipfs_client::dag::DagParams;
use cidlock_ipfs_client::engine::{Engine as _, ObjectRef};
use cidlock_tests::content;
use cidlock_tests::shelf::{self, Shelf};
use futures::StreamExt as _;

use crate::whole;

const STATEMENT: &str = "object.jwt";

/// A kept object and everything that is true of it.
pub(crate) struct Subject {
    shelf: Shelf,
    object: ObjectRef,
    key: DataKey,
    layout: car::Layout,
    plaintext: Vec<u8>,
    content: Vec<u8>,
    statement: Bytes,
    file: File,
    original: Vec<u8>,
}

impl Subject {
    pub(crate) async fn new(params: DagParams, plaintext_len: usize) -> Self {
        let key = DataKey::generate().expect("the system gives a key");
        let plaintext = content::bytes(1, plaintext_len);
        let (content, sealed) = shelf::seal(&key, &plaintext);
        let shelf = Shelf::new(params).await;
        let staged = shelf.stage("object", std::iter::once(Bytes::from(content.clone()))).await;
        let statement = shelf::statement(&key, staged.cid(), &sealed);
        let statement = shelf::key_set().sign_statement(&statement);
        let statement = Bytes::from(statement.expect("a sane statement can be signed"));
        let object = shelf.keep(staged, &[(STATEMENT, statement.clone())]).await;
        let layout = car::Layout::new(params, object.content_len).expect("a sane length");
        let path = shelf.path_of(&object);
        let original = std::fs::read(&path).expect("an object is a file");
        let file = File::options().write(true).open(path).expect("an object is a file");
        Self { shelf, object, key, layout, plaintext, content, statement, file, original }
    }

    /// The object's file as it was stored.
    pub(crate) fn original(&self) -> &[u8] {
        &self.original
    }

    pub(crate) fn plaintext(&self) -> &[u8] {
        &self.plaintext
    }

    /// The ciphertext as it was stored.
    pub(crate) fn content(&self) -> &[u8] {
        &self.content
    }

    pub(crate) fn key(&self) -> &DataKey {
        &self.key
    }

    /// Bytes of plaintext.
    pub(crate) fn len(&self) -> u64 {
        self.plaintext.len() as u64
    }

    pub(crate) fn root(&self) -> Cid {
        self.object.root()
    }

    /// Where in the file the bytes of each leaf are.
    pub(crate) fn leaves(&self) -> Vec<Range<usize>> {
        let range = |range: Range<u64>| range.start as usize..range.end as usize;
        (0..self.layout.leaves()).map(|leaf| range(self.layout.bytes_of_leaf(leaf))).collect()
    }

    /// The file with another ciphertext of the same length laid into its leaves.
    pub(crate) fn with_content(&self, content: &[u8]) -> Vec<u8> {
        assert_eq!(content.len(), self.content.len(), "the leaves stay where they are");
        let mut bytes = self.original.clone();
        let mut rest = content;
        for leaf in self.leaves() {
            let (head, tail) = rest.split_at(leaf.len());
            bytes[leaf].copy_from_slice(head);
            rest = tail;
        }
        bytes
    }

    /// Puts `bytes` in the place of the object's file, and reads in every way that there is.
    pub(crate) async fn judge(&self, what: &str, bytes: &[u8]) {
        // In place: a new file for each of so many edits would be most of the work.
        self.file.write_all_at(bytes, 0).expect("an object's file can be written");
        self.file.set_len(bytes.len() as u64).expect("an object's file can be cut");
        let (read, end) = self.read(0..self.len()).await;
        assert!(self.plaintext.starts_with(&read), "{what}: a wrong byte was read");
        if end.is_ok() {
            assert_eq!(read.len(), self.plaintext.len(), "{what}: the end was clean and early");
            assert!(self.has_all_of_the_content(bytes), "{what}: nobody noticed");
        }
        for window in self.windows() {
            let (start, wanted) = (window.start as usize, window.end as usize);
            let (read, end) = self.read(window).await;
            let wanted = &self.plaintext[start..wanted];
            assert!(wanted.starts_with(&read), "{what}: a wrong byte was read");
            assert!(end.is_err() || read == wanted, "{what}: the end was clean and early");
        }
        if let Ok(statement) = self.shelf.engine().member(&self.object.pin, STATEMENT).await {
            assert_eq!(statement, self.statement, "{what}: a wrong statement was read");
        }
        if bytes != self.original {
            let seen = whole::check(bytes, self.root()).await;
            assert!(seen.is_err(), "{what}: the CAR passes for whole");
        }
    }

    /// Reads as a download does: the message's header, then the span of chunks, opened as it comes.
    /// What came before the end, and what the end was.
    pub(crate) async fn read(&self, range: Range<u64>) -> (Vec<u8>, Result<(), String>) {
        let mut plaintext = Vec::new();
        let end = self.try_read(range, &mut plaintext).await;
        (plaintext, end.map_err(|error| error.to_string()))
    }

    async fn try_read(&self, range: Range<u64>, out: &mut Vec<u8>) -> anyhow::Result<()> {
        let engine = self.shelf.engine();
        let mut header = Vec::new();
        let mut stream = engine.read(&self.object, 0..HEADER_LEN as u64).await?;
        while let Some(batch) = stream.next().await {
            header.extend_from_slice(&batch?);
        }
        let header = header.as_slice().try_into()?;
        let layout = Layout::from_plaintext_len(self.len())?;
        let mut opener = Opener::new(&self.key, header, layout)?.range(range)?;
        let mut stream = engine.read(&self.object, opener.ciphertext()).await?;
        while let Some(batch) = stream.next().await {
            opener.open(&batch?, out)?;
        }
        Ok(opener.finish()?)
    }

    /// Some ranges: the first byte, the last, and across the middle.
    fn windows(&self) -> [Range<u64>; 3] {
        let len = self.len();
        [0..1, len - 1..len, len / 2 - 10..len / 2 + 10]
    }

    fn has_all_of_the_content(&self, bytes: &[u8]) -> bool {
        self.leaves().into_iter().all(|leaf| bytes.get(leaf.clone()) == Some(&self.original[leaf]))
    }
}
