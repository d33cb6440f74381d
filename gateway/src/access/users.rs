//! Adding people.

use zeroize::Zeroizing;

use super::{Access, AccessError};
use crate::store::{NewUser, User, UserId, UserStatus};

impl Access {
    /// Adds an active user.
    ///
    /// # Errors
    /// The name is taken, or the store cannot be asked.
    pub async fn add_user(
        &self,
        name: &str,
        password: Zeroizing<String>,
        roles: Vec<String>,
    ) -> Result<User, AccessError> {
        let password_hash = self.passwords.hash(password).await?;
        let (id, name) = (UserId::generate(), name.to_owned());
        let (status, created_at) = (UserStatus::Active, self.clock.now());
        let user = NewUser { id, name, password_hash, roles, status, created_at };
        Ok(self.store.create_user(user).await?)
    }
}
