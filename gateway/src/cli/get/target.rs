//! Where a download is written: a file, under its name only when it is complete, or standard
//! output.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use sha2::Sha256;
use tokio::io::{AsyncWriteExt as _, Stdout};

use super::super::failure::Failure;
use super::super::leftover::Leftover;
use super::super::output::unwritable;
use super::part::{Part, exists};

/// Where a download should go, as the command line says.
#[derive(Debug)]
pub(super) struct Target {
    place: Place,
    force: bool,
}

#[derive(Debug)]
enum Place {
    Stdout,
    /// A file of this name.
    File(PathBuf),
    /// A file of its own name in this directory.
    Directory(PathBuf),
}

impl Target {
    /// # Errors
    /// A target that is known beforehand to be impossible.
    pub(super) fn new(output: Option<PathBuf>, force: bool) -> Result<Self, Failure> {
        let place = match output {
            None => Place::Directory(PathBuf::new()),
            Some(path) if path == Path::new("-") => Place::Stdout,
            Some(path) if path.is_dir() => Place::Directory(path),
            Some(path) => Place::File(path),
        };
        let target = Self { place, force };
        if let Place::File(path) = &target.place {
            target.check(path)?;
        }
        Ok(target)
    }

    /// Opens it for the file `cid`, whose own name is `own_name` if it has one. What would be left
    /// of it is told to `leftover`.
    pub(super) async fn open(
        &self,
        own_name: Option<&str>,
        cid: &str,
        leftover: &Leftover,
    ) -> Result<Sink, Failure> {
        let path = match &self.place {
            Place::Stdout => return Ok(Sink::Stdout(tokio::io::stdout())),
            Place::File(path) => path.clone(),
            Place::Directory(directory) => directory.join(own_name.unwrap_or(cid)),
        };
        self.check(&path)?;
        let part = Part::open(path, cid)?;
        leftover.is(part.path());
        Ok(Sink::File(part, self.force))
    }

    fn check(&self, path: &Path) -> Result<(), Failure> {
        let Ok(metadata) = path.symlink_metadata() else { return Ok(()) };
        let (is_file, is_link) = (metadata.is_file(), metadata.is_symlink());
        if !is_file && !is_link {
            // Replacing a device or a pipe is never what is meant.
            return Err(Failure::usage(format_args!(
                "{} is no regular file: use `-o -` and redirect",
                path.display()
            )));
        }
        if self.force { Ok(()) } else { Err(exists(path)) }
    }
}

/// A target that is open.
pub(super) enum Sink {
    Stdout(Stdout),
    /// A file, and whether it may replace another.
    File(Part, bool),
}

impl Sink {
    /// Hashes the beginning of the file that an earlier command left, and gives its length: what is
    /// written from now on follows it. `total` is the length of the file if the rest can be asked
    /// for; a beginning that cannot be that of such a file is forgotten.
    pub(super) async fn beginning(
        &mut self,
        total: Option<u64>,
        sha256: &mut Sha256,
    ) -> Result<u64, Failure> {
        let Self::File(part, _) = self else { return Ok(0) };
        let length = part.len().await?;
        if total.is_some_and(|total| length <= total) {
            return part.read_into(sha256).await;
        }
        part.clear().await?;
        Ok(0)
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::Stdout(stdout) => stdout.write_all(bytes).await.map_err(unwritable),
            Self::File(part, _) => part.write(bytes).await,
        }
    }

    /// Hands everything on; what a file has by then is there for another command to go on with.
    pub(super) async fn flush(&mut self) -> Result<(), Failure> {
        match self {
            Self::Stdout(stdout) => stdout.flush().await.map_err(unwritable),
            Self::File(part, _) => part.flush().await,
        }
    }

    /// Removes what was written, where that can be done.
    pub(super) fn discard(self) {
        if let Self::File(part, _) = self {
            part.discard();
        }
    }

    /// Gives the file its name; the path is none for standard output.
    pub(super) async fn commit(mut self) -> Result<Option<PathBuf>, Failure> {
        self.flush().await?;
        match self {
            Self::Stdout(_) => Ok(None),
            Self::File(part, replace) => part.commit(replace).await.map(Some),
        }
    }

    /// Whether the bytes themselves go where a progress bar would.
    pub(super) fn shares_the_terminal(&self) -> bool {
        matches!(self, Self::Stdout(_)) && io::stdout().is_terminal()
    }

    /// What the progress bar calls it.
    pub(super) fn label(&self) -> String {
        match self {
            Self::Stdout(_) => "-".to_owned(),
            Self::File(part, _) => {
                part.target().file_name().unwrap_or_default().to_string_lossy().into_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use sha2::Digest as _;

    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(dir).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    async fn write(
        target: &Target,
        own_name: Option<&str>,
        bytes: &[u8],
    ) -> Result<PathBuf, Failure> {
        let mut sink = target.open(own_name, "fallback", &Leftover::default()).await?;
        sink.write(bytes).await?;
        Ok(sink.commit().await?.unwrap())
    }

    #[tokio::test]
    async fn a_file_has_its_name_only_when_it_is_complete() {
        let dir = tempfile::tempdir().unwrap();
        let target = Target::new(Some(dir.path().join("a.txt")), false).unwrap();
        let mut sink = target.open(Some("other"), "cid", &Leftover::default()).await.unwrap();
        sink.write(b"abc").await.unwrap();
        assert_ne!(names(dir.path()), ["a.txt"]);
        sink.commit().await.unwrap();
        assert_eq!(names(dir.path()), ["a.txt"]);
        assert_eq!(std::fs::read(dir.path().join("a.txt")).unwrap(), b"abc");
    }

    #[tokio::test]
    async fn a_file_that_is_not_completed_leaves_its_beginning_under_another_name() {
        let dir = tempfile::tempdir().unwrap();
        let target = Target::new(Some(dir.path().join("a.txt")), false).unwrap();
        let mut sink = target.open(None, "cid", &Leftover::default()).await.unwrap();
        sink.write(b"abc").await.unwrap();
        sink.flush().await.unwrap();
        drop(sink);
        assert_eq!(names(dir.path()), [".a.txt.cid.part"]);
        for (total, kept) in [(Some(9), 3), (Some(3), 3), (Some(2), 0)] {
            let mut sink = target.open(None, "cid", &Leftover::default()).await.unwrap();
            let beginning = sink.beginning(total, &mut Sha256::new()).await.unwrap();
            assert_eq!(beginning, kept, "{total:?}");
        }
        assert!(names(dir.path()).is_empty(), "one that was too long is of no use");
    }

    #[tokio::test]
    async fn in_a_directory_a_file_has_its_own_name_or_its_cid() {
        let dir = tempfile::tempdir().unwrap();
        let target = Target::new(Some(dir.path().to_owned()), false).unwrap();
        write(&target, Some("own.txt"), b"1").await.unwrap();
        write(&target, None, b"2").await.unwrap();
        assert_eq!(names(dir.path()), ["fallback", "own.txt"]);
    }

    #[tokio::test]
    async fn a_file_that_exists_is_replaced_only_by_force() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.txt");
        std::fs::write(&path, "old").unwrap();
        assert!(matches!(Target::new(Some(path.clone()), false), Err(Failure::Usage(_))));
        let own = Target::new(Some(dir.path().to_owned()), false).unwrap();
        assert!(write(&own, Some("a.txt"), b"new").await.is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        let forced = Target::new(Some(path.clone()), true).unwrap();
        write(&forced, None, b"new").await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(names(dir.path()), ["a.txt"]);
    }

    #[tokio::test]
    async fn a_file_that_appears_meanwhile_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.txt");
        let target = Target::new(Some(path.clone()), false).unwrap();
        let mut sink = target.open(None, "cid", &Leftover::default()).await.unwrap();
        sink.write(b"ours").await.unwrap();
        std::fs::write(&path, "theirs").unwrap();
        assert!(sink.commit().await.is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"theirs");
        assert_eq!(names(dir.path()), [".a.txt.cid.part", "a.txt"], "ours is not lost either");
    }

    #[tokio::test]
    async fn a_directory_that_is_missing_is_an_error_about_the_target_alone() {
        let target = Target::new(Some("/nowhere/a.txt".into()), false).unwrap();
        let error = target.open(None, "cid", &Leftover::default()).await.err().unwrap().to_string();
        assert_eq!(error, "cannot write /nowhere/a.txt: there is no such directory");
    }

    #[test]
    fn a_device_is_never_replaced() {
        assert!(matches!(Target::new(Some("/dev/null".into()), true), Err(Failure::Usage(_))));
    }
}
