//! Where a download is written: a file, under its name only when it is complete, or standard
//! output.

use std::fs::Permissions;
use std::io::{self, IsTerminal as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};
use tokio::fs::File;
use tokio::io::{AsyncWriteExt as _, Stdout};

use super::super::failure::Failure;
use super::super::output::unwritable;

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

    /// Opens it for a file whose own name is `own_name`, or at worst `fallback`.
    pub(super) async fn open(
        &self,
        own_name: Option<&str>,
        fallback: &str,
    ) -> Result<Sink, Failure> {
        let path = match &self.place {
            Place::Stdout => return Ok(Sink::Stdout(tokio::io::stdout())),
            Place::File(path) => path.clone(),
            Place::Directory(directory) => directory.join(own_name.unwrap_or(fallback)),
        };
        self.check(&path)?;
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let temporary = tempfile::Builder::new()
            .prefix(".cidlock-")
            .suffix(".part")
            // As every program creates its files: what the user's umask leaves.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(directory.unwrap_or(Path::new(".")))
            .map_err(|error| unwritable_file(&path, without_temporary_name(&error)))?;
        Ok(Sink::File(PartialFile::new(temporary, path, self.force)))
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
    File(PartialFile),
}

impl Sink {
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::Stdout(stdout) => stdout.write_all(bytes).await.map_err(unwritable),
            Self::File(partial) => partial.write(bytes).await,
        }
    }

    /// Gives the file its name; the path is none for standard output.
    pub(super) async fn commit(self) -> Result<Option<PathBuf>, Failure> {
        match self {
            Self::Stdout(mut stdout) => {
                stdout.flush().await.map_err(unwritable)?;
                Ok(None)
            }
            Self::File(partial) => partial.commit().await.map(Some),
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
            Self::File(partial) => {
                partial.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
            }
        }
    }
}

/// A file under a temporary name, which goes away unless it is committed.
pub(super) struct PartialFile {
    file: File,
    temporary: TempPath,
    path: PathBuf,
    force: bool,
}

impl PartialFile {
    fn new(temporary: NamedTempFile, path: PathBuf, force: bool) -> Self {
        let (file, temporary) = temporary.into_parts();
        Self { file: File::from_std(file), temporary, path, force }
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.file.write_all(bytes).await.map_err(|error| unwritable_file(&self.path, error))
    }

    async fn commit(mut self) -> Result<PathBuf, Failure> {
        self.file.flush().await.map_err(|error| unwritable_file(&self.path, error))?;
        let persisted = if self.force {
            self.temporary.persist(&self.path)
        } else {
            // Somebody may have made one meanwhile.
            self.temporary.persist_noclobber(&self.path)
        };
        match persisted {
            Ok(()) => Ok(self.path),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(exists(&self.path))
            }
            Err(error) => Err(unwritable_file(&self.path, error.error)),
        }
    }
}

fn exists(path: &Path) -> Failure {
    let path = path.display();
    Failure::usage(format_args!("{path} exists: --force replaces it, -o names another"))
}

fn unwritable_file(path: &Path, error: io::Error) -> Failure {
    Failure::local(format_args!("cannot write {}", path.display()), error)
}

/// The kind of `error` alone: its text speaks of the temporary name, which means nothing to anyone.
fn without_temporary_name(error: &io::Error) -> io::Error {
    match error.kind() {
        kind @ io::ErrorKind::NotFound => io::Error::new(kind, "there is no such directory"),
        kind => kind.into(),
    }
}

#[cfg(test)]
mod tests {
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
        let mut sink = target.open(own_name, "fallback").await?;
        sink.write(bytes).await?;
        Ok(sink.commit().await?.unwrap())
    }

    #[tokio::test]
    async fn a_file_has_its_name_only_when_it_is_complete() {
        let dir = tempfile::tempdir().unwrap();
        let target = Target::new(Some(dir.path().join("a.txt")), false).unwrap();
        let mut sink = target.open(Some("other"), "cid").await.unwrap();
        sink.write(b"abc").await.unwrap();
        assert_ne!(names(dir.path()), ["a.txt"]);
        sink.commit().await.unwrap();
        assert_eq!(names(dir.path()), ["a.txt"]);
        assert_eq!(std::fs::read(dir.path().join("a.txt")).unwrap(), b"abc");
    }

    #[tokio::test]
    async fn a_file_that_is_not_completed_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let target = Target::new(Some(dir.path().join("a.txt")), false).unwrap();
        let mut sink = target.open(None, "cid").await.unwrap();
        sink.write(b"abc").await.unwrap();
        drop(sink);
        assert!(names(dir.path()).is_empty());
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
        let sink = target.open(None, "cid").await.unwrap();
        std::fs::write(&path, "theirs").unwrap();
        assert!(sink.commit().await.is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"theirs");
        assert_eq!(names(dir.path()), ["a.txt"]);
    }

    #[tokio::test]
    async fn a_directory_that_is_missing_is_an_error_about_the_target_alone() {
        let target = Target::new(Some("/nowhere/a.txt".into()), false).unwrap();
        let error = target.open(None, "cid").await.err().unwrap().to_string();
        assert_eq!(error, "cannot write /nowhere/a.txt: there is no such directory");
    }

    #[test]
    fn a_device_is_never_replaced() {
        assert!(matches!(Target::new(Some("/dev/null".into()), true), Err(Failure::Usage(_))));
    }
}
