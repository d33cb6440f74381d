//! Links: share tokens handed out, listed and taken back.
//!
//! A link's token is minted, shown once and not stored; its row says that it exists, until when,
//! and what it gives. Taking it back is a revocation in the store, in force in this process
//! before it is acknowledged.
//!
//! A link is made by the file's owner, or by whoever has one that gives the permission `share`. Such
//! a one is below theirs, at most [`MAX_PARENTS`] deep.
//!
//! # Invariants
//! - A link gives nothing, and lives no longer, than the one that it was made from.
//! - It ends with each of those that it descends from: their ids are in its token.
//! - Whoever has a link sees and takes back what descends from it, and nothing else.

use std::sync::Arc;
use std::time::Duration;

use cidlock_crypto::key_set::ColumnError;
use cidlock_crypto::token::{MAX_PARENTS, MintError, ShareClaims, Token};
use cidlock_crypto::{Permissions, UnixTime};

use crate::access::{Ended, Grant, Party, Revocations, Share};
use crate::clock::Clock;
use crate::config::TokensConfig;
use crate::keyring::Keyring;
use crate::store::{Cursor, LinkId, LinkRow, NewLink, Page, PageLimit, Store, StoreError};

/// The longest label of a link, in bytes of UTF-8.
pub const MAX_LABEL_LEN: usize = 255;

/// Links, over whatever store.
#[derive(Clone)]
pub struct Sharing {
    /// What knows of them.
    pub store: Arc<dyn Store>,
    /// What mints their tokens and seals their labels.
    pub keyring: Arc<Keyring>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where a revocation takes effect at once.
    pub revocations: Arc<Revocations>,
    /// How long they may live.
    pub lifetimes: TokensConfig,
}

/// What a link should give.
#[derive(Debug, Clone)]
pub struct LinkRequest {
    /// Its lifetime, in seconds; without it, the default.
    pub expires_in_s: Option<u64>,
    /// What its bearer may do; without it, read and see what is known of the file, as far as its
    /// maker may.
    pub permissions: Option<Permissions>,
    /// What its maker calls it.
    pub label: Option<String>,
}

/// A link as its maker sees it.
#[derive(Debug)]
pub struct Link {
    /// The row.
    pub row: LinkRow,
    /// What its maker calls it.
    pub label: Option<String>,
}

/// Why a link is not made, shown or taken back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SharingError {
    /// It asks to live for no time, or longer than a link may.
    #[error("a link lives between 1 and {max_s} seconds")]
    Lifetime {
        /// The limit, in seconds.
        max_s: u64,
    },
    /// It asks for nothing, or for more than its maker has or may ever be granted on the object.
    #[error(
        "a link gives at least one permission, and only such as its maker has and may be granted \
         on the file"
    )]
    Permissions,
    /// It would descend from more links than a token names.
    #[error("a link descends from at most {MAX_PARENTS} others")]
    Depth,
    /// The link that it would be made from, or one above that, is not known.
    #[error("the link that the token belongs to is not known")]
    UnknownParent,
    /// The authority to make it has ended.
    #[error(transparent)]
    Ended(#[from] Ended),
    /// Its label is too long.
    #[error("a link's name has at most {MAX_LABEL_LEN} bytes")]
    Label,
    /// There is no such link, or it is somebody else's: the two look the same.
    #[error("no such link")]
    NotFound,
    /// The store cannot be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A label does not open under this realm's keys.
    #[error(transparent)]
    Column(#[from] ColumnError),
    /// The token could not be minted.
    #[error(transparent)]
    Mint(#[from] MintError),
    /// The gateway is going down.
    #[error("interrupted")]
    Interrupted,
}

impl Sharing {
    /// Makes a link to the object that `grant` is about, and the token that it carries.
    ///
    /// A link never outlives the file's retention, nor the link that it is made from.
    ///
    /// # Errors
    /// The request is outside the limits or wider than the grant; the grant has ended; the store
    /// does not take it.
    pub async fn create(
        &self,
        grant: &Grant<Share>,
        request: LinkRequest,
    ) -> Result<(Link, Token), SharingError> {
        let (file, maker, now) = (grant.file(), grant.party(), self.clock.now());
        // A token is taken for a moment longer than it lives; what it hands on must live.
        grant.validity().check()?;
        let ends = file.expires_at.into_iter().chain(maker.expires_at()).min();
        let expires_at = self.expiry(request.expires_in_s, now, ends)?;
        let permissions =
            narrowed(request.permissions, file.permissions.intersect(maker.permissions()))?;
        let parents = maker.lineage();
        if parents.len() > MAX_PARENTS {
            return Err(SharingError::Depth);
        }
        let id = LinkId::generate();
        let label = request.label.as_deref().map(|label| self.seal_label(id, label)).transpose()?;
        let claims = ShareClaims {
            subject: maker.user().to_string(),
            issued_at: now,
            not_before: now,
            expires_at,
            id: id.to_string(),
            cid: file.cid.to_string(),
            permissions,
            allow_ips: None,
            max_downloads: None,
            only_user: None,
            parents: parents.iter().map(LinkId::to_string).collect(),
        };
        let row = NewLink {
            id,
            file: file.id,
            creator: maker.user(),
            created_at: now,
            expires_at,
            permissions,
            label,
            parents,
        };
        let token = self.keyring.keys().mint_share(&claims)?;
        let row = self.store.create_link(row).await.map_err(|error| match error {
            StoreError::NoLink => SharingError::UnknownParent,
            error => error.into(),
        })?;
        Ok((Link { row, label: request.label }, token))
    }

    /// A page of the links to the object that `grant` is about, newest first: all for its owner,
    /// and for whoever has a link those that descend from it.
    ///
    /// # Errors
    /// The store cannot be asked, or a label does not open.
    pub async fn list(
        &self,
        grant: &Grant<Share>,
        after: Option<Cursor>,
        limit: PageLimit,
    ) -> Result<Page<Link>, SharingError> {
        let page = match grant.party() {
            Party::User(_) => self.store.links_of_file(grant.file().id, after, limit).await?,
            Party::Holder(holder) => self.store.links_below(holder.id(), after, limit).await?,
        };
        let items = page.items.into_iter().map(|row| self.open(row));
        Ok(Page { items: items.collect::<Result<_, _>>()?, next: page.next })
    }

    /// One of a user's own links, or one that descends from the holder's.
    ///
    /// # Errors
    /// [`SharingError::NotFound`], also for somebody else's.
    pub async fn link(&self, by: &Party, id: LinkId) -> Result<Link, SharingError> {
        let row = self.store.link(id).await?.filter(|link| match by {
            Party::User(caller) => link.creator == caller.user(),
            Party::Holder(holder) => link.parents.contains(&holder.id()),
        });
        self.open(row.ok_or(SharingError::NotFound)?)
    }

    /// Takes such a link back, and with it all that descend from it. Doing it again changes
    /// nothing.
    ///
    /// Once the store has it, the revocation takes effect here whether or not the caller still
    /// listens.
    ///
    /// # Errors
    /// [`SharingError::NotFound`], also for somebody else's.
    pub async fn revoke(&self, by: &Party, id: LinkId) -> Result<(), SharingError> {
        self.link(by, id).await?;
        let (store, revocations) = (self.store.clone(), self.revocations.clone());
        let now = self.clock.now();
        let revoked = tokio::spawn(async move {
            // Also where it was revoked before: an earlier answer may have been lost on its way.
            store.revoke_link(id, now).await?;
            Ok(revocations.catch_up(&*store).await?)
        });
        revoked.await.map_err(|_| SharingError::Interrupted)?
    }

    fn expiry(
        &self,
        asked_s: Option<u64>,
        now: UnixTime,
        ends: Option<UnixTime>,
    ) -> Result<UnixTime, SharingError> {
        let max_s = self.lifetimes.share_max_lifetime_s;
        let lifetime_s = asked_s.unwrap_or(self.lifetimes.share_default_lifetime_s);
        if !(1..=max_s).contains(&lifetime_s) {
            return Err(SharingError::Lifetime { max_s });
        }
        let expires_at = now.saturating_add(Duration::from_secs(lifetime_s));
        Ok(ends.map_or(expires_at, |end| end.min(expires_at)))
    }

    fn seal_label(&self, id: LinkId, label: &str) -> Result<Vec<u8>, SharingError> {
        if label.len() > MAX_LABEL_LEN {
            return Err(SharingError::Label);
        }
        Ok(self.keyring.keys().seal_column(&label_context(id), label.as_bytes())?)
    }

    fn open(&self, row: LinkRow) -> Result<Link, SharingError> {
        let opened = row.label.as_deref().map(|sealed| {
            let bytes = self.keyring.keys().open_column(&label_context(row.id), sealed)?;
            Ok::<_, ColumnError>(String::from_utf8_lossy(&bytes).into_owned())
        });
        Ok(Link { label: opened.transpose()?, row })
    }
}

/// What a link gives whose maker can hand on `most`.
fn narrowed(asked: Option<Permissions>, most: Permissions) -> Result<Permissions, SharingError> {
    let usual = Permissions::READ | Permissions::STAT;
    let given = asked.unwrap_or_else(|| usual.intersect(most));
    let fits = !given.is_empty() && most.contains(given);
    fits.then_some(given).ok_or(SharingError::Permissions)
}

/// Binds a sealed label to its row, so that no other's can be put in its place.
fn label_context(id: LinkId) -> String {
    format!("links.label/{id}")
}
