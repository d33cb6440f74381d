//! More people than the first start makes.

use cidlock::store::{NewUser, SqlStore, Store as _, UserId, UserStatus};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};

use super::Home;

impl Home {
    /// The catalog, opened beside the gateway's own code; no gateway may run here meanwhile.
    ///
    /// # Panics
    /// Before the first start.
    pub async fn catalog(&self) -> SqlStore {
        let path = self.data().join("catalog.db");
        assert!(path.exists(), "the first start makes a catalog");
        SqlStore::open_sqlite(&path).await.expect("the catalog opens")
    }

    /// Runs a statement on the catalog's tables, as somebody would who has no business there; no
    /// gateway may run here meanwhile.
    ///
    /// # Panics
    /// If the database does not take it.
    pub async fn spoil_catalog(&self, statement: &'static str) {
        let file = SqliteConnectOptions::new().filename(self.data().join("catalog.db"));
        let mut catalog = file.connect().await.expect("the catalog opens");
        catalog.execute(statement).await.expect("the statement is one");
        catalog.close().await.expect("the catalog closes");
    }

    /// Adds a user, as no call of the gateway does yet, who has the password of `admin`; no gateway
    /// may run here meanwhile.
    ///
    /// # Panics
    /// If there is such a user.
    pub async fn add_user(&self, name: &str) {
        let catalog = self.catalog().await;
        let admin = catalog.user_by_name("admin").await.expect("the catalog answers");
        let admin = admin.expect("the first start adds admin");
        let user = NewUser {
            id: UserId::generate(),
            name: name.to_owned(),
            password_hash: admin.password_hash,
            roles: Vec::new(),
            status: UserStatus::Active,
            created_at: admin.created_at,
        };
        catalog.create_user(user).await.expect("nobody has that name");
        catalog.close().await;
    }
}
