//! Links: share tokens handed out, listed and taken back.
//!
//! A link's token is minted, shown once and not stored; its row says that it exists, until when,
//! and what it gives. Taking it back is a revocation in the store, in force in this process
//! before it is acknowledged.

use std::sync::Arc;
use std::time::Duration;

use cidlock_crypto::key_set::ColumnError;
use cidlock_crypto::token::{MintError, ShareClaims, Token};
use cidlock_crypto::{Permissions, UnixTime};

use crate::access::{Caller, Grant, Revocations, Share};
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
    /// What its bearer may do.
    pub permissions: Permissions,
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
    /// It asks for nothing, or for more than may ever be granted on the object.
    #[error("a link gives at least one permission, and only such as may be granted on the file")]
    Permissions,
    /// A link's bearer asks; only the file's owner may.
    #[error("only the owner of a file makes and sees its links")]
    NotTheOwner,
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
    /// A link never outlives the file's retention.
    ///
    /// # Errors
    /// The request is outside the limits; the store does not take it.
    pub async fn create(
        &self,
        grant: &Grant<Share>,
        request: LinkRequest,
    ) -> Result<(Link, Token), SharingError> {
        let maker = grant.caller().ok_or(SharingError::NotTheOwner)?;
        let (file, now) = (grant.file(), self.clock.now());
        let expires_at = self.expiry(request.expires_in_s, now, file.expires_at)?;
        if request.permissions.is_empty() || !file.permissions.contains(request.permissions) {
            return Err(SharingError::Permissions);
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
            permissions: request.permissions,
            allow_ips: None,
            max_downloads: None,
            only_user: None,
            parents: Vec::new(),
        };
        let row = NewLink {
            id,
            file: file.id,
            creator: maker.user(),
            created_at: now,
            expires_at,
            permissions: request.permissions,
            label,
            parents: Vec::new(),
        };
        let token = self.keyring.keys().mint_share(&claims)?;
        let row = self.store.create_link(row).await?;
        Ok((Link { row, label: request.label }, token))
    }

    /// A page of the links to the object that `grant` is about, newest first.
    ///
    /// # Errors
    /// The store cannot be asked, or a label does not open.
    pub async fn list(
        &self,
        grant: &Grant<Share>,
        after: Option<Cursor>,
        limit: PageLimit,
    ) -> Result<Page<Link>, SharingError> {
        grant.caller().ok_or(SharingError::NotTheOwner)?;
        let page = self.store.links_of_file(grant.file().id, after, limit).await?;
        let items = page.items.into_iter().map(|row| self.open(row));
        Ok(Page { items: items.collect::<Result<_, _>>()?, next: page.next })
    }

    /// One of the caller's own links.
    ///
    /// # Errors
    /// [`SharingError::NotFound`], also for somebody else's.
    pub async fn link(&self, by: &Caller, id: LinkId) -> Result<Link, SharingError> {
        let row = self.store.link(id).await?.filter(|link| link.creator == by.user());
        self.open(row.ok_or(SharingError::NotFound)?)
    }

    /// Takes one of the caller's own links back. Doing it again changes nothing.
    ///
    /// Once the store has it, the revocation takes effect here whether or not the caller still
    /// listens.
    ///
    /// # Errors
    /// [`SharingError::NotFound`], also for somebody else's.
    pub async fn revoke(&self, by: &Caller, id: LinkId) -> Result<(), SharingError> {
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
        retention: Option<UnixTime>,
    ) -> Result<UnixTime, SharingError> {
        let max_s = self.lifetimes.share_max_lifetime_s;
        let lifetime_s = asked_s.unwrap_or(self.lifetimes.share_default_lifetime_s);
        if !(1..=max_s).contains(&lifetime_s) {
            return Err(SharingError::Lifetime { max_s });
        }
        let expires_at = now.saturating_add(Duration::from_secs(lifetime_s));
        Ok(retention.map_or(expires_at, |end| end.min(expires_at)))
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

/// Binds a sealed label to its row, so that no other's can be put in its place.
fn label_context(id: LinkId) -> String {
    format!("links.label/{id}")
}
