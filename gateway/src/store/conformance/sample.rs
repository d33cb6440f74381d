//! What the cases store.

use std::collections::BTreeMap;

use bytes::Bytes;
use cidlock_crypto::chunked::{DataKey, Sealed, Sealer};
use cidlock_crypto::statement::Statement;
use cidlock_crypto::{ObjectId, Permissions, UnixTime};
use cidlock_ipfs_client::block::Block;
use cidlock_ipfs_client::engine::ObjectRef;
use cidlock_ipfs_client::pin::{Pin, PinName, Pinned, Replica, ReplicaStatus};

use crate::store::{
    Acknowledged, Disagreement, FileRow, Intent, LinkId, LinkRow, NewLink, NewSession, NewUser,
    PasswordHash, RefreshHash, Session, SessionId, Store, StoreError, User, UserId, UserStatus,
};

/// When most things happen.
pub(super) const NOW: UnixTime = UnixTime(1_800_000_000);

/// So many seconds after [`NOW`].
pub(super) fn later(seconds: u64) -> UnixTime {
    UnixTime(NOW.0 + seconds)
}

/// The hash of the `n`-th refresh token.
pub(super) fn refresh(n: u8) -> RefreshHash {
    RefreshHash([n; 32])
}

pub(super) fn new_user(name: &str) -> NewUser {
    NewUser {
        id: UserId::generate(),
        name: name.to_owned(),
        password_hash: PasswordHash::new(format!("$argon2id$not really: {name}")),
        roles: vec!["admin".to_owned(), "\"quoted\"".to_owned()],
        status: UserStatus::Active,
        created_at: NOW,
    }
}

pub(super) async fn a_user(store: &dyn Store, name: &str) -> Result<User, StoreError> {
    store.create_user(new_user(name)).await
}

/// A session that lives for 1000 seconds, whose first refresh token is the `n`-th and lives for 100.
pub(super) fn new_session(user: UserId, n: u8) -> NewSession {
    NewSession {
        id: SessionId::generate(),
        user,
        client_id: "cidlock-cli".to_owned(),
        created_at: NOW,
        expires_at: later(1000),
        first_refresh: refresh(n),
        refresh_expires_at: later(100),
    }
}

pub(super) async fn a_session(store: &dyn Store, n: u8) -> Result<Session, StoreError> {
    let user = a_user(store, &format!("owner of session {n}")).await?;
    store.start_session(new_session(user.id, n)).await
}

/// An upload that went through: every part of it, agreeing.
pub(crate) struct Upload {
    pub(in crate::store) sealed: Sealed,
    pub(in crate::store) pinned: Pinned,
    pub(in crate::store) object: ObjectRef,
    pub(crate) statement: Statement,
}

impl Upload {
    /// A tiny object of `owner`, unlike every other.
    pub(crate) fn new(owner: UserId, created: UnixTime) -> Self {
        let id = ObjectId::generate(created.0 * 1000).expect("the system is random");
        let data_key = DataKey::generate().expect("the system is random");
        let (sealed, ciphertext) = seal(&data_key, id.to_string().as_bytes());
        let content = Block::raw(ciphertext).cid();
        let object = ObjectRef {
            pin: Pin {
                name: PinName::parse(&id.to_string()).expect("an id is a pin's name"),
                root: Block::raw(content.to_bytes().into()).cid(),
            },
            content,
            content_len: sealed.ciphertext_len(),
        };
        let statement = Statement {
            id,
            rev: u32::MAX,
            cid: content.to_string(),
            size: sealed.plaintext_len(),
            permissions: Permissions::READ | Permissions::SHARE,
            expires_at: created.0.is_multiple_of(2).then(|| later(5000)),
            issued_at: created,
            data_key,
            name: "a name".to_owned(),
            media_type: "text/plain".to_owned(),
            sha256: sealed.sha256(),
            owner: owner.to_string(),
            created,
            meta: BTreeMap::new(),
        };
        Self { sealed, pinned: pinned(object.pin.clone()), object, statement }
    }

    pub(in crate::store) fn intent(&self) -> Intent {
        Intent {
            id: self.statement.id,
            cid: self.object.content,
            root: self.object.root(),
            owner: self.statement.owner.parse().expect("an owner is a user"),
            begun_at: self.statement.created,
        }
    }

    pub(crate) fn acknowledge(&self) -> Result<Acknowledged, Disagreement> {
        let signed = format!("signed.statement.{}", self.statement.id);
        Acknowledged::new(&self.sealed, &self.pinned, &self.object, &self.statement, signed)
    }

    /// What the store is to commit.
    pub(super) fn acknowledged(&self) -> Acknowledged {
        self.acknowledge().expect("the parts of a sample agree")
    }
}

pub(in crate::store) fn seal(key: &DataKey, plaintext: &[u8]) -> (Sealed, Bytes) {
    let mut out = Vec::new();
    let mut sealer = Sealer::new(key).expect("the system is random");
    sealer.seal(plaintext, &mut out).expect("a short text can be sealed");
    let sealed = sealer.finish(&mut out).expect("a short text can be sealed");
    (sealed, out.into())
}

pub(in crate::store) fn pinned(pin: Pin) -> Pinned {
    let replica =
        |node: &str, status| Replica { engine: "sample".to_owned(), node: node.to_owned(), status };
    let replicas =
        vec![replica("here", ReplicaStatus::Pinned), replica("there", ReplicaStatus::Pending)];
    Pinned::confirmed_by_engine(pin, replicas)
}

/// Uploads a tiny file.
pub(super) async fn a_file(
    store: &dyn Store,
    owner: UserId,
    created: UnixTime,
) -> Result<FileRow, StoreError> {
    let upload = Upload::new(owner, created);
    store.begin_upload(upload.intent()).await?;
    store.commit_upload(upload.acknowledged()).await
}

/// A link to `file` that lives for 100 seconds.
pub(super) fn new_link(file: &FileRow, created_at: UnixTime) -> NewLink {
    NewLink {
        id: LinkId::generate(),
        file: file.id,
        creator: file.owner,
        created_at,
        expires_at: UnixTime(created_at.0 + 100),
        permissions: Permissions::READ,
        label: Some(vec![0, 255, 10]),
        parents: Vec::new(),
    }
}

/// A user, a file of theirs and a link to it.
pub(super) async fn a_link(store: &dyn Store) -> Result<(FileRow, LinkRow), StoreError> {
    let owner = a_user(store, "owner of a link").await?;
    let file = a_file(store, owner.id, NOW).await?;
    let link = store.create_link(new_link(&file, NOW)).await?;
    Ok((file, link))
}
