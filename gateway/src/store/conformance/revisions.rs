//! Cases: files that are described anew.

use cidlock_crypto::UnixTime;
use cidlock_ipfs_client::block::Block;
use cidlock_ipfs_client::pin::Pin;
use futures::future::join;

use super::sample::{NOW, Upload, a_user, later, pinned};
use crate::store::{
    DeletionReason, FileRow, PageLimit, Revised, RevisionIntent, Store, StoreError, UserId,
};

/// A file, and what its next revision is made of.
struct Edit {
    upload: Upload,
    file: FileRow,
}

impl Edit {
    async fn of_a_file(store: &dyn Store, owner: UserId) -> Result<Self, StoreError> {
        let mut upload = Upload::new(owner, NOW);
        upload.statement.rev = 7;
        store.begin_upload(upload.intent()).await?;
        let file = store.commit_upload(upload.acknowledged()).await?;
        Ok(Self { upload, file })
    }

    /// The pin of the next revision whose expiry is `expires_at`.
    fn pin(&self, expires_at: Option<UnixTime>) -> Pin {
        let root = Block::raw(format!("{} {expires_at:?}", self.file.id).into_bytes().into());
        Pin { name: self.upload.object.pin.name.clone(), root: root.cid() }
    }

    fn intent(&self, expires_at: Option<UnixTime>) -> RevisionIntent {
        let (id, rev) = (self.file.id, self.file.rev + 1);
        RevisionIntent { id, rev, root: self.pin(expires_at).root, begun_at: later(1) }
    }

    fn revised(&self, expires_at: Option<UnixTime>) -> Revised {
        let mut statement = self.upload.statement.clone();
        statement.rev = self.file.rev + 1;
        statement.expires_at = expires_at;
        let pinned = pinned(self.pin(expires_at));
        Revised::new(&self.file, &pinned, &statement, "signed.anew".to_owned()).expect("it agrees")
    }
}

/// The row is the new one in all that a revision changes, and in nothing else.
pub async fn change_the_row(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let edit = Edit::of_a_file(store, owner).await?;
    let intent = edit.intent(None);
    store.begin_revision(intent.clone()).await?;
    assert_eq!(store.file(edit.file.id).await?, Some(edit.file.clone()), "nothing has changed yet");
    assert_eq!(store.revision_intents(None, PageLimit::MAX).await?, [intent]);
    let revised = store.commit_revision(edit.revised(None)).await?;
    let expected = FileRow {
        rev: 8,
        root: edit.pin(None).root,
        expires_at: None,
        statement: "signed.anew".to_owned(),
        ..edit.file.clone()
    };
    assert_eq!(revised, expected);
    assert_eq!(store.file(edit.file.id).await?, Some(expected.clone()));
    assert_eq!(store.file_by_cid(&edit.file.cid).await?, Some(expected));
    assert_eq!(store.revision_intents(None, PageLimit::MAX).await?, []);
    Ok(())
}

/// Without its intent, or for another root, nothing changes; the intent of another root stays.
pub async fn need_their_intent(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let edit = Edit::of_a_file(store, owner).await?;
    let early = store.commit_revision(edit.revised(None)).await;
    assert!(matches!(early, Err(StoreError::NoIntent)), "{early:?}");

    let intent = edit.intent(Some(later(5)));
    store.begin_revision(intent.clone()).await?;
    let other = store.commit_revision(edit.revised(None)).await;
    assert!(matches!(other, Err(StoreError::IntentDiffers)), "{other:?}");
    assert_eq!(store.revision_intents(None, PageLimit::MAX).await?, [intent]);
    assert!(store.abandon_revision(edit.file.id).await?);
    assert!(!store.abandon_revision(edit.file.id).await?);
    let late = store.commit_revision(edit.revised(Some(later(5)))).await;
    assert!(matches!(late, Err(StoreError::NoIntent)), "{late:?}");
    assert_eq!(store.file(edit.file.id).await?, Some(edit.file));
    Ok(())
}

/// What was cancelled is not committed, stays on record until it is abandoned, and no other root is
/// meant by it.
pub async fn can_be_cancelled(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let edit = Edit::of_a_file(store, owner).await?;
    let (id, intent) = (edit.file.id, edit.intent(None));
    assert!(!store.cancel_revision(id, intent.root).await?, "it was not begun");
    store.begin_revision(intent.clone()).await?;
    assert!(!store.cancel_revision(id, edit.file.root).await?, "another root");
    for _ in 0..2 {
        assert!(store.cancel_revision(id, intent.root).await?);
    }
    let late = store.commit_revision(edit.revised(None)).await;
    assert!(matches!(late, Err(StoreError::NoIntent)), "{late:?}");
    assert_eq!(store.revision_intents(None, PageLimit::MAX).await?, std::slice::from_ref(&intent));
    assert_eq!(store.file(id).await?, Some(edit.file.clone()));
    let second = store.begin_revision(intent.clone()).await;
    assert!(matches!(second, Err(StoreError::BeingRevised)), "{second:?}");
    assert!(store.abandon_revision(id).await?);
    store.begin_revision(intent).await?;
    store.commit_revision(edit.revised(None)).await?;
    Ok(())
}

/// One revision at a time, of a file that is there, and only the next one.
pub async fn follow_one_another(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let edit = Edit::of_a_file(store, owner).await?;
    let intent = edit.intent(None);
    for rev in [6, 7, 9] {
        let stale = store.begin_revision(RevisionIntent { rev, ..intent.clone() }).await;
        assert!(matches!(stale, Err(StoreError::Stale)), "{rev}: {stale:?}");
    }
    store.begin_revision(intent.clone()).await?;
    let second = store.begin_revision(intent.clone()).await;
    assert!(matches!(second, Err(StoreError::BeingRevised)), "{second:?}");
    let nowhere = RevisionIntent { id: Upload::new(owner, NOW).statement.id, ..intent };
    let nowhere = store.begin_revision(nowhere).await;
    assert!(matches!(nowhere, Err(StoreError::NoFile)), "{nowhere:?}");
    Ok(())
}

/// A commit and a deletion at the same time: the file is gone, and the record of it names the root
/// that was pinned last, or the one that was under way.
pub async fn are_committed_or_deleted(
    one: &dyn Store,
    other: &dyn Store,
) -> Result<(), StoreError> {
    let owner = a_user(one, "ada").await?.id;
    for _ in 0..20 {
        let edit = Edit::of_a_file(one, owner).await?;
        let new_root = edit.pin(None).root;
        one.begin_revision(edit.intent(None)).await?;
        let delete = other.delete_file(edit.file.id, None, DeletionReason::Asked, NOW);
        let (committed, deleted) = join(one.commit_revision(edit.revised(None)), delete).await;
        let deleted = deleted?;
        let roots = (deleted.root, deleted.unsettled);
        match committed {
            Ok(_) => assert_eq!(roots, (new_root, None)),
            Err(StoreError::NoIntent) => assert_eq!(roots, (edit.file.root, Some(new_root))),
            Err(error) => return Err(error),
        }
        assert_eq!(one.file(edit.file.id).await?, None);
        assert_eq!(one.revision_intents(None, PageLimit::MAX).await?, []);
    }
    Ok(())
}
