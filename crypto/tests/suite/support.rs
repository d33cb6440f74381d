//! Messages, keys and forgeries.

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cidlock_crypto::chunked::{CHUNK_LEN, DataKey, HEADER_LEN, Layout, Opener, Sealed, Sealer};
use cidlock_crypto::key_set::KeySet;
use cidlock_crypto::{Realm, UnixTime};
use serde_json::Value;

pub(crate) const NOW: UnixTime = UnixTime(1_800_000_000);
pub(crate) const REALM: &str = "https://files.example.org";
pub(crate) const CID: &str = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

/// Lengths of plaintext around which chunked encryption changes shape.
pub(crate) const INTERESTING_LENS: [usize; 12] = [
    0,
    1,
    15,
    16,
    17,
    CHUNK_LEN - 1,
    CHUNK_LEN,
    CHUNK_LEN + 1,
    2 * CHUNK_LEN - 1,
    2 * CHUNK_LEN,
    2 * CHUNK_LEN + 1,
    4 * CHUNK_LEN,
];

pub(crate) fn realm() -> Realm {
    Realm::parse(REALM).unwrap()
}

pub(crate) fn key_set() -> KeySet {
    KeySet::generate(realm(), NOW).unwrap()
}

/// Bytes of which no two chunks are alike.
pub(crate) fn plaintext(len: usize) -> Vec<u8> {
    (0..len).map(|index| (index % 251 + index / CHUNK_LEN) as u8).collect()
}

pub(crate) struct Message {
    pub(crate) key: DataKey,
    pub(crate) ciphertext: Vec<u8>,
    pub(crate) sealed: Sealed,
}

pub(crate) fn seal(plaintext: &[u8]) -> Message {
    let key = DataKey::generate().unwrap();
    let mut sealer = Sealer::new(&key).unwrap();
    let mut ciphertext = Vec::new();
    sealer.seal(plaintext, &mut ciphertext).unwrap();
    let sealed = sealer.finish(&mut ciphertext).unwrap();
    Message { key, ciphertext, sealed }
}

impl Message {
    pub(crate) fn opener(&self) -> Opener {
        let header = self.ciphertext.first_chunk().unwrap();
        Opener::new(&self.key, header, self.layout()).unwrap()
    }

    pub(crate) fn layout(&self) -> Layout {
        Layout::from_ciphertext_len(self.ciphertext.len() as u64).unwrap()
    }
}

/// Opens a whole message; whatever went wrong, `out` has what came out.
pub(crate) fn open_whole(key: &DataKey, ciphertext: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let header: &[u8; HEADER_LEN] = ciphertext.first_chunk()?;
    let layout = Layout::from_ciphertext_len(ciphertext.len() as u64).ok()?;
    let opener = Opener::new(key, header, layout).ok()?;
    let mut range = opener.range(0..layout.plaintext_len()).ok()?;
    range.open(&ciphertext[HEADER_LEN..], out).ok()?;
    range.finish().ok()
}

/// The private JWK of a purpose's active key, out of the key set's file.
pub(crate) fn jwk(keys: &KeySet, purpose: &str) -> Value {
    let file: Value = serde_json::from_str(&keys.to_json()).unwrap();
    let jwks = file["keys"].as_array().unwrap();
    let is_active = |jwk: &&Value| jwk["purpose"] == purpose && jwk.get("retired").is_none();
    jwks.iter().find(is_active).unwrap().clone()
}

/// Signs any two texts as header and payload of a JWS, as only a broken issuer would.
pub(crate) fn forge(jwk: &Value, header: &str, payload: &str) -> String {
    let seed = decode(jwk["d"].as_str().unwrap());
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
    let input = format!("{}.{}", encode(header), encode(payload));
    let signature = encode(pair.sign(input.as_bytes()));
    format!("{input}.{signature}")
}

/// The three parts of a JWS: header and payload as text, signature as it is.
pub(crate) fn parts(jws: &str) -> (String, String, String) {
    let parts: Vec<&str> = jws.split('.').collect();
    let text = |part: &str| String::from_utf8(decode(part)).unwrap();
    (text(parts[0]), text(parts[1]), parts[2].to_owned())
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}
