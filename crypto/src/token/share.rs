//! Share tokens.

use std::fmt;

use serde_json::{Map, Value, json};

use super::claims::{ClaimSet, Claims, Times, ensure, is_text};
use super::{TokenError, TokenKind, ip_range};
use crate::{Permissions, UnixTime, cid_text};

/// The most ancestors a share token names.
pub const MAX_PARENTS: usize = 8;
/// The most address ranges a share token names.
pub const MAX_ALLOW_IPS: usize = 32;

/// What a share token says. Names and ids have 1 to 256 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareClaims {
    /// `sub`: id of the user on whose authority the token stands.
    pub subject: String,
    /// `iat`.
    pub issued_at: UnixTime,
    /// `nbf`: not valid before.
    pub not_before: UnixTime,
    /// `exp`: not valid from then on.
    pub expires_at: UnixTime,
    /// `jti`: id of the token.
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
    /// `parents`: ids of the share tokens it descends from, the first one first; at most
    /// [`MAX_PARENTS`], each once, and not its own. Whoever honours the token must make sure that
    /// none of them was revoked.
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
}

impl ShareClaims {
    /// The restrictions that the token carries. Whoever honours a share token must enforce each
    /// of them, or refuse the token.
    pub fn restrictions(&self) -> impl Iterator<Item = Restriction> + use<> {
        [
            self.allow_ips.is_some().then_some(Restriction::AllowIps),
            self.max_downloads.is_some().then_some(Restriction::MaxDownloads),
            self.only_user.is_some().then_some(Restriction::OnlyUser),
        ]
        .into_iter()
        .flatten()
    }
}

impl ClaimSet for ShareClaims {
    const KIND: TokenKind = TokenKind::Share;

    fn take(claims: &mut Claims) -> Result<Self, TokenError> {
        let Times { issued_at, not_before, expires_at } = Times::take(claims)?;
        let subject = claims.text("sub")?;
        let id = claims.text("jti")?;
        let cid: String = claims.required("cid")?;
        ensure(cid_text::is_plausible(&cid), "cid")?;
        let permissions: Permissions = claims.required("permissions")?;
        ensure(!permissions.is_empty(), "permissions")?;

        let allow_ips: Option<Vec<String>> = claims.optional("allow_ips")?;
        ensure(allow_ips.as_deref().is_none_or(are_ranges), "allow_ips")?;
        let max_downloads: Option<u64> = claims.optional("max_downloads")?;
        ensure(max_downloads != Some(0), "max_downloads")?;
        let only_user: Option<String> = claims.optional("only_user")?;
        ensure(only_user.as_deref().is_none_or(is_text), "only_user")?;
        let parents: Option<Vec<String>> = claims.optional("parents")?;
        ensure(parents.as_deref().is_none_or(|parents| are_parents(parents, &id)), "parents")?;
        Ok(Self {
            subject,
            issued_at,
            not_before,
            expires_at,
            id,
            cid,
            permissions,
            allow_ips,
            max_downloads,
            only_user,
            parents: parents.unwrap_or_default(),
        })
    }

    fn to_members(&self) -> Map<String, Value> {
        let mut members = Map::from_iter(self.times().to_members());
        members.insert("sub".to_owned(), json!(self.subject));
        members.insert("jti".to_owned(), json!(self.id));
        members.insert("cid".to_owned(), json!(self.cid));
        members.insert("permissions".to_owned(), json!(self.permissions));
        if let Some(ranges) = &self.allow_ips {
            members.insert("allow_ips".to_owned(), json!(ranges));
        }
        if let Some(count) = self.max_downloads {
            members.insert("max_downloads".to_owned(), json!(count));
        }
        if let Some(user) = &self.only_user {
            members.insert("only_user".to_owned(), json!(user));
        }
        if !self.parents.is_empty() {
            members.insert("parents".to_owned(), json!(self.parents));
        }
        members
    }

    fn times(&self) -> Times {
        Times {
            issued_at: self.issued_at,
            not_before: self.not_before,
            expires_at: self.expires_at,
        }
    }
}

fn are_ranges(ranges: &[String]) -> bool {
    (1..=MAX_ALLOW_IPS).contains(&ranges.len()) && ranges.iter().all(|range| ip_range::is(range))
}

fn are_parents(parents: &[String], own: &str) -> bool {
    let differ = |(n, parent): (usize, &String)| parent != own && !parents[..n].contains(parent);
    (1..=MAX_PARENTS).contains(&parents.len())
        && parents.iter().all(|parent| is_text(parent))
        && parents.iter().enumerate().all(differ)
}

impl fmt::Display for Restriction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AllowIps => "allow_ips",
            Self::MaxDownloads => "max_downloads",
            Self::OnlyUser => "only_user",
        })
    }
}
