//! Cases: how the nodes are with a file's roots.

use super::sample::{NOW, Upload, a_file, a_user, later, pinned};
use crate::store::{
    DeletionReason, FileRow, FormerRoot, JobState, PageLimit, ReplicaRow, Revised, RevisionIntent,
    Store, StoreError,
};

/// Rows of nodes with these statuses.
fn rows(statuses: &[&str]) -> Vec<ReplicaRow> {
    let row = |(i, status): (usize, &&str)| ReplicaRow {
        engine: "sample".to_owned(),
        node: format!("n{i}"),
        status: (*status).to_owned(),
    };
    statuses.iter().enumerate().map(row).collect()
}

/// A file wants a replica until all of them are pinned; what is said of another root, or of a file
/// that is gone, changes nothing.
pub async fn are_wanted_until_pinned(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(a_file(store, owner, NOW).await?);
    }
    ids.sort_unstable_by_key(|file| file.id);
    let wanting = async |after| store.files_wanting_replicas(after, PageLimit::MAX).await;
    assert_eq!(wanting(None).await?, ids, "of a sample one replica is pending");
    let one = PageLimit::new(1).expect("a page size");
    assert_eq!(store.files_wanting_replicas(Some(ids[0].id), one).await?, ids[1..2]);
    assert_eq!(store.count_files().await?, 3);

    let file = &ids[1];
    assert!(!store.set_replicas(file.id, ids[0].root, rows(&["pinned"])).await?, "another root");
    assert_eq!(wanting(None).await?, ids);
    assert!(store.set_replicas(file.id, file.root, rows(&["pinned", "pinned"])).await?);
    let found = store.file(file.id).await?.expect("it is there");
    assert_eq!(found, FileRow { replicas: rows(&["pinned", "pinned"]), ..file.clone() });
    assert_eq!(wanting(None).await?, [ids[0].clone(), ids[2].clone()]);

    assert!(store.set_replicas(file.id, file.root, rows(&["pinned", "damaged"])).await?);
    assert_eq!(wanting(Some(ids[0].id)).await?.len(), 2);
    assert!(store.set_replicas(file.id, file.root, rows(&["pinned"])).await?);
    store.question_replicas().await?;
    assert_eq!(wanting(None).await?.len(), 3, "nothing is known any more");

    store.delete_file(file.id, None, DeletionReason::Asked, NOW).await?;
    assert!(!store.set_replicas(file.id, file.root, rows(&["pinned"])).await?);
    assert_eq!(wanting(None).await?, [ids[0].clone(), ids[2].clone()]);
    assert_eq!(store.count_files().await?, 2);
    Ok(())
}

/// The roots of revisions that were replaced or given up are on record until they are forgotten, also
/// beyond the file; the present root never is.
pub async fn of_former_roots_are_recorded(store: &dyn Store) -> Result<(), StoreError> {
    let owner = a_user(store, "ada").await?.id;
    let mut upload = Upload::new(owner, NOW);
    upload.statement.rev = 1;
    store.begin_upload(upload.intent()).await?;
    let first = store.commit_upload(upload.acknowledged()).await?;
    let other = Upload::new(owner, NOW).object.root();

    let given_up = RevisionIntent { id: first.id, rev: 2, root: other, begun_at: NOW };
    store.begin_revision(given_up.clone()).await?;
    assert_eq!(store.former_roots_of(first.id).await?, []);
    store.abandon_revision(first.id).await?;
    assert_eq!(store.former_roots_of(first.id).await?, [other]);

    // The same root after all.
    store.begin_revision(given_up).await?;
    upload.statement.rev = 2;
    let mut pin = upload.object.pin.clone();
    pin.root = other;
    let revised = Revised::new(&first, &pinned(pin), &upload.statement, "signed.anew".to_owned());
    store.commit_revision(revised.expect("it agrees")).await?;
    assert_eq!(store.former_roots_of(first.id).await?, [first.root]);

    store.delete_file(first.id, None, DeletionReason::Asked, NOW).await?;
    assert_eq!(store.former_roots_of(first.id).await?, [first.root], "the file is gone, it is not");

    let known = FormerRoot { id: first.id, root: first.root };
    let known = [known];
    assert_eq!(store.former_roots(None, PageLimit::MAX).await?, known);
    let [known] = known;
    assert_eq!(store.former_roots(Some(known.clone()), PageLimit::MAX).await?, []);
    assert!(!store.forget_former_root(FormerRoot { id: first.id, root: other }).await?);
    assert!(store.forget_former_root(known.clone()).await?);
    assert!(!store.forget_former_root(known).await?);
    assert_eq!(store.former_roots(None, PageLimit::MAX).await?, []);
    Ok(())
}

/// A job's state is the one that was saved last, each of its own name.
pub async fn are_looked_after_by_jobs(store: &dyn Store) -> Result<(), StoreError> {
    assert_eq!(store.job("one").await?, None);
    let begun = JobState::begun(NOW, "{\"a\": 'b'}");
    store.save_job("one", begun.clone()).await?;
    store.save_job("other", JobState::begun(later(1), "")).await?;
    assert_eq!(store.job("one").await?, Some(begun.clone()));
    let after = Some(Upload::new(crate::store::UserId::generate(), NOW).statement.id);
    let ended = JobState { after, ended_at: Some(later(2)), note: String::new(), ..begun };
    store.save_job("one", ended.clone()).await?;
    assert_eq!(store.job("one").await?, Some(ended));
    assert_eq!(store.job("other").await?, Some(JobState::begun(later(1), "")));
    Ok(())
}
