//! Cases: what stays, and what callers that go away leave behind.

use std::pin::pin;
use std::slice;

use cidlock_crypto::{Realm, UnixTime};
use futures::poll;

use super::sample::{
    NOW, Upload, a_file, a_session, a_user, later, new_link, new_session, new_user, refresh,
};
use crate::store::{
    FileRow, Intent, LinkRow, PageLimit, Revocation, Rotation, Session, Store, StoreError, User,
};

/// One of everything.
pub struct Written {
    user: User,
    session: Session,
    intent: Intent,
    file: FileRow,
    link: LinkRow,
    revocation: Revocation,
}

/// Writes one of everything.
pub async fn write(store: &dyn Store) -> Result<Written, StoreError> {
    store.claim_realm(&realm()).await?;
    let user = a_user(store, "ada").await?;
    let session = store.start_session(new_session(user.id, 1)).await?;
    let intent = Upload::new(user.id, NOW).intent();
    store.begin_upload(intent.clone()).await?;
    let file = a_file(store, user.id, NOW).await?;
    let link = store.create_link(new_link(&file, NOW)).await?;
    let revoked = store.create_link(new_link(&file, NOW)).await?;
    let revocation = store.revoke_link(revoked.id, NOW).await?.expect("it was not revoked");
    Ok(Written { user, session, intent, file, link, revocation })
}

/// All of it is there in a store that was opened later, and numbers go on where they were.
pub async fn is_all_there(store: &dyn Store, written: &Written) -> Result<(), StoreError> {
    let Written { user, session, intent, file, link, revocation } = written;
    store.claim_realm(&realm()).await?;
    assert_eq!(store.user(user.id).await?.as_ref(), Some(user));
    assert_eq!(store.session(session.id).await?.as_ref(), Some(session));
    assert_eq!(store.intents(None, PageLimit::MAX).await?, slice::from_ref(intent));
    assert_eq!(store.file_by_cid(&file.cid).await?.as_ref(), Some(file));
    assert_eq!(store.link(link.id).await?.as_ref(), Some(link));
    let listed = store.revocations_since(0, NOW, PageLimit::MAX).await?;
    assert_eq!(listed, slice::from_ref(revocation));
    let next = store.revoke_link(link.id, NOW).await?.expect("it was not revoked");
    assert_eq!(next.seq, revocation.seq + 1);
    let rotated = store.rotate_refresh(refresh(1), refresh(2), later(1), later(9)).await?;
    assert!(matches!(rotated, Rotation::Rotated(_)), "{rotated:?}");
    Ok(())
}

/// A closed store refuses, for reading and for writing, and does not hang.
pub async fn of_a_closed_store(store: &dyn Store) -> Result<(), StoreError> {
    let user = a_user(store, "ada").await?;
    store.close().await;
    for refused in [store.user(user.id).await.map(drop), a_user(store, "grace").await.map(drop)] {
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    }
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    Ok(())
}

/// A number beyond the column's is refused, and nothing of its transaction is left.
pub async fn of_what_does_not_fit(store: &dyn Store) -> Result<(), StoreError> {
    let session = a_session(store, 1).await?;
    let beyond = UnixTime(1 << 63);
    let rotated = store.rotate_refresh(refresh(1), refresh(2), later(1), beyond).await;
    assert!(matches!(rotated, Err(StoreError::OutOfRange(_))), "{rotated:?}");
    assert_eq!(store.session(session.id).await?, Some(session));
    let rotated = store.rotate_refresh(refresh(1), refresh(2), later(1), UnixTime(beyond.0 - 1));
    assert!(matches!(rotated.await?, Rotation::Rotated(_)));
    let listed = store.revocations_since(u64::MAX, NOW, PageLimit::MAX).await;
    assert!(matches!(listed, Err(StoreError::OutOfRange(_))), "{listed:?}");
    Ok(())
}

/// However far a call had come when its caller went away: it is done or it was not begun, and the
/// next one finds the connection as it should be.
pub async fn of_dropped_calls(store: &dyn Store) -> Result<(), StoreError> {
    const CALLS: u8 = 60;
    for n in 0..CALLS {
        let user = new_user(&format!("user {n}"));
        let id = user.id;
        {
            let mut call = pin!(store.create_user(user));
            for _ in 0..n {
                if poll!(&mut call).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        // Waits for the dropped one, if they are one connection's; else may overtake it.
        let begun = a_user(store, &format!("witness {n}")).await?.id;
        let first = store.start_session(new_session(begun, n)).await?;
        assert_eq!(store.session(first.id).await?, Some(first));
        if n == 0 {
            assert_eq!(store.user(id).await?, None, "a call that was never polled did something");
        }
    }
    Ok(())
}

fn realm() -> Realm {
    Realm::parse("https://one.example").expect("the name of a realm")
}
