//! What a gateway keeps on its disk, seen from outside.

use std::path::{Path, PathBuf};

use cidlock_crypto::chunked;
use cidlock_ipfs_client::car;
use cidlock_ipfs_client::dag::DagParams;

use super::Home;

impl Home {
    /// The file in which the embedded engine keeps the object with this id.
    ///
    /// # Panics
    /// If it keeps none.
    #[must_use]
    pub fn object_file(&self, id: &str) -> PathBuf {
        let name = format!("{id}.car");
        let found = self.object_files().into_iter().find(|path| path.ends_with(&name));
        found.unwrap_or_else(|| panic!("there is no object file {name}"))
    }

    /// All files of the embedded engine.
    #[must_use]
    pub fn object_files(&self) -> Vec<PathBuf> {
        files_below(&self.data().join("objects"))
    }

    /// The names of all files that the embedded engine has of the object with this id.
    ///
    /// # Panics
    /// Never: the engine's files are named in ASCII.
    #[must_use]
    pub fn files_of_object(&self, id: &str) -> Vec<String> {
        let names = self.object_files().into_iter().filter_map(|path| {
            let name = path.file_name()?.to_str().expect("an ASCII name").to_owned();
            name.starts_with(id).then_some(name)
        });
        names.collect()
    }

    /// All files of uploads on their way.
    #[must_use]
    pub fn staging_files(&self) -> Vec<PathBuf> {
        files_below(&self.data().join("staging"))
    }
}

/// Where in its object's file lies the ciphertext of a plaintext's byte.
///
/// # Panics
/// If a file of `plaintext_len` bytes has no such byte.
#[must_use]
pub fn place_in_object_file(plaintext_len: u64, byte: u64) -> u64 {
    assert!(byte < plaintext_len, "a byte of the file");
    let chunk = byte / chunked::CHUNK_LEN as u64;
    let within = byte % chunked::CHUNK_LEN as u64;
    let offset = chunked::HEADER_LEN as u64 + chunk * chunked::SEALED_CHUNK_LEN as u64 + within;
    place_of_ciphertext(plaintext_len, offset)
}

/// Where in its object's file lies a byte of the ciphertext.
///
/// # Panics
/// If a file of `plaintext_len` bytes has no such byte.
#[must_use]
pub fn place_of_ciphertext(plaintext_len: u64, offset: u64) -> u64 {
    let message = chunked::Layout::from_plaintext_len(plaintext_len).expect("a sane length");
    let content_len = message.ciphertext_len();
    let layout = car::Layout::new(DagParams::UNIXFS_V1_2025, content_len).expect("a sane length");
    let (leaf, within) = layout.leaf_at(offset);
    let bytes = layout.bytes_of_leaf(leaf);
    assert!(within < bytes.end - bytes.start, "a byte of the ciphertext");
    bytes.start + within
}

/// All files below a directory, in the order of their paths.
#[must_use]
pub fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![directory.to_owned()];
    while let Some(next) = left.pop() {
        // What is being removed while it is listed is gone.
        let Ok(entries) = std::fs::read_dir(&next) else { continue };
        for entry in entries.flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => left.push(entry.path()),
                Ok(_) => found.push(entry.path()),
                Err(_) => {}
            }
        }
    }
    found.sort();
    found
}
