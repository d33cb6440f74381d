//! Cases: sessions and their refresh tokens.

use cidlock_crypto::UnixTime;
use futures::future::join_all;

use super::sample::{NOW, a_session, a_user, later, new_session, refresh};
use crate::store::{
    NewSession, PageLimit, RefreshHash, Revoked, Rotation, SessionId, Store, StoreError, UserId,
};

/// Rotates at `now` to a token that lives for 100 seconds.
async fn rotate(
    store: &dyn Store,
    presented: RefreshHash,
    next: RefreshHash,
    now: UnixTime,
) -> Result<Rotation, StoreError> {
    store.rotate_refresh(presented, next, now, UnixTime(now.0 + 100)).await
}

/// A session comes back with all that was given; an unknown one does not.
pub async fn come_back_as_they_were(store: &dyn Store) -> Result<(), StoreError> {
    let user = a_user(store, "ada").await?;
    let new = new_session(user.id, 1);
    let session = store.start_session(new.clone()).await?;
    assert_eq!((session.id, session.user), (new.id, user.id));
    assert_eq!(session.client_id, new.client_id);
    assert_eq!((session.created_at, session.refreshed_at), (NOW, NOW));
    assert_eq!((session.expires_at, session.ended_at), (new.expires_at, None));
    assert_eq!(store.session(session.id).await?, Some(session));
    assert_eq!(store.session(SessionId::generate()).await?, None);
    Ok(())
}

/// Neither for nobody, nor under a taken id, nor with a taken token.
pub async fn are_not_started_twice(store: &dyn Store) -> Result<(), StoreError> {
    let session = a_session(store, 1).await?;
    let of_nobody = store.start_session(new_session(UserId::generate(), 2)).await;
    assert!(matches!(of_nobody, Err(StoreError::NoUser)), "{of_nobody:?}");
    let same_id = NewSession { id: session.id, ..new_session(session.user, 2) };
    let same_id = store.start_session(same_id).await;
    assert!(matches!(same_id, Err(StoreError::Conflict { .. })), "{same_id:?}");
    let new = new_session(session.user, 1);
    let id = new.id;
    let same_token = store.start_session(new).await;
    assert!(matches!(same_token, Err(StoreError::Conflict { .. })), "{same_token:?}");
    assert_eq!(store.session(id).await?, None);
    Ok(())
}

/// Each token gives the next one; a token that was never given gives nothing.
pub async fn refresh_once_per_token(store: &dyn Store) -> Result<(), StoreError> {
    let session = a_session(store, 1).await?;
    for n in 1..5 {
        let now = later(u64::from(n));
        match rotate(store, refresh(n), refresh(n + 1), now).await? {
            Rotation::Rotated(rotated) => {
                assert_eq!((rotated.id, rotated.refreshed_at), (session.id, now));
                assert_eq!((rotated.expires_at, rotated.ended_at), (session.expires_at, None));
            }
            other => panic!("token {n}: {other:?}"),
        }
    }
    assert_eq!(rotate(store, refresh(99), refresh(100), NOW).await?, Rotation::Unknown);
    assert!(matches!(rotate(store, refresh(5), refresh(100), NOW).await?, Rotation::Rotated(_)));
    Ok(())
}

/// A used token, even an old one, ends its session and that alone, once, with a revocation.
pub async fn end_when_a_token_is_reused(store: &dyn Store) -> Result<(), StoreError> {
    let session = a_session(store, 1).await?;
    let bystander = a_session(store, 101).await?;
    for n in 1..4 {
        let _ = rotate(store, refresh(n), refresh(n + 1), NOW).await?;
    }
    let Rotation::Reused(revocation) = rotate(store, refresh(1), refresh(9), later(500)).await?
    else {
        panic!("a used token was presented")
    };
    assert_eq!(revocation.revoked, Revoked::Session(session.id));
    assert_eq!(revocation.expires_at, session.expires_at);
    let listed = store.revocations_since(0, later(500), PageLimit::MAX).await?;
    assert_eq!(listed, [revocation]);
    for n in 1..=4 {
        let again = rotate(store, refresh(n), refresh(9), later(500)).await?;
        assert_eq!(again, Rotation::Revoked, "token {n}");
    }
    let ended = store.session(session.id).await?.expect("an ended session is still known");
    assert_eq!(ended.ended_at, Some(later(500)));
    assert_eq!(store.session(bystander.id).await?, Some(bystander));
    Ok(())
}

/// From the second of its expiry on, neither a token nor a session is good; nor is it ended.
pub async fn do_not_outlive_their_time(store: &dyn Store) -> Result<(), StoreError> {
    let session = a_session(store, 1).await?;
    assert_eq!(rotate(store, refresh(1), refresh(2), later(100)).await?, Rotation::Expired);
    let in_time = rotate(store, refresh(1), refresh(2), later(99)).await?;
    assert!(matches!(in_time, Rotation::Rotated(_)), "{in_time:?}");
    let last = store.rotate_refresh(refresh(2), refresh(3), later(150), later(9999)).await?;
    assert!(matches!(last, Rotation::Rotated(_)), "{last:?}");
    assert_eq!(rotate(store, refresh(3), refresh(4), later(1000)).await?, Rotation::Expired);
    let known = store.session(session.id).await?.expect("an expired session is still known");
    assert_eq!((known.ended_at, known.refreshed_at), (None, later(150)));
    let in_time = rotate(store, refresh(3), refresh(4), later(999)).await?;
    assert!(matches!(in_time, Rotation::Rotated(_)), "{in_time:?}");
    Ok(())
}

/// The first end counts; afterwards no token of the session is good.
pub async fn end_once(store: &dyn Store) -> Result<(), StoreError> {
    let session = a_session(store, 1).await?;
    let revocation = store.end_session(session.id, later(5)).await?.expect("it was not ended");
    assert_eq!(revocation.revoked, Revoked::Session(session.id));
    assert_eq!(store.end_session(session.id, later(6)).await?, None);
    assert_eq!(store.end_session(SessionId::generate(), later(6)).await?, None);
    let ended = store.session(session.id).await?.expect("an ended session is still known");
    assert_eq!(ended.ended_at, Some(later(5)));
    assert_eq!(rotate(store, refresh(1), refresh(2), later(6)).await?, Rotation::Revoked);
    let listed = store.revocations_since(0, later(6), PageLimit::MAX).await?;
    assert_eq!(listed, [revocation]);
    Ok(())
}

/// A rotation to a token that exists fails, and the presented one stays in force.
pub async fn change_only_as_a_whole(store: &dyn Store) -> Result<(), StoreError> {
    let session = a_session(store, 1).await?;
    let other = a_session(store, 2).await?;
    let taken = rotate(store, refresh(1), refresh(2), later(7)).await;
    assert!(matches!(taken, Err(StoreError::Conflict { .. })), "{taken:?}");
    assert_eq!(store.session(session.id).await?, Some(session));
    for n in 1..=2 {
        let rotated = rotate(store, refresh(n), refresh(n + 10), later(8)).await?;
        assert!(matches!(rotated, Rotation::Rotated(_)), "token {n}: {rotated:?}");
    }
    assert!(store.session(other.id).await?.is_some_and(|other| other.ended_at.is_none()));
    Ok(())
}

/// Of concurrent rotations of one token one wins, one is the reuse that ends the session, and the
/// winner's token is dead with it.
pub async fn rotate_once_under_concurrency(
    one: &dyn Store,
    other: &dyn Store,
) -> Result<(), StoreError> {
    for round in 0..10 {
        let token = |n| RefreshHash([round + 1, n].repeat(16).try_into().expect("32 bytes"));
        let user = a_user(one, &format!("user {round}")).await?;
        let new = NewSession { first_refresh: token(0), ..new_session(user.id, 0) };
        let session = one.start_session(new).await?;
        let stores = [one, other, one, other, one, other, one, other];
        let all = (1..).zip(stores).map(|(n, store)| rotate(store, token(0), token(n), later(1)));
        let mut seen = [0; 3];
        for rotation in join_all(all).await {
            match rotation? {
                Rotation::Rotated(rotated) => {
                    assert_eq!(rotated.id, session.id);
                    seen[0] += 1;
                }
                Rotation::Reused(_) => seen[1] += 1,
                Rotation::Revoked => seen[2] += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(seen, [1, 1, 6], "rotated, reused, revoked");
        for n in 1..=8 {
            let after = rotate(one, token(n), token(100), later(2)).await?;
            assert!(matches!(after, Rotation::Revoked | Rotation::Unknown), "{after:?}");
        }
    }
    Ok(())
}
