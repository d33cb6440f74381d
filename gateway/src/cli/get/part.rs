//! `.NAME.<end of the CID>.part`: the beginning of a file, beside its target, until the rest has come.
//!
//! It outlives the command that wrote it, so that a later one goes on where that ended. Nothing in it
//! is believed: whoever goes on hashes it again, and the whole is checked before it gets its name.
//! One command at a time has it (a lock), and only a regular file of the user's own is written to:
//! where others can make files, its name can be foreseen.

use std::fs::{OpenOptions, TryLockError};
use std::io::{self, SeekFrom};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::process::geteuid;
use sha2::{Digest as _, Sha256};
use tempfile::TempPath;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};

use super::super::failure::Failure;

/// How much of the CID is in the name, in characters.
const TAIL: usize = 12;
/// The longest part of the target's name that is, in bytes; file systems end at 255.
const MAX_NAME_BYTES: usize = 200;
/// How often a part that vanishes while it is opened is looked for again.
const MAX_RACES: u32 = 16;
/// How much is read at once, in bytes.
const READ_BYTES: usize = 256 << 10;

/// A part that is open; it is nobody else's until it is dropped.
pub(super) struct Part {
    file: File,
    path: PathBuf,
    target: PathBuf,
}

impl Part {
    /// Opens the part of the file `cid` at `target`, as it is, or an empty one.
    pub(super) fn open(target: PathBuf, cid: &str) -> Result<Self, Failure> {
        let path = target.with_file_name(name(&target, cid));
        match open_alone(&path) {
            Ok(file) => Ok(Self { file: File::from_std(file), path, target }),
            Err(Refused::Busy) => Err(Failure::local(
                format_args!("cannot write {}", target.display()),
                io::Error::other("another `cidlock get` is at it"),
            )),
            Err(Refused::NotOurs) => Err(Failure::local(
                format_args!("cannot use {}", path.display()),
                io::Error::other("it is no regular file of yours: remove it, or choose another -o"),
            )),
            Err(Refused::Io(error)) => Err(unwritable(&target, without_our_name(&error))),
        }
    }

    /// The file's own place.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the file is to be.
    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// How many bytes are there.
    pub(super) async fn len(&self) -> Result<u64, Failure> {
        let metadata = self.file.metadata().await;
        metadata.map(|metadata| metadata.len()).map_err(|error| self.unreadable(error))
    }

    /// Hashes what is there; what is written from now on follows it. The number of its bytes.
    pub(super) async fn read_into(&mut self, sha256: &mut Sha256) -> Result<u64, Failure> {
        let mut buffer = vec![0; READ_BYTES];
        let mut length = 0;
        loop {
            match self.file.read(&mut buffer).await {
                Ok(0) => return Ok(length),
                Ok(count) => {
                    sha256.update(&buffer[..count]);
                    length += count as u64;
                }
                Err(error) => return Err(self.unreadable(error)),
            }
        }
    }

    /// Forgets what is there.
    pub(super) async fn clear(&mut self) -> Result<(), Failure> {
        let cleared = async {
            self.file.set_len(0).await?;
            self.file.seek(SeekFrom::Start(0)).await
        };
        cleared.await.map(drop).map_err(|error| unwritable(&self.target, error))
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.file.write_all(bytes).await.map_err(|error| unwritable(&self.target, error))
    }

    /// Hands what was written to the system.
    pub(super) async fn flush(&mut self) -> Result<(), Failure> {
        self.file.flush().await.map_err(|error| unwritable(&self.target, error))
    }

    /// Gives the file its name. Where `replace` is off, one that has appeared meanwhile is kept.
    pub(super) async fn commit(mut self, replace: bool) -> Result<PathBuf, Failure> {
        self.flush().await?;
        let target = self.target.clone();
        let mut temporary =
            TempPath::try_from_path(&self.path).map_err(|error| unwritable(&target, error))?;
        temporary.disable_cleanup(true);
        let persisted =
            if replace { temporary.persist(&target) } else { temporary.persist_noclobber(&target) };
        match persisted {
            Ok(()) => Ok(target),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(exists(&target))
            }
            Err(error) => Err(unwritable(&target, error.error)),
        }
    }

    /// Removes it: it is of no use to anyone.
    pub(super) fn discard(self) {
        // Whatever is left is checked again before it is used.
        let _ = std::fs::remove_file(&self.path);
    }

    fn unreadable(&self, error: io::Error) -> Failure {
        Failure::local(format_args!("cannot read {}", self.path.display()), error)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Nothing came: there is nothing to go on with. After a commit there is no such file.
        if self.path.symlink_metadata().is_ok_and(|metadata| metadata.len() == 0) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Why a part cannot be had.
#[derive(Debug)]
enum Refused {
    Busy,
    NotOurs,
    Io(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn open_alone(path: &Path) -> Result<std::fs::File, Refused> {
    for _ in 0..MAX_RACES {
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            // As every program creates its files: what the user's umask leaves.
            .mode(0o666)
            .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
            .open(path);
        let file = match opened {
            Err(_) if path.is_symlink() => return Err(Refused::NotOurs),
            opened => opened?,
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(Refused::Busy),
            // A file system without locks: there it is up to the user not to do it twice at once.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let ours = file.metadata()?;
        let is_plain = ours.is_file() && ours.nlink() <= 1 && ours.uid() == geteuid().as_raw();
        if !is_plain {
            return Err(Refused::NotOurs);
        }
        // Whoever had it until now may have given it its name, or removed it.
        let there = path.symlink_metadata();
        if there.is_ok_and(|there| (there.dev(), there.ino()) == (ours.dev(), ours.ino())) {
            return Ok(file);
        }
    }
    Err(Refused::Busy)
}

/// The name of the part of `cid` at `target`.
fn name(target: &Path, cid: &str) -> String {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let name = &name[..name.floor_char_boundary(MAX_NAME_BYTES)];
    // A CID is ASCII.
    let tail = cid.get(cid.len().saturating_sub(TAIL)..).unwrap_or(cid);
    format!(".{name}.{tail}.part")
}

pub(super) fn exists(path: &Path) -> Failure {
    let path = path.display();
    Failure::usage(format_args!("{path} exists: --force replaces it, -o names another"))
}

fn unwritable(path: &Path, error: io::Error) -> Failure {
    Failure::local(format_args!("cannot write {}", path.display()), error)
}

/// What `error` means for the target: of the directory it says what it is that is missing.
fn without_our_name(error: &io::Error) -> io::Error {
    match error.kind() {
        kind @ io::ErrorKind::NotFound => io::Error::new(kind, "there is no such directory"),
        kind => kind.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    const CID: &str = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_name_says_what_it_is_the_beginning_of_and_fits_into_a_directory() {
        let part = name(Path::new("dir/a.txt"), CID);
        assert_eq!(part, format!(".a.txt.{}.part", &CID[CID.len() - 12..]));
        let long = name(Path::new(&"ü".repeat(127)), CID);
        assert!(long.len() <= 255 && long.ends_with(".part"), "{}", long.len());
        assert_ne!(name(Path::new("a"), CID), name(Path::new("a"), &CID.replace("yku", "ykv")));
    }

    #[tokio::test]
    async fn what_was_written_is_there_for_the_next_one_to_go_on_with() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("a.txt");
        let mut part = Part::open(target.clone(), CID).unwrap();
        part.write(b"abc").await.unwrap();
        part.flush().await.unwrap();
        drop(part);
        let mut part = Part::open(target.clone(), CID).unwrap();
        let mut sha256 = Sha256::new();
        assert_eq!(part.read_into(&mut sha256).await.unwrap(), 3);
        assert_eq!(sha256.finalize(), Sha256::digest(b"abc"));
        part.write(b"def").await.unwrap();
        assert_eq!(part.commit(false).await.unwrap(), target);
        assert_eq!(names(dir.path()), ["a.txt"]);
        assert_eq!(fs::read(&target).unwrap(), b"abcdef");
    }

    #[tokio::test]
    async fn what_is_cleared_is_written_from_its_beginning() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("a.txt");
        let mut part = Part::open(target.clone(), CID).unwrap();
        part.write(b"something long").await.unwrap();
        part.clear().await.unwrap();
        part.write(b"abc").await.unwrap();
        part.commit(false).await.unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"abc");
    }

    #[tokio::test]
    async fn an_empty_one_is_not_left_behind_and_a_useless_one_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("a.txt");
        drop(Part::open(target.clone(), CID).unwrap());
        assert!(names(dir.path()).is_empty());
        let mut part = Part::open(target, CID).unwrap();
        part.write(b"abc").await.unwrap();
        part.discard();
        assert!(names(dir.path()).is_empty());
    }

    #[tokio::test]
    async fn one_at_a_time_has_it() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("a.txt");
        let part = Part::open(target.clone(), CID).unwrap();
        let error = Part::open(target.clone(), CID).err().unwrap().to_string();
        assert!(error.contains("another `cidlock get`"), "{error}");
        drop(part);
        assert!(Part::open(target, CID).is_ok());
    }

    #[tokio::test]
    async fn what_somebody_else_could_have_put_there_is_not_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let victim = dir.path().join("victim");
        fs::write(&victim, "theirs").unwrap();
        let target = dir.path().join("a.txt");
        let part = dir.path().join(name(&target, CID));
        type Plant = fn(&Path, &Path);
        let plants: [Plant; 3] = [
            |victim, part| symlink(victim, part).unwrap(),
            |victim, part| fs::hard_link(victim, part).unwrap(),
            |_, part| symlink("nowhere", part).unwrap(),
        ];
        for plant in plants {
            plant(&victim, &part);
            let error = Part::open(target.clone(), CID).err().unwrap().to_string();
            assert!(error.contains(".part: it is no regular file of yours"), "{error}");
            fs::remove_file(&part).unwrap();
        }
        assert_eq!(fs::read(&victim).unwrap(), b"theirs");
        assert_eq!(names(dir.path()), ["victim"]);
    }
}
