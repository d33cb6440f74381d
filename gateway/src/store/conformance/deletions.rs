//! Cases: files that are deleted, and files that come back.

use cidlock_crypto::{ObjectId, UnixTime};
use futures::future::join;

use super::sample::{NOW, Upload, a_file, a_link, a_user, later, new_link};
use crate::store::{
    DeletionReason, NewLink, PageLimit, Progress, Recovered, ReplicaRow, Revoked, Store,
    StoreError, UserId,
};

/// The file and its links are gone, the record of it stays, and what led to it is revoked for as
/// long as a link could have.
pub async fn take_all_but_a_record(store: &dyn Store) -> Result<(), StoreError> {
    let (file, link) = a_link(store).await?;
    let long = NewLink { expires_at: later(1_000_000), ..new_link(&file, NOW) };
    store.create_link(long).await?;
    let kept = a_file(store, file.owner, NOW).await?;

    let deletion = store.delete_file(file.id, None, DeletionReason::Asked, later(3)).await?;
    assert_eq!((deletion.id, deletion.cid, deletion.root), (file.id, file.cid, file.root));
    assert_eq!((deletion.owner, deletion.deleted_at), (file.owner, later(3)));
    assert_eq!((deletion.unsettled, deletion.done_at), (None, None));
    let statuses: Vec<_> = deletion.nodes.iter().map(|node| node.status.as_str()).collect();
    assert_eq!(statuses, ["pending", "pending"]);

    assert_eq!(store.file(file.id).await?, None);
    assert_eq!(store.file_by_cid(&file.cid).await?, None);
    assert_eq!(store.link(link.id).await?, None);
    let page = store.list_files(file.owner, NOW, None, PageLimit::MAX).await?;
    assert_eq!(page.items, [kept]);
    assert_eq!(store.deletion(file.id).await?, Some(deletion.clone()));
    assert_eq!(store.deletion_by_cid(&file.cid).await?, Some(deletion));

    let revoked = store.revocations_since(0, NOW, PageLimit::MAX).await?;
    let [only] = &revoked[..] else { panic!("one revocation: {revoked:?}") };
    assert_eq!(only.revoked, Revoked::Object(file.id));
    assert_eq!(only.expires_at, later(1_000_000));
    Ok(())
}

/// A file is deleted once, and only in the revision that is current, if one is named.
pub async fn happen_once(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let file = a_file(store, owner, NOW).await?;
    let stale = store.delete_file(file.id, Some(file.rev - 1), DeletionReason::Asked, NOW).await;
    assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
    assert!(store.file(file.id).await?.is_some());
    store.delete_file(file.id, Some(file.rev), DeletionReason::Retention, NOW).await?;
    let again = store.delete_file(file.id, None, DeletionReason::Asked, NOW).await;
    assert!(matches!(again, Err(StoreError::NoFile)), "{again:?}");
    let record = store.deletion(file.id).await?.expect("a record");
    assert_eq!(record.reason, DeletionReason::Retention);
    Ok(())
}

/// Of concurrent deletions one succeeds.
pub async fn happen_once_under_concurrency(
    one: &dyn Store,
    other: &dyn Store,
) -> Result<(), StoreError> {
    let owner = a_user(one, "ada").await?.id;
    for _ in 0..10 {
        let file = a_file(one, owner, NOW).await?;
        let (a, b) = join(
            one.delete_file(file.id, None, DeletionReason::Asked, NOW),
            other.delete_file(file.id, None, DeletionReason::Asked, NOW),
        )
        .await;
        assert_ne!(a.is_ok(), b.is_ok());
    }
    Ok(())
}

/// What is pending is listed in pages until it is done.
pub async fn are_pending_until_done(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let mut ids = Vec::new();
    for _ in 0..5 {
        let file = a_file(store, owner, NOW).await?;
        ids.push(store.delete_file(file.id, None, DeletionReason::Asked, NOW).await?.id);
    }
    ids.sort_unstable();
    let limit = PageLimit::new(2).expect("a page size");
    let mut listed = Vec::new();
    loop {
        let page = store.pending_deletions(listed.last().copied(), limit).await?;
        assert!(page.len() <= 2);
        if page.is_empty() {
            break;
        }
        listed.extend(page.iter().map(|deletion| deletion.id));
    }
    assert_eq!(listed, ids);

    let nodes = |status: &str| {
        let (engine, node) = ("sample".to_owned(), "here".to_owned());
        vec![ReplicaRow { engine, node, status: status.to_owned() }]
    };
    let progress = |status, done_at| Progress { nodes: nodes(status), done_at, collected_at: None };
    assert!(store.advance_deletion(ids[0], progress("unpinned", None)).await?);
    assert!(store.advance_deletion(ids[1], progress("collected", Some(later(9)))).await?);
    let pending = store.pending_deletions(None, PageLimit::MAX).await?;
    assert!(pending.iter().map(|deletion| deletion.id).eq([&ids[..1], &ids[2..]].concat()));
    assert_eq!(pending[0].nodes, nodes("unpinned"));
    let done = store.deletion(ids[1]).await?.expect("a record");
    assert_eq!((done.nodes, done.done_at), (nodes("collected"), Some(later(9))));
    let unknown = Upload::new(owner, NOW).statement.id;
    assert!(!store.advance_deletion(unknown, Progress::default()).await?);
    assert_eq!(store.deletion(unknown).await?, None);
    Ok(())
}

/// Whoever is to be asked for which blocks is on record, from the end of a deletion until they are
/// gone.
pub async fn are_followed_until_collected(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let file = a_file(store, owner, NOW).await?;
        let deletion = store.delete_file(file.id, None, DeletionReason::Asked, NOW).await?;
        assert_eq!(deletion.content_len, file.content_len);
        assert_eq!((deletion.witnesses, deletion.collected_at), (vec![], None));
        ids.push(file.id);
    }
    ids.sort_unstable();
    let uncollected = async |after, limit| -> Result<Vec<ObjectId>, StoreError> {
        let page = store.uncollected_deletions(after, limit).await?;
        Ok(page.into_iter().map(|deletion| deletion.id).collect())
    };
    assert_eq!(uncollected(None, PageLimit::MAX).await?, [], "they are pending");

    let witnesses =
        vec![Upload::new(owner, NOW).object.root(), Upload::new(owner, NOW).object.content];
    assert!(store.set_witnesses(ids[1], witnesses.clone()).await?);
    assert!(!store.set_witnesses(Upload::new(owner, NOW).statement.id, vec![]).await?);
    for id in &ids {
        let progress = Progress { done_at: Some(later(5)), ..Progress::default() };
        assert!(store.advance_deletion(*id, progress).await?);
    }
    assert_eq!(uncollected(None, PageLimit::MAX).await?, ids);
    let one = PageLimit::new(1).expect("a page size");
    assert_eq!(uncollected(Some(ids[0]), one).await?, ids[1..2]);
    let collected_at = Some(later(7));
    let progress = Progress { nodes: vec![], done_at: Some(later(5)), collected_at };
    assert!(store.advance_deletion(ids[1], progress).await?);
    assert_eq!(uncollected(None, PageLimit::MAX).await?, [ids[0], ids[2]]);
    let record = store.deletion(ids[1]).await?.expect("a record");
    assert_eq!((record.witnesses, record.collected_at), (witnesses, collected_at));
    Ok(())
}

/// Files whose time is over are found in pages, the others are not.
pub async fn of_what_is_over_are_due(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let mut due = Vec::new();
    for (created, until) in [(0, Some(10)), (1, Some(20)), (2, Some(30)), (3, None), (4, Some(9))] {
        let mut upload = Upload::new(owner, later(created));
        upload.statement.expires_at = until.map(later);
        store.begin_upload(upload.intent()).await?;
        let file = store.commit_upload(upload.acknowledged()).await?;
        if until.is_some_and(|until| until < 30) {
            due.push(file.id);
        }
    }
    due.sort_unstable();
    let limit = PageLimit::new(2).expect("a page size");
    let first = store.files_expired_before(later(30), None, limit).await?;
    let after = first.last().map(|file| file.id);
    let rest = store.files_expired_before(later(30), after, limit).await?;
    assert!(first.iter().chain(&rest).map(|file| file.id).eq(due));
    assert_eq!(store.files_expired_before(later(9), None, limit).await?, []);

    let mut all = Vec::new();
    loop {
        let after = all.last().copied();
        let page = store.files(after, limit).await?;
        if page.is_empty() {
            break;
        }
        all.extend(page.iter().map(|file| file.id));
    }
    assert_eq!(all.len(), 5);
    assert!(all.is_sorted());
    Ok(())
}

/// What the catalog has lost comes back as it was, once; what was deleted does not, nor what is
/// being uploaded.
pub async fn are_not_undone(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let replica = ReplicaRow {
        engine: "sample".to_owned(),
        node: "here".to_owned(),
        status: "pinned".to_owned(),
    };
    let recover = |upload: &Upload| {
        let signed = format!("signed.statement.{}", upload.statement.id);
        let pin = &upload.object.pin;
        Recovered::new(pin, &upload.statement, signed, vec![replica.clone()]).expect("it agrees")
    };
    let lost = Upload::new(owner, NOW);
    let mut recovered = recover(&lost);
    let former = Upload::new(owner, NOW).object.root();
    recovered.add_former(former);
    assert!(store.restore_file(recovered).await?);
    assert!(!store.restore_file(recover(&lost)).await?);
    assert_eq!(store.former_roots_of(lost.statement.id).await?, [former]);
    let wanting = store.files_wanting_replicas(None, PageLimit::MAX).await?;
    assert_eq!(wanting.len(), 1, "whether one replica is enough is not known");
    let mut expected = lost.acknowledged().file().clone();
    expected.replicas = vec![replica.clone()];
    assert_eq!(store.file_by_cid(&lost.object.content).await?, Some(expected));

    store.delete_file(lost.statement.id, None, DeletionReason::Asked, NOW).await?;
    assert!(!store.restore_file(recover(&lost)).await?);
    assert_eq!(store.file(lost.statement.id).await?, None);

    let begun = Upload::new(owner, NOW);
    store.begin_upload(begun.intent()).await?;
    assert!(!store.restore_file(recover(&begun)).await?);

    let of_nobody = Upload::new(UserId::generate(), NOW);
    let refused = store.restore_file(recover(&of_nobody)).await;
    assert!(matches!(refused, Err(StoreError::NoUser)), "{refused:?}");
    Ok(())
}

/// The realm's first valid moment and the latest time seen only move on.
pub async fn of_tokens_only_move_on(store: &dyn Store) -> Result<(), StoreError> {
    let unclaimed = store.move_tokens_valid_from(NOW).await;
    assert!(matches!(unclaimed, Err(StoreError::Unclaimed)), "{unclaimed:?}");
    let unclaimed = store.see_clock(NOW).await;
    assert!(matches!(unclaimed, Err(StoreError::Unclaimed)), "{unclaimed:?}");
    store.claim_realm(&cidlock_crypto::Realm::parse("urn:here").expect("a realm")).await?;
    for (to, expected) in [(5, 5), (3, 5), (9, 9)] {
        store.move_tokens_valid_from(later(to)).await?;
        assert_eq!(store.tokens_valid_from().await?, later(expected));
    }
    for (now, before) in [(5, UnixTime(0)), (3, later(5)), (9, later(5)), (9, later(9))] {
        assert_eq!(store.see_clock(later(now)).await?, before);
    }
    Ok(())
}
