//! The access token of the user's session, renewed when it is about to end.
//!
//! Renewal (`POST /oauth/token`, RFC 6749 section 6) uses up the refresh token and brings a new
//! one. Commands that run at the same time share the session, so one of them renews, under the
//! lock of the credentials, and the others find the result on disk. From the moment the request is
//! sent the renewal runs to its end whatever happens to the command: a new refresh token that was
//! not kept would end the session.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;

use super::super::credentials::{Account, CredentialStore, Locked, Secret};
use super::super::failure::{AskedWith, Failure};
use super::model::TokenGrant;
use super::{CALL_LIMIT, Client, Server, answer, unreachable};

impl TokenGrant {
    /// What is kept of it.
    pub(in crate::cli) fn into_account(self, user: String, now: Timestamp) -> Account {
        let lifetime = Duration::from_secs(self.expires_in.into());
        Account {
            user,
            access_token: self.access_token,
            access_expires_at: now.saturating_add(lifetime).unwrap_or(now),
            refresh_token: self.refresh_token,
        }
    }
}

impl Client {
    /// A token that the server should accept, and that is not `rejected`.
    pub(in crate::cli) async fn access_token(
        &self,
        rejected: Option<&Secret>,
    ) -> Result<Secret, Failure> {
        let account = self.credentials.account(&self.server)?;
        let account = account.ok_or_else(|| Failure::NotLoggedIn(self.server.clone()))?;
        if account.serves(Timestamp::now(), rejected) {
            return Ok(account.access_token);
        }
        let renewal = Renewal {
            http: self.http.clone(),
            server: self.server.clone(),
            credentials: self.credentials.clone(),
            rejected: rejected.cloned(),
        };
        self.background.shielded(renewal.run()).await
    }
}

/// One renewal of the session.
struct Renewal {
    http: reqwest::Client,
    server: Server,
    credentials: CredentialStore,
    rejected: Option<Secret>,
}

impl Renewal {
    async fn run(self) -> Result<Secret, Failure> {
        let locked = self.credentials.lock().await?;
        let account = locked.account(&self.server)?;
        let account = account.ok_or_else(|| Failure::NotLoggedIn(self.server.clone()))?;
        // Another command may have renewed it while this one waited for the lock.
        if account.serves(Timestamp::now(), self.rejected.as_ref()) {
            return Ok(account.access_token);
        }
        let asked_at = Timestamp::now();
        let grant = match self.ask(&account.refresh_token).await {
            Err(failure) => return Err(self.give_up(failure, &locked)?),
            Ok(grant) => grant,
        };
        let account = grant.into_account(account.user, asked_at);
        let token = account.access_token.clone();
        locked.keep(&self.server, account)?;
        Ok(token)
    }

    async fn ask(&self, refresh_token: &Secret) -> Result<TokenGrant, Failure> {
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())];
        let request =
            self.http.post(self.server.url(&["oauth", "token"])).timeout(CALL_LIMIT).form(&form);
        let response = request.send().await.map_err(|error| unreachable(&self.server, &error))?;
        let response = answer::accepted(response, &self.server, AskedWith::Session).await?;
        answer::json(response, &self.server).await
    }

    /// The failure to report. A refresh token that was refused is forgotten: to present it again
    /// would be of no use.
    fn give_up(&self, failure: Failure, locked: &Locked<'_>) -> Result<Failure, Failure> {
        let refused = [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
        if failure.status().is_some_and(|status| refused.iter().any(|code| *code == status)) {
            locked.forget(&self.server)?;
            return Ok(Failure::SessionEnded(self.server.clone()));
        }
        Ok(failure)
    }
}

#[cfg(test)]
mod tests;
