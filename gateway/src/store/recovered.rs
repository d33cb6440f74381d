//! Files that are found again by what their engine keeps.

use cid::Cid;
use cidlock_crypto::chunked::Layout;
use cidlock_crypto::statement::Statement;
use cidlock_ipfs_client::pin::Pin;

use super::{Disagreement, FileRow, ReplicaRow};

/// A file as the statement in its engine describes it, for a catalog that has lost it.
#[derive(Debug)]
#[must_use = "the file is not restored before this is committed"]
pub struct Recovered {
    file: FileRow,
    former: Vec<Cid>,
}

impl Recovered {
    /// Takes what an engine has pinned, where that is, and the statement that was found in it and
    /// verified (`signed` is that statement, signed).
    ///
    /// # Errors
    /// [`Disagreement`] names the first thing that they do not agree about.
    pub fn new(
        pin: &Pin,
        statement: &Statement,
        signed: String,
        replicas: Vec<ReplicaRow>,
    ) -> Result<Self, Disagreement> {
        if pin.name.as_str() != statement.id.to_string() {
            return Err(Disagreement::Name);
        }
        let cid: Cid = statement.cid.parse().map_err(|_| Disagreement::Cid)?;
        let layout = Layout::from_plaintext_len(statement.size).map_err(|_| Disagreement::Size)?;
        Ok(Self {
            file: FileRow {
                id: statement.id,
                cid,
                root: pin.root,
                rev: statement.rev,
                size: statement.size,
                content_len: layout.ciphertext_len(),
                owner: statement.owner.parse().map_err(|_| Disagreement::Owner)?,
                permissions: statement.permissions,
                created_at: statement.created,
                expires_at: statement.expires_at,
                statement: signed,
                replicas,
            },
            former: Vec::new(),
        })
    }

    /// Adds a root of an earlier revision that the engine still has pinned.
    pub fn add_former(&mut self, root: Cid) {
        self.former.push(root);
    }

    /// The roots of earlier revisions.
    #[must_use]
    pub fn former(&self) -> &[Cid] {
        &self.former
    }

    /// The file that is going to be there again.
    #[must_use]
    pub fn file(&self) -> &FileRow {
        &self.file
    }

    pub(super) fn into_parts(self) -> (FileRow, Vec<Cid>) {
        (self.file, self.former)
    }
}
