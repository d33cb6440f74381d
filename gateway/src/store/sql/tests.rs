use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Executor as _};

use super::*;
use crate::store::conformance::{self, durability};
use crate::store::{LinkId, PageLimit};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_passes_the_suite() {
    let directory = tempfile::tempdir().unwrap();
    conformance::run(async |name| {
        let path = directory.path().join(format!("{name}.db"));
        Arc::new(SqlStore::open_sqlite(&path).await.unwrap()) as Arc<dyn Store>
    })
    .await;
}

#[tokio::test]
async fn sqlite_commits_to_the_disk_and_checks_references() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqlStore::open_sqlite(&directory.path().join("a file?mode=memory#.db")).await;
    let Database::Sqlite { writer, readers } = store.unwrap().database else { unreachable!() };
    for pool in [writer, readers] {
        for (pragma, expected) in [("synchronous", 2), ("foreign_keys", 1)] {
            let found: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("PRAGMA {pragma}")))
                .fetch_one(&pool)
                .await
                .unwrap();
            assert_eq!(found, expected, "{pragma}");
        }
        let journal: String =
            sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&pool).await.unwrap();
        assert_eq!(journal, "wal");
    }
    assert!(directory.path().join("a file?mode=memory#.db").exists());
}

#[tokio::test]
async fn sqlite_readers_cannot_write() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqlStore::open_sqlite(&directory.path().join("store.db")).await.unwrap();
    let Database::Sqlite { readers, .. } = &store.database else { unreachable!() };
    assert!(readers.execute("DELETE FROM revocation_counter").await.is_err());
}

#[tokio::test]
async fn the_files_of_sqlite_are_private() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqlStore::open_sqlite(&directory.path().join("store.db")).await.unwrap();
    durability::write(&store).await.unwrap();
    let mut count = 0;
    for file in std::fs::read_dir(&directory).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.path().display());
        count += 1;
    }
    assert_eq!(count, 3, "the database, its log and the log's index");
}

#[tokio::test]
async fn rows_that_mean_nothing_are_an_error_and_not_passed_over() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let store = SqlStore::open_sqlite(&path).await.unwrap();
    durability::write(&store).await.unwrap();
    let user = store.user_by_name("ada").await.unwrap().unwrap();
    let file =
        store.list_files(user.id, UnixTime(0), None, PageLimit::MAX).await.unwrap().items.remove(0);
    let links = store.links_of_file(file.id, None, PageLimit::MAX).await.unwrap();
    let link: LinkId = links.items[0].id;

    spoil(&path, "UPDATE users SET status = 'asleep'").await;
    corrupt(&store.user(user.id).await);
    corrupt(&store.standing(user.id, None).await);
    spoil(&path, "UPDATE users SET status = 'active', roles = '{}'").await;
    corrupt(&store.user(user.id).await);
    corrupt(&store.standing(user.id, None).await);
    spoil(&path, "UPDATE users SET roles = '[]'").await;
    spoil(&path, "UPDATE files SET size = -1").await;
    corrupt(&store.file_by_cid(&file.cid).await);
    corrupt(&store.standing(user.id, Some(file.cid)).await);
    spoil(&path, "UPDATE files SET size = 1, permissions = '[\"fly\"]'").await;
    corrupt(&store.file_by_cid(&file.cid).await);
    spoil(&path, "UPDATE files SET permissions = '[]', cid = 'none'").await;
    corrupt(&store.link(link).await);
    spoil(&path, "UPDATE revocations SET kind = 'drop'").await;
    corrupt(&store.revocations_since(0, user.created_at, PageLimit::MAX).await);
}

#[tokio::test]
async fn a_database_of_a_later_version_is_not_touched() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    SqlStore::open_sqlite(&path).await.unwrap().close().await;
    spoil(&path, "UPDATE _sqlx_migrations SET version = version + 9999").await;
    let opened = SqlStore::open_sqlite(&path).await;
    assert!(matches!(opened, Err(StoreError::Migration(_))), "{opened:?}");
}

/// What a version before replicas were looked after has written.
const BEFORE_UPKEEP: &str = "
    INSERT INTO users VALUES (x'01', 'ada', '', '[]', 'active', 0, 0);
    INSERT INTO files VALUES
        (x'01890a5d00007000800000000000000a', 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku',
         'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku', 1, 0, 0, x'01', '[]', 0, NULL,
         '', '[]');
    INSERT INTO deletions VALUES
        (x'01890a5d00007000800000000000000b', 'a', '', NULL, x'01', 'asked', 0, '[]', 7),
        (x'01890a5d00007000800000000000000c', 'b', '', NULL, x'01', 'asked', 0, '[]', NULL);";

#[tokio::test]
async fn a_database_of_a_former_version_is_brought_up_to_date() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    let mut former = sqlx::migrate!("migrations/sqlite");
    former.migrations.to_mut().retain(|migration| migration.version < 5);
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    former.run(&mut connection).await.unwrap();
    connection.execute(BEFORE_UPKEEP).await.unwrap();

    SqlStore::open_sqlite(&path).await.unwrap().close().await;
    let asked = "SELECT (SELECT COUNT(*) FROM files WHERE whole = 0),
                        (SELECT COUNT(*) FROM deletions WHERE collected_at = 7),
                        (SELECT COUNT(*) FROM deletions WHERE collected_at IS NULL)";
    let found: (i64, i64, i64) = sqlx::query_as(asked).fetch_one(&mut connection).await.unwrap();
    assert_eq!(found, (1, 1, 1), "a file to look at, a deletion that is over, one that is not");
}

#[tokio::test]
async fn what_is_no_database_is_not_opened() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("store.db");
    std::fs::write(&path, "a letter to a friend, and long enough to be taken for a header")
        .unwrap();
    assert!(SqlStore::open_sqlite(&path).await.is_err());
    assert!(SqlStore::open_sqlite(directory.path()).await.is_err());
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("a letter"));
}

async fn spoil(path: &Path, statement: &'static str) {
    let mut connection = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    connection.execute(statement).await.unwrap();
}

fn corrupt<T: std::fmt::Debug>(read: &Result<T, StoreError>) {
    assert!(matches!(read, Err(StoreError::Corrupt(_))), "{read:?}");
}
