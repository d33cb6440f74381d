//! Cases: users.

use cidlock_crypto::{Realm, UnixTime};
use futures::future::join_all;

use super::sample::{NOW, a_file, a_user, later, new_user};
use crate::store::{NewUser, Store, StoreError, UserId, UserStatus};

/// A user comes back by id and by name, with all that was given.
pub async fn come_back_as_they_were(store: &dyn Store) -> Result<(), StoreError> {
    for name in ["ada", "Ada", "ada ", "αδα", "'; DROP TABLE users; --"] {
        let new = new_user(name);
        let user = store.create_user(new.clone()).await?;
        assert_eq!((user.id, user.name.as_str()), (new.id, name));
        assert_eq!((&user.password_hash, &user.roles), (&new.password_hash, &new.roles));
        assert_eq!((user.status, user.created_at), (UserStatus::Active, NOW));
        assert_eq!(user.tokens_valid_from, NOW);
        assert_eq!(store.user(user.id).await?.as_ref(), Some(&user));
        assert_eq!(store.user_by_name(name).await?.as_ref(), Some(&user));
    }
    assert_eq!(store.user(UserId::generate()).await?, None);
    assert_eq!(store.user_by_name("ADA").await?, None);
    assert_eq!(store.user_by_name("").await?, None);
    Ok(())
}

/// A user is judged by what is said of it and of the realm, whichever ends more tokens, and with the
/// file that is named, whosever it is.
pub async fn are_judged_in_one_look(store: &dyn Store) -> Result<(), StoreError> {
    let ada = store.create_user(new_user("ada")).await?;
    assert_eq!(store.standing(ada.id, None).await?, None, "a store that belongs to no realm");
    store.claim_realm(&Realm::parse("urn:here").expect("a realm")).await?;
    let grace = a_user(store, "grace").await?;
    let (with_end, without) =
        (a_file(store, ada.id, NOW).await?, a_file(store, ada.id, later(1)).await?);
    for realm_valid_from in [0, NOW.0 - 1, NOW.0, NOW.0 + 1].map(UnixTime) {
        store.move_tokens_valid_from(realm_valid_from).await?;
        for user in [&ada, &grace] {
            for file in [Some(&with_end), Some(&without), None] {
                let cid = file.map(|file| file.cid);
                let standing = store.standing(user.id, cid).await?.expect("the user is there");
                assert_eq!((standing.status, &standing.roles), (user.status, &user.roles));
                assert_eq!(standing.tokens_valid_from, NOW.max(realm_valid_from));
                assert_eq!(standing.into_file().as_ref(), file);
            }
        }
    }
    let root = Some(with_end.root);
    let standing = store.standing(ada.id, root).await?.expect("the user is there");
    assert_eq!(standing.into_file(), None, "a root is no content");
    assert_eq!(store.standing(UserId::generate(), Some(with_end.cid)).await?, None);
    Ok(())
}

/// A taken name and a taken id are refused, and who has them stays as they were.
pub async fn have_names_of_their_own(store: &dyn Store) -> Result<(), StoreError> {
    let user = store.create_user(new_user("ada")).await?;
    let same_name = store.create_user(NewUser { roles: vec![], ..new_user("ada") }).await;
    assert!(matches!(same_name, Err(StoreError::NameTaken)), "{same_name:?}");
    let same_id = store.create_user(NewUser { id: user.id, ..new_user("grace") }).await;
    assert!(matches!(same_id, Err(StoreError::Conflict { .. })), "{same_id:?}");
    assert_eq!(store.user_by_name("ada").await?, Some(user));
    assert_eq!(store.user_by_name("grace").await?, None);
    Ok(())
}

/// Of several who want a name at the same time one gets it.
pub async fn are_created_once_under_one_name(
    one: &dyn Store,
    other: &dyn Store,
) -> Result<(), StoreError> {
    let all = join_all([one, other, one, other].map(|store| store.create_user(new_user("ada"))));
    let (created, refused): (Vec<_>, Vec<_>) = all.await.into_iter().partition(Result::is_ok);
    assert_eq!((created.len(), refused.len()), (1, 3));
    for error in refused {
        assert!(matches!(error, Err(StoreError::NameTaken)), "{error:?}");
    }
    Ok(())
}
