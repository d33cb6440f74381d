//! Share tokens.

use std::fmt;

use crate::{Permissions, UnixTime};

/// The most ancestors a share token names.
pub const MAX_PARENTS: usize = 8;
/// The most address ranges a share token names.
pub const MAX_ALLOW_IPS: usize = 32;

/// What a share token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareClaims {
    /// `sub`: id of the user on whose authority the token stands, not empty.
    pub subject: String,
    /// `iat`.
    pub issued_at: UnixTime,
    /// `nbf`: not valid before.
    pub not_before: UnixTime,
    /// `exp`: not valid from then on.
    pub expires_at: UnixTime,
    /// `jti`: id of the token, not empty.
    pub id: String,
    /// `cid`: the one object it is bound to.
    pub cid: String,
    /// `permissions`: at least one.
    pub permissions: Permissions,
    /// `allow_ips`: address ranges in CIDR notation, 1 to [`MAX_ALLOW_IPS`].
    pub allow_ips: Option<Vec<String>>,
    /// `max_downloads`: at least 1.
    pub max_downloads: Option<u64>,
    /// `only_user`: id of the one user it is for.
    pub only_user: Option<String>,
    /// `parents`: ids of the share tokens it descends from, at most [`MAX_PARENTS`].
    pub parents: Vec<String>,
}

/// A restriction that a share token may carry beyond its object, permissions and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Restriction {
    /// `allow_ips`.
    AllowIps,
    /// `max_downloads`.
    MaxDownloads,
    /// `only_user`.
    OnlyUser,
    /// `parents`.
    Parents,
}

impl ShareClaims {
    /// The restrictions that the token carries. Whoever honours a share token must enforce each
    /// of them, or refuse the token.
    pub fn restrictions(&self) -> impl Iterator<Item = Restriction> + use<> {
        [
            self.allow_ips.is_some().then_some(Restriction::AllowIps),
            self.max_downloads.is_some().then_some(Restriction::MaxDownloads),
            self.only_user.is_some().then_some(Restriction::OnlyUser),
            (!self.parents.is_empty()).then_some(Restriction::Parents),
        ]
        .into_iter()
        .flatten()
    }
}

impl fmt::Display for Restriction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AllowIps => "allow_ips",
            Self::MaxDownloads => "max_downloads",
            Self::OnlyUser => "only_user",
            Self::Parents => "parents",
        })
    }
}
