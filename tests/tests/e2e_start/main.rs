//! How a gateway starts, refuses to start, stops, is killed, and starts again.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

mod doctor;
mod first;
mod keys;
mod rebuild;
mod settings;
mod stops;
mod survival;

use cidlock_tests::command::{self, Said};
use cidlock_tests::gateway::Home;
use serde_json::Value;

/// `cidlock serve` in `home`, which is expected to end by itself.
async fn serve(home: &Home) -> Said {
    command::run(home.serve()).await
}

/// What of a key set nobody may see.
fn secret_members(key_set: &[u8]) -> Vec<String> {
    let set: Value = serde_json::from_slice(key_set).unwrap();
    let keys = set["keys"].as_array().unwrap().clone();
    let members = |key: &Value| {
        ["d", "k"].iter().filter_map(|name| key[name].as_str()).map(str::to_owned).collect()
    };
    keys.iter().flat_map(|key| -> Vec<String> { members(key) }).collect()
}
