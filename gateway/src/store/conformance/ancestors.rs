//! Cases: what links descend from.

use cidlock_crypto::UnixTime;

use super::sample::{NOW, a_file, a_link, a_user, later, new_link};
use crate::store::{FileRow, LinkId, LinkRow, NewLink, PageLimit, Store, StoreError, UserId};

/// A link to `file` below `parents`.
async fn link_below(
    store: &dyn Store,
    file: &FileRow,
    created_at: UnixTime,
    parents: &[&LinkRow],
) -> Result<LinkRow, StoreError> {
    let parents = parents.iter().map(|parent| parent.id).collect();
    store.create_link(NewLink { parents, ..new_link(file, created_at) }).await
}

async fn files(store: &dyn Store) -> Result<(FileRow, FileRow), StoreError> {
    let owner: UserId = a_user(store, "ada").await?.id;
    Ok((a_file(store, owner, NOW).await?, a_file(store, owner, NOW).await?))
}

/// Whoever asks for a link is told what it descends from, the first one first, whatever their ids.
pub async fn come_back_in_their_order(store: &dyn Store) -> Result<(), StoreError> {
    let (file, _) = files(store).await?;
    let mut ids: Vec<LinkId> = (0..9).map(|_| LinkId::generate()).collect();
    ids.sort();
    // Neither ascending nor descending.
    ids.swap(0, 5);
    ids.swap(2, 8);
    for (depth, id) in ids.iter().enumerate() {
        let parents = ids[..depth].to_vec();
        let new = NewLink { id: *id, parents: parents.clone(), ..new_link(&file, NOW) };
        let link = store.create_link(new).await?;
        assert_eq!(link.parents, parents, "{depth} deep");
        assert_eq!(store.link(*id).await?, Some(link));
    }
    for link in store.links_of_file(file.id, None, PageLimit::MAX).await?.items {
        let depth = ids.iter().position(|id| *id == link.id).expect("one of these");
        assert_eq!(link.parents, ids[..depth], "{depth} deep");
    }
    Ok(())
}

/// A list has what descends from a link, through however many others, and not the link itself; the
/// newest comes first.
pub async fn are_listed_from_above(store: &dyn Store) -> Result<(), StoreError> {
    let (file, _) = files(store).await?;
    let root = link_below(store, &file, NOW, &[]).await?;
    let other = link_below(store, &file, NOW, &[]).await?;
    let child = link_below(store, &file, later(7), &[&root]).await?;
    link_below(store, &file, later(3), &[&other]).await?;
    let mut expected = vec![child.clone()];
    for seconds in [4, 2, 4, 9] {
        expected.push(link_below(store, &file, later(seconds), &[&root, &child]).await?);
    }
    expected.sort_by_key(|link| std::cmp::Reverse((link.created_at, link.id)));
    for items in [1, 2, 4, 5, 6] {
        let limit = PageLimit::new(items).expect("a page size");
        let (mut read, mut after): (Vec<LinkRow>, _) = (Vec::new(), None);
        loop {
            let page = store.links_below(root.id, after, limit).await?;
            assert!(page.items.len() <= limit.items());
            read.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(read, expected, "in pages of {items}");
    }
    expected.retain(|link| link.id != child.id);
    assert_eq!(store.links_below(child.id, None, PageLimit::MAX).await?.items, expected);
    for nothing in [expected[0].id, LinkId::generate()] {
        assert_eq!(store.links_below(nothing, None, PageLimit::MAX).await?.items, []);
    }
    Ok(())
}

/// A link descends from others that lead to the same file, each once, and not from itself; what
/// does not is not there at all.
pub async fn need_to_be_links_to_the_file(store: &dyn Store) -> Result<(), StoreError> {
    let (file, parent) = a_link(store).await?;
    let elsewhere = a_file(store, file.owner, NOW).await?;
    let elsewhere = link_below(store, &elsewhere, NOW, &[]).await?.id;
    let new = new_link(&file, NOW);
    for strangers in [
        vec![LinkId::generate()],
        vec![parent.id, elsewhere],
        vec![new.id],
        vec![parent.id, new.id],
    ] {
        let refused = store.create_link(NewLink { parents: strangers, ..new.clone() }).await;
        assert!(matches!(refused, Err(StoreError::NoLink)), "{refused:?}");
    }
    let parents = vec![parent.id, parent.id];
    let twice = store.create_link(NewLink { parents, ..new.clone() }).await;
    assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
    assert_eq!(store.link(new.id).await?, None);
    assert_eq!(store.links_below(parent.id, None, PageLimit::MAX).await?.items, []);
    let child = store.create_link(NewLink { parents: vec![parent.id], ..new }).await?;
    assert_eq!(child.parents, [parent.id]);
    Ok(())
}

/// A revocation shows on the link and on all below it, and on no other; of several the first counts.
pub async fn are_seen_to_be_revoked(store: &dyn Store) -> Result<(), StoreError> {
    let (file, _) = files(store).await?;
    let root = link_below(store, &file, NOW, &[]).await?;
    let middle = link_below(store, &file, later(1), &[&root]).await?;
    let sibling = link_below(store, &file, later(2), &[&root]).await?;
    let leaf = link_below(store, &file, later(3), &[&root, &middle]).await?;
    for (revoked, at, shown) in [
        (&middle, 20, [None, Some(20), None, Some(20)]),
        // By itself as well, and later.
        (&leaf, 21, [None, Some(20), None, Some(20)]),
        (&sibling, 22, [None, Some(20), Some(22), Some(20)]),
        (&root, 10, [Some(10), Some(10), Some(10), Some(10)]),
    ] {
        assert!(store.revoke_link(revoked.id, later(at)).await?.is_some());
        let links = [&root, &middle, &sibling, &leaf];
        let listed = store.links_of_file(file.id, None, PageLimit::MAX).await?.items;
        let below = store.links_below(root.id, None, PageLimit::MAX).await?.items;
        for (link, at) in links.into_iter().zip(shown) {
            let expected = at.map(later);
            let known = store.link(link.id).await?.expect("a revoked link is still known");
            assert_eq!(known.revoked_at, expected);
            assert!(listed.contains(&known));
            assert_eq!(below.contains(&known), link.id != root.id);
        }
    }
    Ok(())
}
