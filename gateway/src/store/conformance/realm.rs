//! Cases: whose the database is.

use cidlock_crypto::{Realm, UnixTime};

use crate::store::{Store, StoreError};

/// The first realm stays, however often it comes back; another is refused and changes nothing.
pub async fn is_claimed_once(store: &dyn Store) -> Result<(), StoreError> {
    let realm = |name| Realm::parse(name).expect("the name of a realm");
    assert!(matches!(store.tokens_valid_from().await, Err(StoreError::Unclaimed)));
    store.claim_realm(&realm("https://one.example")).await?;
    for _ in 0..2 {
        let other = store.claim_realm(&realm("https://two.example")).await;
        assert!(
            matches!(&other, Err(StoreError::OtherRealm { recorded }) if recorded == "https://one.example"),
            "{other:?}"
        );
        store.claim_realm(&realm("https://one.example")).await?;
    }
    assert_eq!(store.tokens_valid_from().await?, UnixTime(0));
    store.ping().await
}
