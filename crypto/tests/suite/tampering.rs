//! Whatever is done to the ciphertext of a small message is detected, and what comes out before
//! that is a beginning of the plaintext.

use cidlock_crypto::chunked::{CHUNK_LEN, SEALED_CHUNK_LEN};

use crate::support::{Message, open_whole, plaintext, seal};

fn assert_detected(message: &Message, plaintext: &[u8], tampered: &[u8], what: &str) {
    let mut out = Vec::new();
    let opened = open_whole(&message.key, tampered, &mut out);
    assert!(opened.is_none(), "{what} passed");
    assert!(plaintext.starts_with(&out), "{what}: a wrong byte came out");
}

#[test]
fn every_flipped_bit_is_detected() {
    for len in [0, 1, 100] {
        let plaintext = plaintext(len);
        let message = seal(&plaintext);
        let mut tampered = message.ciphertext.clone();
        for bit in 0..8 * tampered.len() {
            tampered[bit / 8] ^= 1 << (bit % 8);
            assert_detected(&message, &plaintext, &tampered, &format!("bit {bit}"));
            tampered[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

/// Of three chunks: every bit of the header, of every tag, and of the edges of every chunk.
#[test]
fn flipped_bits_of_longer_messages_are_detected() {
    let plaintext = plaintext(2 * CHUNK_LEN + 40);
    let message = seal(&plaintext);
    let mut tampered = message.ciphertext.clone();
    let edges = (0..56).chain(
        (0..3).flat_map(|chunk| 56 + chunk * SEALED_CHUNK_LEN..56 + chunk * SEALED_CHUNK_LEN + 56),
    );
    let tags = [1, 2].into_iter().flat_map(|chunk| {
        let end = 56 + chunk * SEALED_CHUNK_LEN;
        end - 20..end
    });
    for index in edges.chain(tags) {
        for bit in 0..8 {
            tampered[index] ^= 1 << bit;
            assert_detected(&message, &plaintext, &tampered, &format!("bit {bit} of {index}"));
            tampered[index] ^= 1 << bit;
        }
    }
}

#[test]
fn every_truncation_and_every_extension_is_detected() {
    for len in [0, 1, 100, CHUNK_LEN, CHUNK_LEN + 20] {
        let plaintext = plaintext(len);
        let message = seal(&plaintext);
        for kept in 0..message.ciphertext.len() {
            let what = format!("{kept} bytes kept of {len}");
            assert_detected(&message, &plaintext, &message.ciphertext[..kept], &what);
        }
        for added in [1, 15, 16, 17, SEALED_CHUNK_LEN, SEALED_CHUNK_LEN + 16] {
            let mut tampered = message.ciphertext.clone();
            tampered.resize(tampered.len() + added, 0);
            assert_detected(&message, &plaintext, &tampered, &format!("{added} added to {len}"));
        }
    }
}

#[test]
fn chunks_that_were_moved_repeated_or_left_out_are_detected() {
    for tail in [0, 40, CHUNK_LEN - 1] {
        let plaintext = plaintext(3 * CHUNK_LEN + tail);
        let message = seal(&plaintext);
        let (header, body) = message.ciphertext.split_at(56);
        let chunks: Vec<&[u8]> = body.chunks(SEALED_CHUNK_LEN).collect();
        let check = |order: &[usize]| {
            let mut tampered = header.to_vec();
            order.iter().for_each(|index| tampered.extend_from_slice(chunks[*index]));
            assert_detected(&message, &plaintext, &tampered, &format!("order {order:?}"));
        };
        for one in 0..4 {
            for other in 0..4 {
                let mut order = vec![0, 1, 2, 3];
                if one != other {
                    order.swap(one, other);
                    check(&order);
                }
                let mut order = vec![0, 1, 2, 3];
                order.insert(other, one);
                check(&order);
            }
            let mut order = vec![0, 1, 2, 3];
            order.remove(one);
            check(&order);
        }
    }
}

#[test]
fn chunks_of_another_message_are_detected() {
    let plaintext = plaintext(2 * CHUNK_LEN);
    let (message, other) = (seal(&plaintext), seal(&plaintext));
    for chunk in 0..2 {
        let at = 56 + chunk * SEALED_CHUNK_LEN..56 + (chunk + 1) * SEALED_CHUNK_LEN;
        let mut tampered = message.ciphertext.clone();
        tampered[at.clone()].copy_from_slice(&other.ciphertext[at]);
        assert_detected(&message, &plaintext, &tampered, "a foreign chunk");
    }
    let mut tampered = message.ciphertext.clone();
    tampered[..56].copy_from_slice(&other.ciphertext[..56]);
    assert_detected(&message, &plaintext, &tampered, "a foreign header");
}
