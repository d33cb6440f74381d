//! Cases: links.

use cidlock_crypto::{ObjectId, Permissions};
use futures::future::join_all;

use super::sample::{NOW, a_file, a_link, a_user, later, new_link};
use crate::store::{LinkId, LinkRow, NewLink, PageLimit, Revoked, Store, StoreError, UserId};

/// A link comes back with all that was given and with the CID of its file.
pub async fn come_back_as_they_were(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let file = a_file(store, owner, NOW).await?;
    for (label, permissions) in [
        (None, Permissions::READ),
        (Some(vec![]), Permissions::ALL),
        (Some(vec![0, 1, 255]), Permissions::NONE),
    ] {
        let new = NewLink { label: label.clone(), permissions, ..new_link(&file, later(1)) };
        let link = store.create_link(new.clone()).await?;
        assert_eq!((link.id, link.file, link.cid), (new.id, file.id, file.cid));
        assert_eq!((link.creator, link.permissions), (owner, permissions));
        assert_eq!((link.created_at, link.expires_at), (new.created_at, new.expires_at));
        assert_eq!((&link.label, link.revoked_at), (&label, None));
        assert_eq!(store.link(link.id).await?, Some(link));
    }
    assert_eq!(store.link(LinkId::generate()).await?, None);
    Ok(())
}

/// A list has the links of one file, the newest first, revoked or not, whoever made them.
pub async fn are_listed_newest_first(store: &dyn Store) -> Result<(), StoreError> {
    let (owner, other) = (a_user(store, "ada").await?.id, a_user(store, "grace").await?.id);
    let (file, another) = (a_file(store, owner, NOW).await?, a_file(store, owner, NOW).await?);
    let mut expected = Vec::new();
    for seconds in [4, 4, 2, 8, 4] {
        let new = NewLink { creator: other, ..new_link(&file, later(seconds)) };
        expected.push(store.create_link(new).await?);
        store.create_link(new_link(&another, later(seconds))).await?;
    }
    expected.sort_by_key(|link| std::cmp::Reverse((link.created_at, link.id)));
    store.revoke_link(expected[2].id, later(9)).await?;
    expected[2].revoked_at = Some(later(9));

    for items in [1, 2, 4, 5, 6] {
        let limit = PageLimit::new(items).expect("a page size");
        let (mut read, mut after): (Vec<LinkRow>, _) = (Vec::new(), None);
        loop {
            let page = store.links_of_file(file.id, after, limit).await?;
            assert!(page.items.len() <= limit.items());
            read.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(read, expected, "in pages of {items}");
    }
    Ok(())
}

/// No link without its file and its maker, and none under a taken id.
pub async fn need_what_they_name(store: &dyn Store) -> Result<(), StoreError> {
    let (file, link) = a_link(store).await?;
    let nothing = ObjectId::generate(0).expect("the system is random");
    let to_nothing = store.create_link(NewLink { file: nothing, ..new_link(&file, NOW) }).await;
    assert!(matches!(to_nothing, Err(StoreError::NoFile)), "{to_nothing:?}");
    let nobody = NewLink { creator: UserId::generate(), ..new_link(&file, NOW) };
    let by_nobody = store.create_link(nobody).await;
    assert!(matches!(by_nobody, Err(StoreError::NoUser)), "{by_nobody:?}");
    let taken = store.create_link(NewLink { id: link.id, ..new_link(&file, later(9)) }).await;
    assert!(matches!(taken, Err(StoreError::Conflict { .. })), "{taken:?}");
    let listed = store.links_of_file(file.id, None, PageLimit::MAX).await?;
    assert_eq!(listed.items, [link]);
    Ok(())
}

/// The first revocation counts, and is listed for as long as the link's token could live.
pub async fn are_revoked_once(store: &dyn Store) -> Result<(), StoreError> {
    let (_, link) = a_link(store).await?;
    let revocation = store.revoke_link(link.id, later(5)).await?.expect("it was not revoked");
    assert_eq!(revocation.revoked, Revoked::Link(link.id));
    assert_eq!(revocation.expires_at, link.expires_at);
    assert_eq!(store.revoke_link(link.id, later(6)).await?, None);
    assert_eq!(store.revoke_link(LinkId::generate(), later(6)).await?, None);
    let revoked = store.link(link.id).await?.expect("a revoked link is still known");
    assert_eq!(revoked.revoked_at, Some(later(5)));
    assert_eq!(store.revocations_since(0, later(6), PageLimit::MAX).await?, [revocation]);
    Ok(())
}

/// Of concurrent revocations of one link one is told that it did it.
pub async fn are_revoked_once_under_concurrency(
    one: &dyn Store,
    other: &dyn Store,
) -> Result<(), StoreError> {
    let (_, link) = a_link(one).await?;
    let all = [one, other, one, other].map(|store| store.revoke_link(link.id, later(5)));
    let mut done = Vec::new();
    for revoked in join_all(all).await {
        done.extend(revoked?);
    }
    assert_eq!(done.len(), 1);
    assert_eq!(other.revocations_since(0, later(6), PageLimit::MAX).await?, done);
    Ok(())
}
