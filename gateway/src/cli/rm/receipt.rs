//! `--receipt FILE`: what the gateway signed, in a file of its own.

use std::fs::Permissions;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::super::failure::Failure;

/// The place for a receipt, known to be writable before there is anything to write.
pub(super) struct Receipt {
    file: NamedTempFile,
    path: PathBuf,
}

impl Receipt {
    /// # Errors
    /// There is such a file already, or it cannot be written.
    pub(super) fn at(path: &Path) -> Result<Self, Failure> {
        if path.symlink_metadata().is_ok() {
            return Err(exists(path));
        }
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let file = tempfile::Builder::new()
            .prefix(".cidlock-")
            // Everybody may check it; the user's umask may say otherwise.
            .permissions(Permissions::from_mode(0o644))
            .tempfile_in(directory.unwrap_or(Path::new(".")))
            .map_err(|error| unwritable(path, error.kind().into()))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Writes `jws`, and a line's end, and makes that durable.
    pub(super) fn write(mut self, jws: &str) -> Result<(), Failure> {
        let written = writeln!(self.file, "{jws}").and_then(|()| self.file.as_file().sync_all());
        written.map_err(|error| unwritable(&self.path, error))?;
        match self.file.persist_noclobber(&self.path) {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(exists(&self.path))
            }
            Err(error) => Err(unwritable(&self.path, error.error)),
        }
    }
}

fn exists(path: &Path) -> Failure {
    let path = path.display();
    Failure::usage(format_args!("{path} exists: a receipt replaces no file, name another"))
}

fn unwritable(path: &Path, error: io::Error) -> Failure {
    Failure::local(format_args!("cannot write the receipt {}", path.display()), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_a_file_of_its_own_that_others_may_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("receipt.jws");
        let receipt = Receipt::at(&path).unwrap();
        assert!(!path.exists(), "only when there is one");
        receipt.write("a.b.c").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a.b.c\n");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & !0o044, 0o100_600, "{mode:o}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_exists_is_not_replaced_and_a_place_that_is_missing_is_known_before() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("receipt.jws");
        let receipt = Receipt::at(&path).unwrap();
        std::fs::write(&path, "theirs").unwrap();
        assert!(matches!(Receipt::at(&path), Err(Failure::Usage(_))));
        assert!(matches!(receipt.write("a.b.c"), Err(Failure::Usage(_))));
        assert_eq!(std::fs::read(&path).unwrap(), b"theirs");
        let error = Receipt::at(&dir.path().join("no/receipt")).err().unwrap();
        assert!(matches!(error, Failure::Local { .. }), "{error}");
    }
}
