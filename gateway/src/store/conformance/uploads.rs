//! Cases: uploads, from the intent to the file.

use cidlock_crypto::ObjectId;
use futures::future::{join, join_all};

use super::sample::{NOW, Upload, a_file, a_user};
use crate::store::{Intent, PageLimit, Store, StoreError, UserId};

fn limit(items: u64) -> PageLimit {
    PageLimit::new(items).expect("a page size")
}

/// Whatever is begun is listed, once, in the order of ids, until it is abandoned.
pub async fn are_listed_in_pages(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    assert_eq!(store.intents(None, PageLimit::MAX).await?, []);
    let mut begun: Vec<Intent> = (0..7).map(|_| Upload::new(owner, NOW).intent()).collect();
    for intent in &begun {
        store.begin_upload(intent.clone()).await?;
    }
    begun.sort_by_key(|intent| intent.id);

    let mut listed = Vec::new();
    loop {
        let after = listed.last().map(|intent: &Intent| intent.id);
        let page = store.intents(after, limit(3)).await?;
        assert!(page.len() <= 3);
        if page.is_empty() {
            break;
        }
        listed.extend(page);
    }
    assert_eq!(listed, begun);

    let gone = begun.remove(3);
    assert!(store.abandon_upload(gone.id).await?);
    assert!(!store.abandon_upload(gone.id).await?);
    assert_eq!(store.intents(None, PageLimit::MAX).await?, begun);
    Ok(())
}

/// An id and a CID are those of one upload or one file; an owner is a user.
pub async fn conflict_with_what_exists(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let begun = Upload::new(owner, NOW).intent();
    store.begin_upload(begun.clone()).await?;
    let file = a_file(store, owner, NOW).await?;

    let fresh = || Upload::new(owner, NOW).intent();
    for conflicting in [
        begun.clone(),
        Intent { id: begun.id, ..fresh() },
        Intent { cid: begun.cid, ..fresh() },
        Intent { id: file.id, ..fresh() },
        Intent { cid: file.cid, ..fresh() },
    ] {
        let refused = store.begin_upload(conflicting).await;
        assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
    }
    let of_nobody = store.begin_upload(Upload::new(UserId::generate(), NOW).intent()).await;
    assert!(matches!(of_nobody, Err(StoreError::NoUser)), "{of_nobody:?}");
    assert_eq!(store.intents(None, PageLimit::MAX).await?, [begun]);
    Ok(())
}

/// The file replaces the intent; without an intent there is no file.
pub async fn become_files_once(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let upload = Upload::new(owner, NOW);
    let early = store.commit_upload(upload.acknowledged()).await;
    assert!(matches!(early, Err(StoreError::NoIntent)), "{early:?}");
    assert_eq!(store.file_by_cid(&upload.object.content).await?, None);

    store.begin_upload(upload.intent()).await?;
    assert_eq!(store.file_by_cid(&upload.object.content).await?, None);
    store.commit_upload(upload.acknowledged()).await?;
    assert_eq!(store.intents(None, PageLimit::MAX).await?, []);
    assert!(store.file_by_cid(&upload.object.content).await?.is_some());
    let again = store.commit_upload(upload.acknowledged()).await;
    assert!(matches!(again, Err(StoreError::NoIntent)), "{again:?}");

    let abandoned = Upload::new(owner, NOW);
    store.begin_upload(abandoned.intent()).await?;
    assert!(store.abandon_upload(abandoned.statement.id).await?);
    let late = store.commit_upload(abandoned.acknowledged()).await;
    assert!(matches!(late, Err(StoreError::NoIntent)), "{late:?}");
    assert_eq!(store.file_by_cid(&abandoned.object.content).await?, None);
    Ok(())
}

/// A commit of another CID, root or owner than was begun is refused and leaves the intent.
pub async fn become_only_what_was_begun(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let other = a_user(store, "grace").await?.id;
    let fresh = || Upload::new(owner, NOW).intent();
    for spoil in [
        (|intent, _| Intent { owner: UserId::generate(), ..intent })
            as fn(Intent, Intent) -> Intent,
        |intent, fresh| Intent { cid: fresh.cid, ..intent },
        |intent, fresh| Intent { root: fresh.root, ..intent },
    ] {
        let upload = Upload::new(owner, NOW);
        let mut begun = spoil(upload.intent(), fresh());
        if begun.owner != owner {
            begun.owner = other;
        }
        store.begin_upload(begun.clone()).await?;
        let refused = store.commit_upload(upload.acknowledged()).await;
        assert!(matches!(refused, Err(StoreError::IntentDiffers)), "{refused:?}");
        assert_eq!(store.intents(None, PageLimit::MAX).await?, [begun]);
        assert_eq!(store.file_by_cid(&upload.object.content).await?, None);
        assert!(store.abandon_upload(upload.statement.id).await?);
    }
    Ok(())
}

/// A cancelled upload never becomes a file, and stays listed until it is abandoned; a file cannot
/// be cancelled.
pub async fn become_no_files_once_cancelled(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let file = a_file(store, owner, NOW).await?;
    assert!(!store.cancel_upload(file.id).await?);
    assert!(store.file_by_cid(&file.cid).await?.is_some());

    let upload = Upload::new(owner, NOW);
    store.begin_upload(upload.intent()).await?;
    for _ in 0..2 {
        assert!(store.cancel_upload(upload.statement.id).await?);
        let late = store.commit_upload(upload.acknowledged()).await;
        assert!(matches!(late, Err(StoreError::NoIntent)), "{late:?}");
        assert_eq!(store.intents(None, PageLimit::MAX).await?, [upload.intent()]);
    }
    assert!(store.abandon_upload(upload.statement.id).await?);
    assert!(!store.cancel_upload(upload.statement.id).await?);
    assert_eq!(store.file_by_cid(&upload.object.content).await?, None);
    Ok(())
}

/// A commit and a cancel at the same time: there is a file, or the cancel was told that its pin can
/// go; never both, never neither.
pub async fn are_committed_or_cancelled(
    one: &dyn Store,
    other: &dyn Store,
) -> Result<(), StoreError> {
    let owner = a_user(one, "ada").await?.id;
    for _ in 0..20 {
        let upload = Upload::new(owner, NOW);
        one.begin_upload(upload.intent()).await?;
        let commit = one.commit_upload(upload.acknowledged());
        let (committed, cancelled) = join(commit, other.cancel_upload(upload.statement.id)).await;
        assert_ne!(committed.is_ok(), cancelled?, "{committed:?}");
        let file = one.file_by_cid(&upload.object.content).await?;
        assert_eq!(file.is_some(), committed.is_ok());
    }
    Ok(())
}

/// Of concurrent commits of one upload one makes the file.
pub async fn become_files_once_under_concurrency(
    one: &dyn Store,
    other: &dyn Store,
) -> Result<(), StoreError> {
    let owner = a_user(one, "ada").await?.id;
    let upload = Upload::new(owner, NOW);
    one.begin_upload(upload.intent()).await?;
    let all = [one, other, one, other].map(|store| store.commit_upload(upload.acknowledged()));
    let (made, refused): (Vec<_>, Vec<_>) =
        join_all(all).await.into_iter().partition(Result::is_ok);
    assert_eq!((made.len(), refused.len()), (1, 3));
    for error in refused {
        assert!(matches!(error, Err(StoreError::NoIntent)), "{error:?}");
    }
    let id: ObjectId = upload.statement.id;
    assert!(!other.abandon_upload(id).await?);
    Ok(())
}
