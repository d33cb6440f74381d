//! The proof without which no file is recorded.

use cidlock_crypto::chunked::Sealed;
use cidlock_crypto::statement::Statement;
use cidlock_ipfs_client::engine::ObjectRef;
use cidlock_ipfs_client::pin::Pinned;
use thiserror::Error;

#[cfg(doc)]
use super::Recovered;
use super::{FileRow, ReplicaRow};

/// All that must be true before a file exists: the stream was sealed to its end, the engine has
/// confirmed the pin, and both are about the object that the statement describes.
///
/// Nothing else makes a [`FileRow`] new; one that was lost comes back by [`Recovered`].
#[derive(Debug)]
#[must_use = "the file does not exist before it is committed"]
pub struct Acknowledged {
    file: FileRow,
}

impl Acknowledged {
    /// Takes the two receipts, what was pinned, and what was stated about it (`signed` is that
    /// statement, signed).
    ///
    /// # Errors
    /// [`Disagreement`] names the first thing that they do not agree about.
    pub fn new(
        sealed: &Sealed,
        pinned: &Pinned,
        object: &ObjectRef,
        statement: &Statement,
        signed: String,
    ) -> Result<Self, Disagreement> {
        let agree = |holds, otherwise| if holds { Ok(()) } else { Err(otherwise) };
        let (name, root) = (&object.pin.name, object.pin.root);
        agree(name.as_str() == statement.id.to_string(), Disagreement::Name)?;
        agree(pinned.name() == name, Disagreement::Name)?;
        agree(pinned.root() == root, Disagreement::Root)?;
        agree(statement.cid == object.content.to_string(), Disagreement::Cid)?;
        agree(object.content_len == sealed.ciphertext_len(), Disagreement::ContentLength)?;
        agree(statement.size == sealed.plaintext_len(), Disagreement::Size)?;
        agree(statement.sha256 == sealed.sha256(), Disagreement::Digest)?;
        let owner = statement.owner.parse().map_err(|_| Disagreement::Owner)?;

        Ok(Self {
            file: FileRow {
                id: statement.id,
                cid: object.content,
                root,
                rev: statement.rev,
                size: statement.size,
                content_len: object.content_len,
                owner,
                permissions: statement.permissions,
                created_at: statement.created,
                expires_at: statement.expires_at,
                statement: signed,
                replicas: pinned.replicas().iter().map(ReplicaRow::from).collect(),
            },
        })
    }

    /// The file that is going to exist.
    #[must_use]
    pub fn file(&self) -> &FileRow {
        &self.file
    }

    pub(super) fn into_file(self) -> FileRow {
        self.file
    }
}

/// What the parts of an upload do not agree about.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Disagreement {
    /// The pin has another name than the object.
    #[error("the pin is named for another object")]
    Name,
    /// The engine pinned another root than was built.
    #[error("another root was pinned")]
    Root,
    /// The statement is not the one that follows.
    #[error("the statement is not of the next revision")]
    Revision,
    /// The statement is about another CID than was built.
    #[error("the statement is about another cid")]
    Cid,
    /// What was staged is not as long as what was sealed.
    #[error("the staged content is not as long as the sealed stream")]
    ContentLength,
    /// The statement gives another size than was sealed.
    #[error("the statement gives another size")]
    Size,
    /// The statement gives another digest than was sealed.
    #[error("the statement gives another digest")]
    Digest,
    /// The statement's owner is no user id.
    #[error("the statement's owner is no user id")]
    Owner,
}

#[cfg(test)]
mod tests {
    use cidlock_crypto::chunked::{DataKey, Sealed};
    use cidlock_crypto::{ObjectId, UnixTime};
    use cidlock_ipfs_client::pin::{Pin, PinName};

    use super::*;
    use crate::store::UserId;
    use crate::store::conformance::sample::{Upload, pinned, seal};

    #[test]
    fn what_agrees_is_recorded_as_it_was_sealed_pinned_and_stated() {
        let upload = upload();
        let (object, statement) = (&upload.object, &upload.statement);
        let file = upload.acknowledge().unwrap().into_file();
        assert_eq!((file.id, file.cid, file.root), (statement.id, object.content, object.root()));
        assert_eq!((file.size, file.content_len), (statement.size, object.content_len));
        assert_eq!(file.owner.to_string(), statement.owner);
        assert_eq!((file.created_at, file.expires_at), (statement.created, statement.expires_at));
        let statuses: Vec<_> = file.replicas.iter().map(|node| node.status.as_str()).collect();
        assert_eq!(statuses, ["pinned", "pending"]);
    }

    #[test]
    fn whatever_disagrees_is_no_file() {
        let other = || ObjectId::generate(0).unwrap();
        check(Disagreement::Name, |upload| upload.statement.id = other());
        check(Disagreement::Name, |upload| {
            let name = PinName::parse(&other().to_string()).unwrap();
            upload.pinned = pinned(Pin { name, root: upload.object.root() });
        });
        check(Disagreement::Root, |upload| upload.object.pin.root = upload.object.content);
        check(Disagreement::Cid, |upload| upload.object.content = upload.object.root());
        check(Disagreement::Cid, |upload| upload.statement.cid.insert(0, 'b'));
        check(Disagreement::ContentLength, |upload| upload.object.content_len -= 1);
        check(Disagreement::ContentLength, |upload| upload.sealed = sealed(b"shorter"));
        check(Disagreement::Size, |upload| upload.statement.size += 1);
        check(Disagreement::Digest, |upload| upload.statement.sha256[31] ^= 1);
        check(Disagreement::Owner, |upload| upload.statement.owner = "someone".into());
    }

    fn check(expected: Disagreement, spoil: impl FnOnce(&mut Upload)) {
        let mut upload = upload();
        spoil(&mut upload);
        assert_eq!(upload.acknowledge().err(), Some(expected));
    }

    fn upload() -> Upload {
        Upload::new(UserId::generate(), UnixTime(1_800_000_000))
    }

    fn sealed(plaintext: &[u8]) -> Sealed {
        seal(&DataKey::generate().unwrap(), plaintext).0
    }
}
