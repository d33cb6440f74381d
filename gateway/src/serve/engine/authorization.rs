//! What nodes' RPCs are shown, from a file that nobody else may read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use cidlock_ipfs_client::engine::kubo::Authorization;
use zeroize::Zeroizing;

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 64 * 1024;

/// By the names of the nodes. No error repeats what a line says.
pub(super) fn read(path: &Path) -> anyhow::Result<BTreeMap<String, Authorization>> {
    let what = || format!("kubo.authorization_file {}", path.display());
    let file = File::open(path).with_context(what)?;
    let mode = file.metadata().with_context(what)?.permissions().mode();
    if mode & 0o077 != 0 {
        bail!("{} may be read by others: chmod 600 it", what());
    }
    let mut text = Zeroizing::new(String::new());
    let read = file.take(MAX_BYTES + 1).read_to_string(&mut text).with_context(what)?;
    if read as u64 > MAX_BYTES {
        bail!("{} is longer than {MAX_BYTES} bytes", what());
    }
    parse(&text).map_err(|line| {
        let must = "must be `NAME basic USER:PASSWORD` or `NAME bearer TOKEN`, each name once";
        anyhow::anyhow!("{}: line {line} {must}", what())
    })
}

/// The number of the first line that is wrong, or all of them. Empty lines and `#` are passed over,
/// and blanks in front of a line; those at its end may be a password's.
fn parse(text: &str) -> Result<BTreeMap<String, Authorization>, usize> {
    let mut shown = BTreeMap::new();
    for (number, line) in text.lines().enumerate().map(|(i, line)| (i + 1, line.trim_start())) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, authorization) = entry(line).ok_or(number)?;
        if shown.insert(name.to_owned(), authorization).is_some() {
            return Err(number);
        }
    }
    Ok(shown)
}

fn entry(line: &str) -> Option<(&str, Authorization)> {
    let (name, rest) = line.split_once(' ')?;
    let (kind, secret) = rest.trim_start().split_once(' ')?;
    let authorization = match kind {
        "basic" => {
            let (user, password) = secret.split_once(':')?;
            Authorization::basic(user, password)
        }
        "bearer" => Authorization::bearer(secret),
        _ => None,
    };
    Some((name, authorization?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_are_read_and_wrong_lines_are_numbered() {
        let text = "# nodes\n\na basic ann:pass word:x\nb bearer t0k3n\n";
        assert_eq!(parse(text).unwrap().keys().collect::<Vec<_>>(), ["a", "b"]);
        for (text, line) in [
            ("a", 1),
            ("a basic", 1),
            ("a basic ann", 1),
            ("# x\na digest x:y", 2),
            ("a bearer x\na bearer y", 2),
        ] {
            assert_eq!(parse(text).err(), Some(line), "{text}");
        }
    }

    #[test]
    fn a_file_that_others_may_read_is_refused_and_no_error_has_the_secret() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("shown");
        let long = format!("a bearer s3cret{}", "x".repeat(MAX_BYTES as usize));
        for (mode, text, said) in [
            (0o644, "a bearer s3cret", "chmod 600"),
            (0o600, "a bearer s3cret\nb bear s3cret", "line 2"),
            (0o600, &long, "is longer than"),
        ] {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let error = format!("{:#}", read(&path).unwrap_err());
            assert!(error.contains(said) && !error.contains("s3cret"), "{error}");
        }
    }
}
