//! Argon2id in memory that goes back to the system with each hash.
//!
//! The hashes are those of the crate `argon2`, and so are the rules by which they are checked; only
//! where its memory comes from is decided here. The allocator of glibc takes from the system what
//! is large and gives it back when it is freed, but learns from the first such block of up to
//! 32 MiB to keep all that are no larger: 19 MiB in each of its arenas, for good.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::{CustomizedPasswordHasher, Error, PasswordHasher, Result};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// Bytes that no allocator keeps. What is not used of them is address space and no memory.
const NEVER_KEPT: usize = 33 << 20;

/// The hasher, with the parameters that `argon2` recommends.
pub(super) struct Argon2id;

impl PasswordHasher<PasswordHash> for Argon2id {
    fn hash_password_with_salt(&self, password: &[u8], salt: &[u8]) -> Result<PasswordHash> {
        self.hash_password_customized(password, salt, None, None, Params::default())
    }
}

impl CustomizedPasswordHasher<PasswordHash> for Argon2id {
    type Params = Params;

    fn hash_password_customized(
        &self,
        password: &[u8],
        salt: &[u8],
        algorithm: Option<&str>,
        version: Option<u32>,
        params: Params,
    ) -> Result<PasswordHash> {
        let algorithm = algorithm.map(Algorithm::try_from).transpose()?.unwrap_or_default();
        let version = version.map(Version::try_from).transpose()?.unwrap_or_default();
        let salt = Salt::new(salt)?;
        let mut output = [0; Output::MAX_LENGTH];
        let len = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let output = output.get_mut(..len).ok_or(Error::OutputSize)?;
        let written = ParamsString::try_from(&params)?;

        let blocks = params.block_count();
        let mut memory = Vec::with_capacity(blocks.max(NEVER_KEPT / Block::SIZE));
        memory.resize(blocks, Block::new());
        let argon2 = Argon2::new(algorithm, version, params);
        argon2.hash_password_into_with_memory(password, &salt, output, &mut memory)?;
        Ok(PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: written,
            salt: Some(salt),
            hash: Some(Output::new(output)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordVerifier as _;

    use super::*;

    #[test]
    fn its_hashes_are_those_of_the_crate() {
        let (password, salt) = (b"a password".as_slice(), b"sixteen bytes it".as_slice());
        let ours = Argon2id.hash_password_with_salt(password, salt).unwrap();
        let theirs = Argon2::default().hash_password_with_salt(password, salt).unwrap();
        assert_eq!(ours.to_string(), theirs.to_string());
    }

    #[test]
    fn a_hash_is_checked_by_the_parameters_that_it_names() {
        let params = Params::new(64, 2, 2, Some(20)).unwrap();
        let hash = Argon2::new(Algorithm::Argon2i, Version::V0x10, params)
            .hash_password_with_salt(b"right", b"another salt")
            .unwrap();
        assert!(Argon2id.verify_password(b"right", &hash).is_ok());
        assert!(Argon2id.verify_password(b"wrong", &hash).is_err());
    }
}
