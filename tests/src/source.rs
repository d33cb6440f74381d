//! A reader of our own sources: enough Rust to see which module names which.
//!
//! It splits a file into words, without comments and the insides of strings, and follows paths that
//! reach the root of their crate. It does not expand macros and does not resolve names: a path that
//! a macro assembles, or a re-export that leads back up, is not seen.

mod paths;
mod words;

use std::path::{Path, PathBuf};

pub use paths::{Reach, reaches};
pub use words::{Word, words};

/// One file of a crate.
#[derive(Debug)]
pub struct Source {
    /// Where it is.
    pub path: PathBuf,
    /// The modules down to it: empty for `lib.rs` and `main.rs`, `["store", "user"]` for `store/user.rs`.
    pub module: Vec<String>,
    /// What is written in it.
    pub words: Vec<Word>,
}

impl Source {
    /// The top-level module it belongs to; none for the root.
    #[must_use]
    pub fn top(&self) -> Option<&str> {
        self.module.first().map(String::as_str)
    }

    /// Its words without those of its unit tests, which stand last in a file or fill one.
    #[must_use]
    pub fn outside_tests(&self) -> &[Word] {
        if self.module.iter().any(|module| module == "tests") {
            return &[];
        }
        let begin = |pair: &[Word]| pair[0].text == "mod" && pair[1].text == "tests";
        let end = self.words.windows(2).position(begin);
        &self.words[..end.unwrap_or(self.words.len())]
    }
}

/// Every Rust file under a crate's `src`.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn of_crate(src: &Path) -> Vec<Source> {
    files(src)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let below = path.strip_prefix(src).expect("it was found there").with_extension("");
            let mut module: Vec<String> =
                below.iter().map(|name| name.to_string_lossy().into_owned()).collect();
            if module.len() == 1 && matches!(module[0].as_str(), "lib" | "main") {
                module.clear();
            }
            let text = std::fs::read_to_string(&path).expect("a source is UTF-8");
            Source { words: words(&text), path, module }
        })
        .collect()
}

/// Every file under `directory`, in order, without what is built, cached or kept by git.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![directory.to_owned()];
    while let Some(next) = left.pop() {
        for entry in std::fs::read_dir(&next).expect("the directory can be listed") {
            let entry = entry.expect("the directory can be listed");
            let name = entry.file_name();
            let kind = entry.file_type().expect("an entry has a type");
            if kind.is_file() {
                found.push(entry.path());
            } else if kind.is_dir()
                && ![".git", ".cache", "target"].iter().any(|&skip| name == skip)
            {
                left.push(entry.path());
            }
        }
    }
    found.sort();
    found
}
