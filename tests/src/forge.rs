//! Tokens that are nearly right.
//!
//! A [`Pattern`] is a good token taken apart, with the key that signed it out of the data
//! directory; it is changed in one place and signed again, as only a broken issuer would. What the
//! real issuer makes is never made here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Map, Value};

use crate::gateway::Home;

/// What precedes the seed in the PKCS #8 form of an Ed25519 key (RFC 8410, section 7).
const PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// A good token, taken apart.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The JOSE header.
    pub header: Map<String, Value>,
    /// The claims.
    pub claims: Map<String, Value>,
    key: Value,
}

impl Pattern {
    /// Takes apart a token that the gateway in `home` has minted.
    ///
    /// # Panics
    /// If it did not.
    #[must_use]
    pub fn of(token: &str, home: &Home) -> Self {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, _] = parts[..] else { panic!("a token has three parts") };
        let object = |part| serde_json::from_slice(&decode(part)).expect("a part is a JSON object");
        let header: Map<String, Value> = object(header);
        let key = key(&key_set(home), "kid", &header["kid"]);
        Self { header, claims: object(claims), key }
    }

    /// With another value of a claim.
    #[must_use]
    pub fn claiming(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Without a claim.
    ///
    /// # Panics
    /// If there is none of that name.
    #[must_use]
    pub fn silent_on(mut self, name: &str) -> Self {
        self.claims.remove(name).expect("a claim that the token has");
        self
    }

    /// With another member of the header.
    #[must_use]
    pub fn headed(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    /// Signed by the active key of another purpose, which the header names.
    #[must_use]
    pub fn by_key_for(mut self, purpose: &str, home: &Home) -> Self {
        self.key = key(&key_set(home), "purpose", &purpose.into());
        let kid = self.key["kid"].clone();
        self.headed("kid", kid)
    }

    /// Signed by the key of another key set that has the same purpose; the header names it or,
    /// where `in_disguise`, still the real one.
    #[must_use]
    pub fn by_stranger(mut self, stranger: &str, in_disguise: bool) -> Self {
        let set = serde_json::from_str(stranger).expect("a key set is JSON");
        self.key = key(&set, "purpose", &self.key["purpose"]);
        let kid = self.key["kid"].clone();
        if in_disguise { self } else { self.headed("kid", kid) }
    }

    /// A claim as a time.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    pub fn time(&self, name: &str) -> u64 {
        self.claims[name].as_u64().expect("a time is a number")
    }

    /// The public key, as it stands in the JWK.
    ///
    /// # Panics
    /// Never: a signing key has one.
    #[must_use]
    pub fn public_key(&self) -> &str {
        self.key["x"].as_str().expect("an Ed25519 key has `x`")
    }

    /// Signed.
    #[must_use]
    pub fn sign(&self) -> String {
        self.sign_texts(&self.header_text(), &self.claims_text())
    }

    /// Any two texts as header and claims, signed.
    ///
    /// # Panics
    /// Never: every seed signs.
    #[must_use]
    pub fn sign_texts(&self, header: &str, claims: &str) -> String {
        let input = format!("{}.{}", encode(header), encode(claims));
        let seed = decode(self.key["d"].as_str().expect("a private key has `d`"));
        let key = EncodingKey::from_ed_der(&[&PKCS8_PREFIX[..], &seed].concat());
        let signature = jsonwebtoken::crypto::sign(input.as_bytes(), &key, Algorithm::EdDSA);
        format!("{input}.{}", signature.expect("an Ed25519 key signs"))
    }

    /// With `secret` as the key of an HMAC, as the header says by then.
    ///
    /// # Panics
    /// Never: every secret authenticates.
    #[must_use]
    pub fn sign_hs256(self, secret: &[u8]) -> String {
        let pattern = self.headed("alg", "HS256");
        let input = format!("{}.{}", encode(pattern.header_text()), encode(pattern.claims_text()));
        let key = EncodingKey::from_secret(secret);
        let signature = jsonwebtoken::crypto::sign(input.as_bytes(), &key, Algorithm::HS256);
        format!("{input}.{}", signature.expect("an HMAC takes any key"))
    }

    /// With `alg` as given, and `signature` as the third part.
    #[must_use]
    pub fn unsigned(self, alg: &str, signature: &str) -> String {
        let pattern = self.headed("alg", alg);
        let parts = [encode(pattern.header_text()), encode(pattern.claims_text())];
        format!("{}.{}.{signature}", parts[0], parts[1])
    }

    /// The header as JSON.
    #[must_use]
    pub fn header_text(&self) -> String {
        Value::Object(self.header.clone()).to_string()
    }

    /// The claims as JSON.
    #[must_use]
    pub fn claims_text(&self) -> String {
        Value::Object(self.claims.clone()).to_string()
    }
}

/// What the data directory of `home` has as `keys.json`.
///
/// # Panics
/// Before the first start.
#[must_use]
pub fn key_set(home: &Home) -> Value {
    let text = std::fs::read(home.data().join("keys.json")).expect("the first start makes keys");
    serde_json::from_slice(&text).expect("a key set is JSON")
}

/// Base64url without padding.
#[must_use]
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What [`encode`] gave.
///
/// # Panics
/// If it did not.
#[must_use]
pub fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64url without padding")
}

fn key(set: &Value, member: &str, value: &Value) -> Value {
    let keys = set["keys"].as_array().expect("a key set has keys");
    let wanted = |key: &&Value| key[member] == *value && key.get("retired").is_none();
    keys.iter().find(wanted).expect("the key set has that key").clone()
}
