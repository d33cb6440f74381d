//! PyPI's `cryptography`, which others wrote, opens what we seal, and we open what it seals.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cidlock_crypto::chunked::{CHUNK_LEN, DataKey, HEADER_LEN, Layout, OpenError, Opener};
use cidlock_tests::{content, python, shelf};
use serde::Deserialize;
use serde_json::json;

#[test]
fn it_opens_what_we_seal_around_every_edge() {
    let sizes = sizes();
    let cases: Vec<_> = sizes
        .iter()
        .map(|&len| {
            let (message, _) = shelf::seal(&key(), &content::bytes(len, len as usize));
            json!({ "key": base64(&KEY), "message": base64(&message) })
        })
        .collect();
    let answer: Answer = ask(&cases, &[]);
    for (opened, len) in answer.open.into_iter().zip(sizes) {
        let opened = opened.unwrap_or_else(|| panic!("{len} bytes do not open"));
        assert_eq!(bytes(&opened), content::bytes(len, len as usize), "{len} bytes");
    }
}

#[test]
fn we_open_what_it_seals_around_every_edge() {
    let sizes = sizes();
    let cases: Vec<_> = sizes
        .iter()
        .map(|&len| {
            let plaintext = content::bytes(len, len as usize);
            json!({ "key": base64(&KEY), "plaintext": base64(&plaintext) })
        })
        .collect();
    let answer: Answer = ask(&[], &cases);
    for (message, len) in answer.seal.iter().zip(sizes) {
        assert_eq!(
            open(&bytes(message)).unwrap(),
            content::bytes(len, len as usize),
            "{len} bytes"
        );
    }
}

/// Both refuse the same: a message cut at the end of a full chunk is no shorter message.
#[test]
fn both_refuse_a_message_without_its_last_chunk() {
    let (mut message, _) = shelf::seal(&key(), &content::bytes(1, 2 * CHUNK_LEN));
    message.truncate(message.len() - 16);
    let case = json!({ "key": base64(&KEY), "message": base64(&message) });
    assert_eq!(ask(&[case], &[]).open, [None]);
    assert!(Layout::from_ciphertext_len(message.len() as u64).is_err());
}

const KEY: [u8; 32] = [0x2a; 32];

fn key() -> DataKey {
    DataKey::from_bytes(KEY)
}

fn sizes() -> Vec<u64> {
    let edges = [0, 1, 2, 3, 4, 64].map(|chunks| chunks * CHUNK_LEN as u64);
    content::around(edges.into_iter().chain([100]))
}

fn open(message: &[u8]) -> Result<Vec<u8>, OpenError> {
    let layout = Layout::from_ciphertext_len(message.len() as u64).expect("a possible length");
    let (header, chunks) = message.split_first_chunk::<HEADER_LEN>().expect("a header");
    let mut opener = Opener::new(&key(), header, layout)?.range(0..layout.plaintext_len())?;
    let mut plaintext = Vec::new();
    opener.open(chunks, &mut plaintext)?;
    opener.finish()?;
    Ok(plaintext)
}

#[derive(Deserialize)]
struct Answer {
    open: Vec<Option<String>>,
    seal: Vec<String>,
}

fn ask(open: &[serde_json::Value], seal: &[serde_json::Value]) -> Answer {
    // A piece that divides no chunk, so that both sides buffer.
    python::ask("cobblestone.py", &json!({ "open": open, "seal": seal, "piece": 10_007 }))
}

fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

fn bytes(base64: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(base64).expect("Python encodes in base64")
}
