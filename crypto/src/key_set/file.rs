//! The key set as a JSON Web Key Set.
//!
//! Every key is a plain JWK that other tools read; beside the registered members it has
//! `purpose`, `created` and, where it is, `retired`. Because this program writes the file back
//! when keys are rotated, a member it does not know is refused rather than lost.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::keyring::{Identified, Keyring, Retired};
use super::{KeySet, Purpose, SigningKey, SymmetricKey};
use crate::secret::Secret;
use crate::{JsonError, Realm, UnixTime, base64url, json};

/// The largest key set that is read, in bytes.
const MAX_LEN: usize = 256 * 1024;
/// More than what one key takes, so that the writer's buffer of secrets never moves.
const KEY_LEN_ESTIMATE: usize = 512;

/// Why a key set was refused. No text tells anything of a private key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeySetError {
    /// Larger than what is read.
    #[error("the key set is larger than {MAX_LEN} bytes")]
    TooLong,
    /// Not a JSON Web Key Set of the expected form.
    #[error("the key set is malformed: {0}")]
    Json(#[from] JsonError),
    /// A purpose has no active key.
    #[error("the key set has no active key for the purpose \"{0}\"")]
    Missing(Purpose),
    /// A purpose has two keys that are not retired.
    #[error("the key set has two active keys for the purpose \"{0}\"")]
    TwoActive(Purpose),
    /// Two keys have the same id.
    #[error("two keys of the key set have the id \"{0}\"")]
    DuplicateKid(String),
    /// A key is of another type, curve, algorithm or use than its purpose demands.
    #[error("the key \"{0}\" is not of the kind that its purpose demands")]
    Kind(String),
    /// A key's id is not the one that its kind demands.
    #[error("the key \"{0}\" has an id of the wrong form")]
    Kid(String),
    /// The public key does not belong to the private one.
    #[error("the public key of \"{0}\" does not belong to its private key")]
    PublicKey(String),
    /// It belongs to another realm.
    #[error("the key set belongs to the realm {found}, not to {expected}")]
    OtherRealm {
        /// Whose it is.
        found: Realm,
        /// Whose it should be.
        expected: Realm,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JwkSet {
    realm: Realm,
    keys: Vec<Jwk>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Jwk {
    kty: String,
    kid: String,
    #[serde(rename = "use")]
    usage: String,
    alg: String,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::present")]
    k: Option<Secret>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::present")]
    crv: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::present")]
    x: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::present")]
    d: Option<Secret>,
    purpose: Purpose,
    created: UnixTime,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "json::present")]
    retired: Option<UnixTime>,
}

impl KeySet {
    /// Reads a key set.
    ///
    /// # Errors
    /// [`KeySetError`] if anything of it is not as this crate writes it.
    pub fn from_json(json: &[u8]) -> Result<Self, KeySetError> {
        if json.len() > MAX_LEN {
            return Err(KeySetError::TooLong);
        }
        let JwkSet { realm, mut keys } = json::from_slice(json)?;
        let mut kids: Vec<&str> = keys.iter().map(|key| key.kid.as_str()).collect();
        kids.sort_unstable();
        if let Some(pair) = kids.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(KeySetError::DuplicateKid(pair[0].to_owned()));
        }
        Ok(Self {
            realm,
            keks: keyring(&mut keys, Purpose::Kek, Jwk::into_symmetric)?,
            storage: keyring(&mut keys, Purpose::Storage, Jwk::into_symmetric)?,
            object: keyring(&mut keys, Purpose::Object, Jwk::into_signing)?,
            access: keyring(&mut keys, Purpose::Access, Jwk::into_signing)?,
            share: keyring(&mut keys, Purpose::Share, Jwk::into_signing)?,
            receipt: later_keyring(&mut keys, Purpose::Receipt, Jwk::into_signing)?,
        })
    }

    /// Writes the key set, private keys included, one member a line.
    #[must_use]
    pub fn to_json(&self) -> Zeroizing<String> {
        let mut keys = Vec::new();
        for (purpose, ring) in [(Purpose::Kek, &self.keks), (Purpose::Storage, &self.storage)] {
            keys.extend(each(ring, |key| Jwk::of_symmetric(purpose, key)));
        }
        let later = self.receipt.iter().map(|ring| (Purpose::Receipt, ring));
        let signing = [
            (Purpose::Object, &self.object),
            (Purpose::Access, &self.access),
            (Purpose::Share, &self.share),
        ];
        for (purpose, ring) in signing.into_iter().chain(later) {
            keys.extend(each(ring, |key| Jwk::of_signing(purpose, key)));
        }
        let mut json = Zeroizing::new(Vec::with_capacity((keys.len() + 1) * KEY_LEN_ESTIMATE));
        let set = JwkSet { realm: self.realm.clone(), keys };
        serde_json::to_writer_pretty(&mut *json, &set).expect("memory takes all that is written");
        Zeroizing::new(String::from_utf8(std::mem::take(&mut *json)).expect("JSON is UTF-8"))
    }
}

/// Takes the keys of a purpose that was not always there out of the list: none is no mistake.
fn later_keyring<K: Identified>(
    keys: &mut Vec<Jwk>,
    purpose: Purpose,
    read: fn(Jwk) -> Result<K, KeySetError>,
) -> Result<Option<Keyring<K>>, KeySetError> {
    if keys.iter().all(|jwk| jwk.purpose != purpose) {
        return Ok(None);
    }
    keyring(keys, purpose, read).map(Some)
}

/// Takes the keys of one purpose out of the list.
fn keyring<K: Identified>(
    keys: &mut Vec<Jwk>,
    purpose: Purpose,
    read: fn(Jwk) -> Result<K, KeySetError>,
) -> Result<Keyring<K>, KeySetError> {
    let mut active = None;
    let mut retired = Vec::new();
    for jwk in keys.extract_if(.., |jwk| jwk.purpose == purpose) {
        match jwk.retired {
            Some(at) => retired.push(Retired { key: read(jwk)?, at }),
            None if active.is_some() => return Err(KeySetError::TwoActive(purpose)),
            None => active = Some(read(jwk)?),
        }
    }
    Ok(Keyring::new(active.ok_or(KeySetError::Missing(purpose))?, retired))
}

/// The active key, then the retired ones.
fn each<'a, K: Identified>(
    ring: &'a Keyring<K>,
    write: impl Fn(&K) -> Jwk + 'a,
) -> impl Iterator<Item = Jwk> + 'a {
    let retired_at = ring.retired().iter().map(|retired| Some(retired.at));
    let retired_at = std::iter::once(None).chain(retired_at);
    ring.iter().zip(retired_at).map(move |(key, at)| Jwk { retired: at, ..write(key) })
}

impl Jwk {
    fn of_symmetric(purpose: Purpose, key: &SymmetricKey) -> Self {
        let (usage, alg) = usage_and_alg(purpose);
        Self {
            kty: "oct".to_owned(),
            kid: key.kid().to_owned(),
            usage: usage.to_owned(),
            alg: alg.to_owned(),
            k: Some(key.secret().clone()),
            crv: None,
            x: None,
            d: None,
            purpose,
            created: key.created(),
            retired: None,
        }
    }

    fn of_signing(purpose: Purpose, key: &SigningKey) -> Self {
        let (usage, alg) = usage_and_alg(purpose);
        Self {
            kty: "OKP".to_owned(),
            kid: key.kid().to_owned(),
            usage: usage.to_owned(),
            alg: alg.to_owned(),
            k: None,
            crv: Some("Ed25519".to_owned()),
            x: Some(base64url::encode(key.verifying().bytes())),
            d: Some(key.seed().clone()),
            purpose,
            created: key.created(),
            retired: None,
        }
    }

    fn into_symmetric(self) -> Result<SymmetricKey, KeySetError> {
        let right_kind = self.kty == "oct" && self.matches_purpose();
        match (right_kind, self.k, self.crv, self.x, self.d) {
            (true, Some(secret), None, None, None) => {
                SymmetricKey::from_parts(self.kid.clone(), secret, self.created)
                    .ok_or(KeySetError::Kid(self.kid))
            }
            _ => Err(KeySetError::Kind(self.kid)),
        }
    }

    fn into_signing(self) -> Result<SigningKey, KeySetError> {
        let right_kind = self.kty == "OKP" && self.matches_purpose();
        match (right_kind, self.k, self.crv.as_deref(), self.x, self.d) {
            (true, None, Some("Ed25519"), Some(x), Some(seed)) => {
                let key = SigningKey::from_seed(seed, self.created);
                if base64url::encode(key.verifying().bytes()) != x {
                    return Err(KeySetError::PublicKey(self.kid));
                }
                if key.kid() != self.kid {
                    return Err(KeySetError::Kid(self.kid));
                }
                Ok(key)
            }
            _ => Err(KeySetError::Kind(self.kid)),
        }
    }

    fn matches_purpose(&self) -> bool {
        usage_and_alg(self.purpose) == (self.usage.as_str(), self.alg.as_str())
    }
}

const fn usage_and_alg(purpose: Purpose) -> (&'static str, &'static str) {
    match purpose {
        Purpose::Kek => ("enc", "A256KW"),
        Purpose::Storage => ("enc", "A256GCM"),
        Purpose::Object | Purpose::Access | Purpose::Share | Purpose::Receipt => ("sig", "EdDSA"),
    }
}
