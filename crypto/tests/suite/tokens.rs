//! The table of bad tokens: each is refused for the reason it should be.

mod claims;
mod form;
mod header;
mod keys;
mod minting;
mod times;

use cidlock_crypto::key_set::KeySet;
use cidlock_crypto::token::{
    AccessClaims, ShareClaims, TokenError, TokenKind, TokenLimits, Unverified,
};
use cidlock_crypto::{JwsError, Permissions, UnixTime};
use serde_json::Value;

use crate::support::{CID, NOW, forge, jwk, key_set, parts};

pub(crate) fn share_claims() -> ShareClaims {
    ShareClaims {
        subject: "user-7".to_owned(),
        issued_at: NOW,
        not_before: NOW,
        expires_at: UnixTime(NOW.0 + 3600),
        id: "link-1".to_owned(),
        cid: CID.to_owned(),
        permissions: Permissions::READ | Permissions::STAT,
        allow_ips: None,
        max_downloads: None,
        only_user: None,
        parents: Vec::new(),
    }
}

pub(crate) fn access_claims() -> AccessClaims {
    AccessClaims {
        subject: "user-7".to_owned(),
        client_id: "cli".to_owned(),
        issued_at: NOW,
        not_before: NOW,
        expires_at: UnixTime(NOW.0 + 600),
        id: "token-1".to_owned(),
        scope: "files links".to_owned(),
        roles: vec!["admin".to_owned()],
        session: Some("family-1".to_owned()),
    }
}

pub(crate) fn verify(keys: &KeySet, kind: TokenKind, token: &str) -> Result<(), TokenError> {
    let verifier = keys.verifier(TokenLimits::default());
    let token = Unverified::parse(token)?;
    match kind {
        TokenKind::Access => verifier.verify_access(&token, NOW).map(drop),
        TokenKind::Share => verifier.verify_share(&token, NOW).map(drop),
    }
}

/// A good token of either type, taken apart.
struct Good {
    keys: KeySet,
    kind: TokenKind,
    jwk: Value,
    header: String,
    claims: Value,
    token: String,
}

fn good(kind: TokenKind) -> Good {
    let keys = key_set();
    let (purpose, token) = match kind {
        TokenKind::Access => ("access", keys.mint_access(&access_claims()).unwrap()),
        TokenKind::Share => ("share", keys.mint_share(&share_claims()).unwrap()),
    };
    let (header, payload, _) = parts(token.expose());
    Good {
        jwk: jwk(&keys, purpose),
        keys,
        kind,
        header,
        claims: serde_json::from_str(&payload).unwrap(),
        token: token.expose().to_owned(),
    }
}

fn both() -> [Good; 2] {
    [good(TokenKind::Access), good(TokenKind::Share)]
}

impl Good {
    fn refusal(&self, token: &str) -> Option<TokenError> {
        verify(&self.keys, self.kind, token).err()
    }

    fn refusal_of_header(&self, header: &str) -> Option<TokenError> {
        let header = header.replace("KID", self.jwk["kid"].as_str().unwrap());
        let header = header.replace("TYP", self.kind.typ());
        self.refusal(&forge(&self.jwk, &header, &self.claims.to_string()))
    }

    fn refusal_of_payload(&self, payload: &str) -> Option<TokenError> {
        self.refusal(&forge(&self.jwk, &self.header, payload))
    }

    fn refusal_of_claim(&self, name: &str, value: Option<Value>) -> Option<TokenError> {
        let mut claims = self.claims.clone();
        let members = claims.as_object_mut().unwrap();
        match value {
            Some(value) => members.insert(name.to_owned(), value),
            None => members.remove(name),
        };
        self.refusal_of_payload(&claims.to_string())
    }
}

fn jws(error: JwsError) -> Option<TokenError> {
    Some(TokenError::Jws(error))
}
