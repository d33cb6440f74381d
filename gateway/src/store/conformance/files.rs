//! Cases: files.

use cidlock_crypto::UnixTime;

use super::sample::{NOW, Upload, a_file, a_user, later};
use crate::store::{Cursor, FileRow, PageLimit, Store, StoreError, UserId};

/// A file comes back by its CID as it was acknowledged, with and without an end.
pub async fn come_back_as_acknowledged(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    for created in [NOW, later(1)] {
        let upload = Upload::new(owner, created);
        let acknowledged = upload.acknowledged();
        let expected = acknowledged.file().clone();
        store.begin_upload(upload.intent()).await?;
        assert_eq!(store.commit_upload(acknowledged).await?, expected);
        assert_eq!(store.file_by_cid(&expected.cid).await?, Some(expected));
        assert_eq!(store.file_by_cid(&upload.object.root()).await?, None);
    }
    Ok(())
}

/// A list has the owner's files alone, the newest first; those of one second by id.
pub async fn are_listed_newest_first(store: &dyn Store) -> Result<(), StoreError> {
    let (owner, other) = (a_user(store, "ada").await?.id, a_user(store, "grace").await?.id);
    let mut expected = Vec::new();
    for seconds in [0, 5, 5, 5, 3, 5, 9] {
        expected.push(a_file(store, owner, later(seconds)).await?);
        a_file(store, other, later(seconds)).await?;
    }
    expected.sort_by_key(|file| std::cmp::Reverse((file.created_at, file.id)));
    for items in [1, 2, 3, 6, 7, 8, 500] {
        assert_eq!(all(store, owner, items).await?, expected, "in pages of {items}");
    }
    assert_eq!(all(store, UserId::generate(), 3).await?, []);
    Ok(())
}

/// A list leaves out the files whose retention is over, from that very second on.
pub async fn are_listed_while_they_are_kept(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let for_ever = a_file(store, owner, later(1)).await?;
    let for_a_time = a_file(store, owner, later(2)).await?;
    assert_eq!(for_ever.expires_at, None);
    let end = for_a_time.expires_at.expect("every other sample has an end");
    let last = UnixTime(end.0 - 1);
    let listed = store.list_files(owner, last, None, PageLimit::MAX).await?.items;
    assert_eq!(listed, [for_a_time, for_ever.clone()]);
    assert_eq!(store.list_files(owner, end, None, PageLimit::MAX).await?.items, [for_ever]);
    Ok(())
}

/// What is uploaded while a list is being read moves nothing in it.
pub async fn are_neither_skipped_nor_repeated(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let mut expected = Vec::new();
    for seconds in (0..6).rev() {
        expected.push(a_file(store, owner, later(seconds)).await?);
    }
    let (mut read, mut after) = (Vec::new(), None);
    loop {
        let page =
            store.list_files(owner, NOW, after, PageLimit::new(2).expect("a page size")).await?;
        read.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
        a_file(store, owner, later(100)).await?;
    }
    assert_eq!(read, expected);
    Ok(())
}

/// All files of `owner`, the cursors having been text in between.
async fn all(store: &dyn Store, owner: UserId, items: u64) -> Result<Vec<FileRow>, StoreError> {
    let limit = PageLimit::new(items).expect("a page size");
    let (mut read, mut after): (_, Option<Cursor>) = (Vec::new(), None);
    loop {
        let page = store.list_files(owner, NOW, after, limit).await?;
        assert!(page.items.len() <= limit.items());
        read.extend(page.items);
        match page.next {
            Some(next) => after = Some(next.to_string().parse().expect("a cursor reads back")),
            None => return Ok(read),
        }
    }
}
