//! Adding people.

use zeroize::Zeroizing;

use super::{Access, AccessError, NewPassword};
use crate::store::{NewUser, User, UserId, UserStatus};

impl Access {
    /// Adds an active user.
    ///
    /// # Errors
    /// The name or the id is taken, or the store cannot be asked.
    pub async fn add_user(
        &self,
        id: UserId,
        name: &str,
        password: Zeroizing<String>,
        roles: Vec<String>,
    ) -> Result<User, AccessError> {
        let status = UserStatus::Active;
        self.add(id, name, password, roles, status).await
    }

    /// Adds somebody of whom no more than the id is known: with a name made of it, a password that
    /// nobody has, and disabled.
    ///
    /// # Errors
    /// The id is taken, or the store cannot be asked.
    pub async fn add_unknown_user(&self, id: UserId) -> Result<User, AccessError> {
        let password = NewPassword::generate()?.0;
        let name = format!("recovered-{id}");
        self.add(id, &name, password, Vec::new(), UserStatus::Disabled).await
    }

    async fn add(
        &self,
        id: UserId,
        name: &str,
        password: Zeroizing<String>,
        roles: Vec<String>,
        status: UserStatus,
    ) -> Result<User, AccessError> {
        let password_hash = self.passwords.hash(password).await?;
        let (name, created_at) = (name.to_owned(), self.clock.now());
        let user = NewUser { id, name, password_hash, roles, status, created_at };
        Ok(self.store.create_user(user).await?)
    }
}
