//! What clients do until the gateway is gone: they store one file after the other, and delete some.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, mpsc};

use cidlock_tests::client::{Client, Stored};
use cidlock_tests::content::bytes;
use cidlock_tests::dice::Dice;
use cidlock_tests::wire::Wire;
use serde_json::Value;

use crate::account::{File, Work};

/// Lengths that are none, within a chunk, at its edge, across leaves.
const LENGTHS: [usize; 6] = [0, 1, 16_384, 150_001, 150_001, 1_200_000];

/// A body that is torn has so many bytes.
const TORN_LEN: usize = 2_500_000;

/// What ends a client's work beside the gateway's end.
pub(crate) enum Stop {
    /// Nothing.
    Never,
    /// After so many files it begins another one, sends a part of it, tells, and waits for the end.
    Torn {
        /// Whole files before.
        after: u64,
        /// Whom it tells.
        torn: mpsc::Sender<()>,
        /// Where the gateway listens.
        address: SocketAddr,
    },
}

/// Stores files, the first of them out of `seed`, deletes every other one, and keeps account of what
/// was answered.
pub(crate) async fn work(
    client: Client,
    seed: u64,
    stop: Stop,
    mut dice: Dice,
    work: Arc<Mutex<Work>>,
) {
    for seed in seed.. {
        if let Stop::Torn { after, torn, address } = &stop
            && seed & 0xf_ffff == *after
        {
            tear(&client, seed, *address, torn, &mut dice).await;
            return;
        }
        let file = File { seed, len: dice.one_of(&LENGTHS) };
        work.lock().unwrap().begin(file);
        let content = bytes(file.seed, file.len);
        let Ok(answer) = client.post("/v1/files").body(content).send().await else { return };
        assert_eq!(answer.status(), 201);
        // An answer that is cut off is none.
        let Ok(json) = answer.json::<Value>().await else { return };
        let stored = Stored::from(json);
        work.lock().unwrap().stored(file, &stored);
        if dice.below(2) == 0 {
            work.lock().unwrap().begin_deletion(&stored);
            let request = client.delete(&format!("/v1/files/{}", stored.cid));
            let Ok(answer) = request.send().await else { return };
            assert_eq!(answer.status(), 200);
            let Ok(_receipt) = answer.bytes().await else { return };
            work.lock().unwrap().deleted(&stored);
        }
    }
}

/// Sends an upload up to some byte.
async fn tear(
    client: &Client,
    seed: u64,
    address: SocketAddr,
    torn: &mpsc::Sender<()>,
    dice: &mut Dice,
) {
    let sent = usize::try_from(dice.below(TORN_LEN as u64)).unwrap();
    let mut wire = Wire::open(address).await;
    wire.send(client.upload_head("torn", &format!("Content-Length: {TORN_LEN}"))).await;
    wire.send(&bytes(seed, TORN_LEN)[..sent]).await;
    torn.send(()).unwrap();
    let _ = wire.read_to_end().await;
}
