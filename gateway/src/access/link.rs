//! Who acts on links: a user on their own, or the bearer of one on those that descend from it.
//!
//! What a share token may hand on is decided by what it says and never by what is stored of it. The
//! links that it descends from are in the token as well, so that asking whether one of them was
//! revoked costs no look into the store.

use cid::Cid;
use cidlock_crypto::token::{TokenError, TokenKind, Unverified};
use cidlock_crypto::{Permissions, UnixTime};

use super::{Access, AccessError, Caller, Scope, Share};
use crate::store::{FileRow, LinkId, Revoked, UserId};

/// The bearer of a share token that was verified.
#[derive(Clone, Debug)]
pub struct LinkHolder {
    pub(super) id: LinkId,
    pub(super) parents: Vec<LinkId>,
    pub(super) user: UserId,
    pub(super) cid: Cid,
    pub(super) permissions: Permissions,
    pub(super) expires_at: UnixTime,
}

impl LinkHolder {
    /// The link: `jti` of its token.
    #[must_use]
    pub fn id(&self) -> LinkId {
        self.id
    }

    /// What the token gives, whatever may be granted on its file.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        self.permissions
    }

    /// Everything whose revocation ends the token: the link and all that it descends from.
    pub(super) fn revocable(&self) -> Vec<Revoked> {
        self.parents.iter().chain([&self.id]).copied().map(Revoked::Link).collect()
    }
}

/// Who acts.
#[derive(Clone)]
pub enum Party {
    /// A user, in their own name.
    User(Caller),
    /// Whoever has a link.
    Holder(LinkHolder),
}

impl Party {
    /// On whose authority: the user, or the one who made the first of the links that the holder's
    /// descends from.
    #[must_use]
    pub fn user(&self) -> UserId {
        match self {
            Self::User(caller) => caller.user(),
            Self::Holder(holder) => holder.user,
        }
    }

    /// What a link that is made now descends from, the first one first.
    #[must_use]
    pub fn lineage(&self) -> Vec<LinkId> {
        match self {
            Self::User(_) => Vec::new(),
            Self::Holder(holder) => holder.parents.iter().chain([&holder.id]).copied().collect(),
        }
    }

    /// The most that can be handed on, as far as it does not depend on the file.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        match self {
            Self::User(_) => Permissions::ALL,
            Self::Holder(holder) => holder.permissions,
        }
    }

    /// When all that is handed on ends, if that is known.
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixTime> {
        match self {
            Self::User(_) => None,
            Self::Holder(holder) => Some(holder.expires_at),
        }
    }
}

impl Access {
    /// Who presents `bearer` where links are shown and taken back: a user with the scope
    /// [`Scope::Links`], or the holder of a link with the permission `share` whose file is there.
    ///
    /// # Errors
    /// Every rule of tokens; [`AccessError::InsufficientScope`], [`AccessError::Permission`];
    /// [`AccessError::NotFound`] if the holder's file is gone.
    pub async fn party(&self, bearer: &str) -> Result<Party, AccessError> {
        let token = Unverified::parse(bearer)?;
        match token.kind() {
            TokenKind::Access => Ok(Party::User(self.caller(bearer, Scope::Links).await?)),
            TokenKind::Share => {
                let (holder, file) = self.holder(&token).await?;
                Ok(self.grant_to_holder::<Share>(holder, file).await?.into_party())
            }
        }
    }

    /// Verifies a share token: neither it nor one that it descends from was revoked, and it carries
    /// no restriction that is not enforced here. Its file comes with it, if that is there.
    pub(super) async fn holder(
        &self,
        token: &Unverified<'_>,
    ) -> Result<(LinkHolder, Option<FileRow>), AccessError> {
        let claims = self.keyring.verifier().verify_share(token, self.clock.now())?;
        let parents = claims.parents.iter().map(|id| id.parse()).collect::<Result<_, _>>();
        let holder = LinkHolder {
            id: claims.id.parse().map_err(|_| AccessError::UnknownSubject)?,
            parents: parents.map_err(|_| TokenError::MistypedClaim("parents"))?,
            user: claims.subject.parse().map_err(|_| AccessError::UnknownSubject)?,
            cid: claims.cid.parse().map_err(|_| TokenError::MistypedClaim("cid"))?,
            permissions: claims.permissions,
            expires_at: claims.expires_at,
        };
        if holder.revocable().into_iter().any(|revoked| self.revocations.contains(revoked)) {
            return Err(AccessError::Revoked);
        }
        if let Some(restriction) = claims.restrictions().next() {
            return Err(AccessError::Restricted(restriction));
        }
        let cid = Some(&holder.cid);
        let (_, standing) = self.subject(&claims.subject, claims.issued_at, cid).await?;
        Ok((holder, standing.into_file()))
    }
}
