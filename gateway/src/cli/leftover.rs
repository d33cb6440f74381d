//! What a command that did not come to its end has left on purpose, so that the user is told of it,
//! however the command ended.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::failure::Failure;

/// The file that would be left if the command ended now, if there is one.
#[derive(Debug, Clone, Default)]
pub(super) struct Leftover(Arc<Mutex<Option<PathBuf>>>);

impl Leftover {
    /// It is the file at `path`.
    pub(super) fn is(&self, path: &Path) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(path.to_owned());
    }

    /// `failure`, with what is left behind.
    pub(super) fn added_to(&self, failure: Failure) -> Failure {
        let path = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(path) = path else { return failure };
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_file() => {
                Failure::Unfinished { path, bytes: metadata.len(), cause: Box::new(failure) }
            }
            // It is where it belongs, or was removed.
            _ => failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_there_is_spoken_of() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.part");
        let failed = || Failure::usage("no");
        let leftover = Leftover::default();
        assert!(matches!(leftover.added_to(failed()), Failure::Usage(_)));
        leftover.is(&path);
        assert!(matches!(leftover.added_to(failed()), Failure::Usage(_)));
        std::fs::write(&path, "abc").unwrap();
        leftover.is(&path);
        let failure = leftover.added_to(failed());
        assert!(matches!(failure, Failure::Unfinished { bytes: 3, .. }), "{failure}");
        assert_eq!((failure.code(), failure.exit()), ("usage", failed().exit()));
        let hint = failure.hint().unwrap();
        assert!(hint.contains("a.part") && hint.contains("3 B"), "{hint}");
    }
}
