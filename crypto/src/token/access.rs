//! Access tokens (RFC 9068).

use serde_json::{Map, Value, json};

use super::claims::{ClaimSet, Claims, Times, ensure, is_text};
use super::{TokenError, TokenKind};
use crate::UnixTime;

/// The most roles an access token names.
pub const MAX_ROLES: usize = 32;

/// What an access token says. Names and ids have 1 to 256 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessClaims {
    /// `sub`: id of the user.
    pub subject: String,
    /// `client_id`: what the user acts through.
    pub client_id: String,
    /// `iat`.
    pub issued_at: UnixTime,
    /// `nbf`: not valid before.
    pub not_before: UnixTime,
    /// `exp`: not valid from then on.
    pub expires_at: UnixTime,
    /// `jti`: id of the token.
    pub id: String,
    /// `scope`: names parted by single spaces (RFC 6749 section 3.3), or nothing.
    pub scope: String,
    /// `roles` of the user, at most [`MAX_ROLES`].
    pub roles: Vec<String>,
    /// `sid`: the session it belongs to and ends with.
    pub session: Option<String>,
}

impl ClaimSet for AccessClaims {
    const KIND: TokenKind = TokenKind::Access;

    fn take(claims: &mut Claims) -> Result<Self, TokenError> {
        let Times { issued_at, not_before, expires_at } = Times::take(claims)?;
        let subject = claims.text("sub")?;
        let id = claims.text("jti")?;
        let client_id = claims.text("client_id")?;
        let scope: String = claims.required("scope")?;
        ensure(is_scope(&scope), "scope")?;
        let roles: Vec<String> = claims.required("roles")?;
        ensure(roles.len() <= MAX_ROLES && roles.iter().all(|role| is_text(role)), "roles")?;
        let session: Option<String> = claims.optional("sid")?;
        ensure(session.as_deref().is_none_or(is_text), "sid")?;
        Ok(Self {
            subject,
            client_id,
            issued_at,
            not_before,
            expires_at,
            id,
            scope,
            roles,
            session,
        })
    }

    fn to_members(&self) -> Map<String, Value> {
        let mut members = Map::from_iter(self.times().to_members());
        members.insert("sub".to_owned(), json!(self.subject));
        members.insert("jti".to_owned(), json!(self.id));
        members.insert("client_id".to_owned(), json!(self.client_id));
        members.insert("scope".to_owned(), json!(self.scope));
        members.insert("roles".to_owned(), json!(self.roles));
        if let Some(session) = &self.session {
            members.insert("sid".to_owned(), json!(session));
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

/// `scope-token *( SP scope-token )`, or nothing.
fn is_scope(scope: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
    };
    scope.is_empty() || scope.split(' ').all(is_name)
}
