//! Which files are meant: those that were named and, with `--recursive`, all below the directories
//! that were.
//!
//! A directory's files come sorted by name, each subdirectory in its place among them. Hidden files
//! are files. Symbolic links below a directory are not followed, and neither they nor devices, pipes
//! and sockets are stored; the caller says so.

use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

use super::super::failure::Failure;

/// How many files one command stores.
const MAX_FILES: usize = 100_000;

/// What was found, in the order in which it is to be stored.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) files: Vec<Named>,
    /// What is no file.
    pub(super) passed_over: Vec<PathBuf>,
}

/// A file, or what was named and cannot be stored.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) path: PathBuf,
    /// Its length in bytes where that is known, or why it cannot be stored.
    pub(super) size: Result<Option<u64>, Failure>,
}

impl Found {
    /// The files that `arguments` name.
    ///
    /// # Errors
    /// There are more than one command stores.
    pub(super) fn by(arguments: &[PathBuf], recursive: bool) -> Result<Self, Failure> {
        let mut found = Self::default();
        for path in arguments {
            // Whoever names a link means what it leads to.
            let metadata = fs::metadata(path).ok();
            if recursive && metadata.as_ref().is_some_and(fs::Metadata::is_dir) {
                found.below(path)?;
            } else {
                let size = metadata.filter(fs::Metadata::is_file).map(|metadata| metadata.len());
                found.add(path.clone(), Ok(size))?;
            }
        }
        Ok(found)
    }

    fn below(&mut self, directory: &Path) -> Result<(), Failure> {
        let before = self.files.len();
        let mut left = vec![(directory.to_owned(), None)];
        while let Some((path, kind)) = left.pop() {
            match kind.filter(|kind: &FileType| !kind.is_dir()) {
                Some(kind) if kind.is_file() => {
                    let size = path.symlink_metadata().ok().map(|metadata| metadata.len());
                    self.add(path, Ok(size))?;
                }
                Some(_) => self.passed_over.push(path),
                None => match sorted(&path) {
                    // The last one is the next one.
                    Ok(entries) => left.extend(entries.into_iter().rev()),
                    Err(error) => {
                        let doing = format!("cannot read {}", path.display());
                        self.add(path, Err(Failure::local(doing, error)))?;
                    }
                },
            }
            if left.len() + self.passed_over.len() > MAX_FILES {
                return Err(too_many());
            }
        }
        if self.files.len() == before {
            let shown = directory.display();
            let failure = Failure::usage(format_args!("there is no file to store in {shown}"));
            self.add(directory.to_owned(), Err(failure))?;
        }
        Ok(())
    }

    fn add(&mut self, path: PathBuf, size: Result<Option<u64>, Failure>) -> Result<(), Failure> {
        if self.files.len() == MAX_FILES {
            return Err(too_many());
        }
        self.files.push(Named { path, size });
        Ok(())
    }
}

fn sorted(directory: &Path) -> io::Result<Vec<(PathBuf, Option<FileType>)>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(directory)?.take(MAX_FILES + 1) {
        let entry = entry?;
        entries.push((entry.path(), Some(entry.file_type()?)));
    }
    entries.sort_by(|(left, _), (right, _)| left.cmp(right));
    Ok(entries)
}

fn too_many() -> Failure {
    Failure::usage(format_args!(
        "there are more than {MAX_FILES} files: store them in several commands, directory by directory"
    ))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    fn shown(found: &Found, root: &Path) -> Vec<(String, Option<u64>)> {
        let relative = |path: &Path| path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        let files = found.files.iter();
        files.map(|file| (relative(&file.path), *file.size.as_ref().unwrap())).collect()
    }

    #[test]
    fn all_files_below_a_directory_are_found_in_the_order_of_their_names() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        fs::create_dir_all(root.join("b/deep")).unwrap();
        fs::create_dir(root.join("empty")).unwrap();
        for name in ["c", "a", "b/2", "b/1", "b/deep/x", ".hidden"] {
            fs::write(root.join(name), name).unwrap();
        }
        let found = Found::by(&[root.to_owned()], true).unwrap();
        let names = [".hidden", "a", "b/1", "b/2", "b/deep/x", "c"];
        let expected = names.map(|name| (name.to_owned(), Some(name.len() as u64)));
        assert_eq!(shown(&found, root), expected);
        assert!(found.passed_over.is_empty());
    }

    #[test]
    fn links_and_sockets_below_a_directory_are_passed_over_and_a_named_link_is_followed() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        fs::create_dir(&root).unwrap();
        fs::write(root.join("a"), "a").unwrap();
        symlink("a", root.join("link")).unwrap();
        symlink(&root, root.join("loop")).unwrap();
        symlink("nowhere", root.join("broken")).unwrap();
        let _socket = UnixListener::bind(root.join("socket")).unwrap();
        let found = Found::by(std::slice::from_ref(&root), true).unwrap();
        assert_eq!(shown(&found, &root), [("a".to_owned(), Some(1))]);
        let names = ["broken", "link", "loop", "socket"].map(|name| root.join(name));
        assert_eq!(found.passed_over, names);

        let link = dir.path().join("link");
        symlink(&root, &link).unwrap();
        let found = Found::by(std::slice::from_ref(&link), true).unwrap();
        assert_eq!(shown(&found, &link), [("a".to_owned(), Some(1))]);
    }

    #[test]
    fn without_recursion_everything_is_as_it_was_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a");
        fs::write(&file, "abc").unwrap();
        let arguments = [dir.path().to_owned(), "-".into(), "/nowhere".into(), file];
        let found = Found::by(&arguments, false).unwrap();
        let sizes: Vec<_> = found.files.iter().map(|file| *file.size.as_ref().unwrap()).collect();
        assert_eq!(sizes, [None, None, None, Some(3)]);
        assert!(found.files.iter().map(|file| &file.path).eq(&arguments));
    }

    #[test]
    fn a_directory_without_a_file_says_so() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("deep")).unwrap();
        let mut found = Found::by(&[dir.path().to_owned()], true).unwrap();
        let failure = found.files.remove(0).size.unwrap_err();
        assert!(failure.to_string().contains("there is no file to store in"), "{failure}");
        assert!(found.files.is_empty());
    }
}
