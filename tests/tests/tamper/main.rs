//! What keeps the blocks may do to them what it likes: flip, cut, swap, repeat, drop. A reader sees
//! the bytes that were stored or an error, never a wrong byte and never an end that looks clean; and
//! who reads the whole CAR sees that something was done, even where no reader would have looked.

mod edits;
mod subject;
mod whole;

use cidlock_crypto::chunked::CHUNK_LEN;
use cidlock_ipfs_client::dag::DagParams;
use subject::Subject;

/// One short chunk in leaves so small that the tree is three levels deep: few enough bytes that
/// every bit of them can be flipped.
async fn small() -> Subject {
    Subject::new(params(64, 3), 300).await
}

/// Two full chunks and a short one, neither of which ends where a leaf does.
async fn large() -> Subject {
    Subject::new(params(4096, 3), 2 * CHUNK_LEN + 100).await
}

/// The last chunk is empty: nothing but its tag says that the file ends here.
async fn even() -> Subject {
    Subject::new(params(4096, 3), 2 * CHUNK_LEN).await
}

#[tokio::test]
async fn every_flipped_bit_is_detected() {
    let subject = small().await;
    for bit in 0..subject.original().len() * 8 {
        let mut bytes = subject.original().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        subject.judge(&format!("bit {bit} flipped"), &bytes).await;
    }
}

#[tokio::test]
async fn a_flipped_bit_in_every_byte_of_several_chunks_is_detected() {
    let subject = large().await;
    for place in 0..subject.original().len() {
        let mut bytes = subject.original().to_vec();
        bytes[place] ^= 1 << (place % 8);
        subject.judge(&format!("a bit of byte {place} flipped"), &bytes).await;
    }
}

#[tokio::test]
async fn a_cut_at_every_byte_is_detected() {
    let subject = small().await;
    for len in 0..subject.original().len() {
        subject.judge(&format!("cut to {len} bytes"), &subject.original()[..len]).await;
    }
}

#[tokio::test]
async fn a_cut_around_every_edge_of_several_chunks_is_detected() {
    for subject in [large().await, even().await] {
        for len in edits::cuts(&subject) {
            subject.judge(&format!("cut to {len} bytes"), &subject.original()[..len]).await;
        }
    }
}

#[tokio::test]
async fn swapped_repeated_and_dropped_blocks_are_detected() {
    for subject in [small().await, large().await, even().await] {
        for edit in edits::of_sections(&subject) {
            subject.judge(&edit.what, &edit.bytes).await;
        }
    }
}

#[tokio::test]
async fn swapped_repeated_and_dropped_chunks_are_detected() {
    for subject in [large().await, even().await] {
        let leaves = edits::of_leaves(&subject);
        for edit in edits::of_chunks(&subject).into_iter().chain(leaves) {
            subject.judge(&edit.what, &subject.with_content(&edit.bytes)).await;
        }
    }
}

#[tokio::test]
async fn chunks_of_other_messages_are_detected() {
    for subject in [large().await, even().await] {
        for edit in edits::from_other_messages(&subject) {
            subject.judge(&edit.what, &subject.with_content(&edit.bytes)).await;
        }
    }
}

#[tokio::test]
async fn what_was_not_touched_is_whole() {
    for subject in [small().await, large().await, even().await] {
        assert_eq!(subject.read(0..subject.len()).await, (subject.plaintext().to_vec(), Ok(())));
        whole::check(subject.original(), subject.root()).await.unwrap();
    }
}

fn params(leaf_len: u32, fan_out: u32) -> DagParams {
    DagParams::new(leaf_len, fan_out).expect("numbers that fix a tree")
}
