//! A permission on one object, proven.

use std::marker::PhantomData;
use std::sync::Arc;

use cid::Cid;
use cidlock_crypto::token::{TokenKind, Unverified};
use cidlock_crypto::{Permission, UnixTime};

use super::{Access, AccessError, Caller, LinkHolder, Party, Revocations, Scope};
use crate::clock::Clock;
use crate::store::{FileRow, Revoked};

/// Proof that its holder may do `P` with the object inside.
///
/// It is made by [`Access::grant`] out of a verified token, or inside this crate for a file that
/// the caller has just stored.
pub struct Grant<P> {
    file: FileRow,
    validity: Validity,
    party: Party,
    permission: PhantomData<P>,
}

/// What a [`Grant`] can be for.
pub trait Right: Send + Sync + 'static {
    /// What a share token must give; `None` if no link gives it, to nobody.
    const NEEDED: Option<Permission>;
    /// What the owner's access token must carry.
    const SCOPE: Scope;
}

/// The bytes of a file.
#[derive(Debug)]
pub enum Read {}
/// What is known about a file, without its bytes.
#[derive(Debug)]
pub enum Stat {}
/// Handing out links.
#[derive(Debug)]
pub enum Share {}
/// Deleting a file.
#[derive(Debug)]
pub enum Delete {}
/// Describing a file anew, which is its owner's alone.
#[derive(Debug)]
pub enum Edit {}

impl Right for Read {
    const NEEDED: Option<Permission> = Some(Permission::Read);
    const SCOPE: Scope = Scope::FilesRead;
}
impl Right for Stat {
    const NEEDED: Option<Permission> = Some(Permission::Stat);
    const SCOPE: Scope = Scope::FilesRead;
}
impl Right for Share {
    const NEEDED: Option<Permission> = Some(Permission::Share);
    const SCOPE: Scope = Scope::Links;
}

impl Right for Delete {
    const NEEDED: Option<Permission> = Some(Permission::Delete);
    const SCOPE: Scope = Scope::FilesWrite;
}
impl Right for Edit {
    const NEEDED: Option<Permission> = None;
    const SCOPE: Scope = Scope::FilesWrite;
}

impl<P: Right> Grant<P> {
    /// The object.
    #[must_use]
    pub fn file(&self) -> &FileRow {
        &self.file
    }

    /// Whether the authority still stands; what runs long asks again and again.
    #[must_use]
    pub fn validity(&self) -> &Validity {
        &self.validity
    }

    /// Who acts: the owner, or whoever has a link.
    #[must_use]
    pub fn party(&self) -> &Party {
        &self.party
    }

    pub(super) fn into_party(self) -> Party {
        self.party
    }
}

impl Access {
    /// The permission `P` on the object `cid` for whoever presents `bearer`: a share token bound
    /// to that CID, or the owner's access token.
    ///
    /// # Errors
    /// Every rule of tokens; [`AccessError::OtherObject`] for a share token on another CID,
    /// whether or not that exists; [`AccessError::NotFound`] for an owner on what is not theirs.
    pub async fn grant<P: Right>(&self, bearer: &str, cid: &Cid) -> Result<Grant<P>, AccessError> {
        let token = Unverified::parse(bearer)?;
        match token.kind() {
            TokenKind::Share => {
                let (holder, file) = self.holder(&token).await?;
                if P::NEEDED.is_some() && holder.cid != *cid {
                    return Err(AccessError::OtherObject);
                }
                self.grant_to_holder(holder, file).await
            }
            TokenKind::Access => {
                let claims = self.keyring.verifier().verify_access(&token, self.clock.now())?;
                let (caller, file) = self.caller_from(&claims, P::SCOPE, Some(cid)).await?;
                let file = self.live(file).filter(|file| file.owner == caller.user);
                Ok(self.own(caller, file.ok_or(AccessError::NotFound)?))
            }
        }
    }

    /// The owner's authority over a file of theirs.
    pub(crate) fn own<P: Right>(&self, caller: Caller, file: FileRow) -> Grant<P> {
        let validity = caller.validity.clone().until(file.expires_at);
        let validity = validity.and(Revoked::Object(file.id));
        Grant { file, validity, party: Party::User(caller), permission: PhantomData }
    }

    /// The authority of a link over the file that it is bound to, if that is there.
    pub(super) async fn grant_to_holder<P: Right>(
        &self,
        holder: LinkHolder,
        file: Option<FileRow>,
    ) -> Result<Grant<P>, AccessError> {
        let needed = P::NEEDED.ok_or(AccessError::OwnerAlone)?;
        let Some(file) = self.live(file) else {
            // It was there once, or there would be no such token: what led to it was revoked.
            let is_deleted = self.store.deletion_by_cid(&holder.cid).await?.is_some();
            return Err(if is_deleted { AccessError::Revoked } else { AccessError::NotFound });
        };
        if !holder.permissions.intersect(file.permissions).contains(needed.into()) {
            return Err(AccessError::Permission(needed));
        }
        let ends = file.expires_at.map_or(holder.expires_at, |end| end.min(holder.expires_at));
        let validity = self.validity(holder.revocable(), Some(ends));
        let validity = validity.and(Revoked::Object(file.id));
        Ok(Grant { file, validity, party: Party::Holder(holder), permission: PhantomData })
    }

    /// The file, unless its retention has ended.
    fn live(&self, file: Option<FileRow>) -> Option<FileRow> {
        file.filter(|file| file.expires_at.is_none_or(|end| end > self.clock.now()))
    }

    pub(super) fn validity(&self, revocable: Vec<Revoked>, ends: Option<UnixTime>) -> Validity {
        let (revocations, clock) = (self.revocations.clone(), self.clock.clone());
        Validity { revocations, clock, revocable, ends }
    }
}

/// Whether the authority behind a running transfer still stands.
#[derive(Clone)]
pub struct Validity {
    revocations: Arc<Revocations>,
    clock: Arc<dyn Clock>,
    revocable: Vec<Revoked>,
    ends: Option<UnixTime>,
}

impl Validity {
    /// The same, with an end.
    fn until(self, ends: Option<UnixTime>) -> Self {
        Self { ends, ..self }
    }

    /// The same, ended by this as well.
    fn and(mut self, revoked: Revoked) -> Self {
        self.revocable.push(revoked);
        self
    }

    /// Costs a lock and a look at the clock: meant to be asked once a batch of bytes.
    ///
    /// # Errors
    /// Why the transfer must be cut.
    pub fn check(&self) -> Result<(), Ended> {
        if self.ends.is_some_and(|end| end <= self.clock.now()) {
            return Err(Ended::Expired);
        }
        if self.revocable.iter().any(|revoked| self.revocations.contains(*revoked)) {
            return Err(Ended::Revoked);
        }
        Ok(())
    }
}

/// Why an authority no longer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Ended {
    /// The token was revoked, or its session was ended.
    #[error("the authority was revoked")]
    Revoked,
    /// The token expired, or the file's retention is over.
    #[error("the authority expired")]
    Expired,
}
