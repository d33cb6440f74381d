//! Cases: revocations, as a gateway follows them.

use futures::future::{join, join_all};

use super::sample::{NOW, a_file, a_session, a_user, later, new_link};
use crate::store::{PageLimit, Revocation, Revoked, Store, StoreError};

/// Numbers begin at 1 and have no gaps, whatever is revoked; pages go on where the last one ended.
pub async fn are_numbered_in_pages(store: &dyn Store) -> Result<(), StoreError> {
    let session = a_session(store, 1).await?;
    let file = a_file(store, session.user, NOW).await?;
    let mut expected = Vec::new();
    for _ in 0..4 {
        let link = store.create_link(new_link(&file, NOW)).await?;
        expected.extend(store.revoke_link(link.id, NOW).await?);
        assert_eq!(store.revoke_link(link.id, NOW).await?, None);
    }
    expected.extend(store.end_session(session.id, NOW).await?);
    let numbers: Vec<u64> = expected.iter().map(|revocation| revocation.seq).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    assert_eq!(expected[4].revoked, Revoked::Session(session.id));

    let limit = PageLimit::new(2).expect("a page size");
    for (seq, page) in [(0, 0..2), (2, 2..4), (4, 4..5), (5, 5..5), (1000, 5..5)] {
        let read = store.revocations_since(seq, NOW, limit).await?;
        assert_eq!(read, expected[page], "after {seq}");
    }
    Ok(())
}

/// A revocation is listed until no leeway could honour its token; then it is passed over.
pub async fn matter_until_their_tokens_expired(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let file = a_file(store, owner, NOW).await?;
    let mut made = Vec::new();
    for created in [NOW, later(50)] {
        let link = store.create_link(new_link(&file, created)).await?;
        made.extend(store.revoke_link(link.id, created).await?);
    }
    let (first, second) = (made[0].clone(), made[1].clone());
    let last = first.expires_at.saturating_add(Revocation::MARGIN);
    assert!(first.is_live(last));
    assert_eq!(store.revocations_since(0, last, PageLimit::MAX).await?, made);
    let after = cidlock_crypto::UnixTime(last.0 + 1);
    assert!(!first.is_live(after));
    assert_eq!(store.revocations_since(0, after, PageLimit::MAX).await?, [second]);
    Ok(())
}

/// Whoever follows the numbers while others revoke misses none: none appears below one that was
/// seen.
pub async fn become_visible_in_their_order(
    one: &dyn Store,
    other: &dyn Store,
) -> Result<(), StoreError> {
    const LINKS: usize = 60;
    let owner = a_user(one, "ada").await?.id;
    let file = a_file(one, owner, NOW).await?;
    let mut links = Vec::new();
    for _ in 0..LINKS {
        links.push(one.create_link(new_link(&file, NOW)).await?.id);
    }
    let revoke = async {
        let all = links.iter().enumerate().map(|(n, link)| {
            let store = if n % 2 == 0 { one } else { other };
            store.revoke_link(*link, NOW)
        });
        join_all(all).await.into_iter().collect::<Result<Vec<_>, _>>()
    };
    let follow = async {
        let mut seen = 0;
        while seen < LINKS as u64 {
            for revocation in other.revocations_since(seen, NOW, PageLimit::MAX).await? {
                assert_eq!(revocation.seq, seen + 1, "one was skipped");
                seen = revocation.seq;
            }
        }
        Ok::<_, StoreError>(())
    };
    let (revoked, followed) = join(revoke, follow).await;
    followed?;
    assert!(revoked?.iter().all(Option::is_some));
    Ok(())
}
