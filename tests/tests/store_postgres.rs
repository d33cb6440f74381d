//! The store over a real PostgreSQL.

use std::pin::pin;
use std::sync::Arc;

use cidlock::store::{
    NewUser, PasswordHash, SqlStore, Store, StoreError, UserId, UserStatus, conformance,
};
use cidlock_crypto::UnixTime;
use cidlock_tests::postgres::Postgres;
use cidlock_tests::wait;
use futures::poll;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_passes_the_suite() {
    let server = Postgres::start().await;
    conformance::run(async |name| Arc::new(open(&server, name).await) as Arc<dyn Store>).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gateways_that_start_together_make_the_tables_once() {
    let server = Postgres::start().await;
    server.database("shared").await;
    let all = futures::future::join_all((0..4).map(|_| open(&server, "shared"))).await;
    for (n, store) in all.iter().enumerate() {
        store.create_user(user(n)).await.unwrap();
    }
    for n in 0..all.len() {
        assert!(all[0].user_by_name(&name(n)).await.unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_that_go_away_leave_no_transaction_open() {
    const CALLS: usize = 200;
    let server = Postgres::start().await;
    let store = open(&server, "left").await;
    for n in 0..CALLS {
        let mut call = pin!(store.create_user(user(n)));
        // At least once, so that it has begun; then it is dropped wherever it is.
        for _ in 0..=n / 4 {
            if poll!(&mut call).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    let mut admin = server.admin().await;
    wait::until("the end of all transactions", async || {
        let open: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = 'left' AND state <> 'idle'",
        )
        .fetch_one(&mut admin)
        .await
        .unwrap();
        (open == 0).then_some(())
    })
    .await;
    for n in 0..CALLS {
        wait::until(format_args!("user {n}, whose creation had begun"), async || {
            store.user_by_name(&name(n)).await.unwrap()
        })
        .await;
    }
}

#[tokio::test]
async fn what_is_no_server_is_unavailable() {
    let directory = tempfile::tempdir().unwrap();
    let host = directory.path().to_str().unwrap().replace('/', "%2F");
    let url = format!("postgres://cidlock@localhost/none?host={host}");
    let opened = SqlStore::connect_postgres(&url, 1).await;
    assert!(matches!(opened, Err(StoreError::Unavailable(_))), "{opened:?}");
    let opened = SqlStore::connect_postgres("not a url, but perhaps a secret", 1).await;
    let error = format!("{opened:?}");
    assert!(
        matches!(opened, Err(StoreError::Unavailable(_))) && !error.contains("secret"),
        "{error}"
    );
}

async fn open(server: &Postgres, name: &str) -> SqlStore {
    let url = server.database(name).await;
    SqlStore::connect_postgres(&url, 4).await.expect("an empty database can be used")
}

fn name(n: usize) -> String {
    format!("user {n}")
}

fn user(n: usize) -> NewUser {
    NewUser {
        id: UserId::generate(),
        name: name(n),
        password_hash: PasswordHash::new("$argon2id$".to_owned()),
        roles: vec![],
        status: UserStatus::Active,
        created_at: UnixTime(1_800_000_000),
    }
}
