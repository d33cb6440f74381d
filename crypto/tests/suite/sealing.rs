use cidlock_crypto::chunked::{CHUNK_LEN, DataKey, HEADER_LEN, Sealer};
use sha2::{Digest, Sha256};

use crate::support::{INTERESTING_LENS, open_whole, plaintext, seal};

#[test]
fn pieces_of_any_length_seal_to_a_message_that_opens() {
    for len in INTERESTING_LENS {
        let plaintext = plaintext(len);
        for piece_len in [1, 7, CHUNK_LEN - 1, CHUNK_LEN, CHUNK_LEN + 1, 5 * CHUNK_LEN] {
            let key = DataKey::generate().unwrap();
            let mut sealer = Sealer::new(&key).unwrap();
            let mut ciphertext = Vec::new();
            for piece in plaintext.chunks(piece_len) {
                sealer.seal(piece, &mut ciphertext).unwrap();
                sealer.seal(&[], &mut ciphertext).unwrap();
            }
            let sealed = sealer.finish(&mut ciphertext).unwrap();

            assert_eq!(sealed.ciphertext_len(), ciphertext.len() as u64);
            assert_eq!(sealed.sha256(), <[u8; 32]>::from(Sha256::digest(&plaintext)));
            let mut out = Vec::new();
            open_whole(&key, &ciphertext, &mut out).unwrap();
            assert!(out == plaintext, "{len} in pieces of {piece_len}");
        }
    }
}

#[test]
fn ciphertext_comes_out_as_soon_as_a_chunk_is_full() {
    let mut sealer = Sealer::new(&DataKey::generate().unwrap()).unwrap();
    let mut out = b"before".to_vec();
    sealer.seal(&plaintext(CHUNK_LEN - 1), &mut out).unwrap();
    assert_eq!(out.len(), 6 + HEADER_LEN);
    sealer.seal(&[0], &mut out).unwrap();
    assert_eq!(out.len(), 6 + HEADER_LEN + 16_400);
    sealer.finish(&mut out).unwrap();
    assert_eq!(out.len(), 6 + HEADER_LEN + 16_400 + 16);
    assert_eq!(&out[..6], b"before");
}

#[test]
fn the_same_plaintext_under_the_same_key_never_seals_alike() {
    let plaintext = plaintext(100);
    let key = DataKey::generate().unwrap();
    let seal_once = || {
        let mut sealer = Sealer::new(&key).unwrap();
        let mut out = Vec::new();
        sealer.seal(&plaintext, &mut out).unwrap();
        sealer.finish(&mut out).unwrap();
        out
    };
    let (one, other) = (seal_once(), seal_once());
    assert_ne!(one[..24], other[..24], "salt");
    assert_ne!(one[24..56], other[24..56], "commitment");
    assert_ne!(one[56..], other[56..], "chunk");
}

#[test]
fn no_part_of_the_plaintext_is_in_the_ciphertext() {
    let plaintext = plaintext(3 * CHUNK_LEN);
    let message = seal(&plaintext);
    let shows = message
        .ciphertext
        .windows(16)
        .any(|window| plaintext[..251 + 16].windows(16).any(|secret| secret == window));
    assert!(!shows);
}
