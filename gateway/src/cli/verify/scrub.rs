//! `cidlock verify --all`: the gateway reads everything back, on every node.

use std::time::Duration;

use serde_json::json;

use super::super::Context;
use super::super::client::{Scrub, Unwhole};
use super::super::failure::{Exit, Failure};
use super::super::output::{Output, printable};
use super::super::progress::Progress;
use super::super::remote::Remote;

/// How often it is asked how far it is.
const ASK_EVERY: Duration = Duration::from_millis(500);

pub(super) async fn run(remote: &Remote, context: &Context) -> Result<(), Failure> {
    let client = context.client(remote)?;
    let mut state = client.begin_scrub().await?;
    let progress = Progress::of_files(context.output, "reading back", state.files);
    while state.ended_at.is_none() {
        tokio::time::sleep(ASK_EVERY).await;
        state = client.scrub().await?;
        progress.stand_at(state.read, state.files);
    }
    progress.finish();
    report(context.output, &state)
}

fn report(output: Output, state: &Scrub) -> Result<(), Failure> {
    if output.is_json() {
        output.json(&json!(state))?;
    } else {
        for file in &state.wanting {
            output.line(line(file))?;
        }
    }
    let Scrub { read, healed, damaged, absent, unknown, .. } = state;
    let plural = if *read == 1 { "" } else { "s" };
    output.note(format_args!(
        "{read} file{plural} read back on every node; copies: {healed} mended, {damaged} damaged, \
         {absent} missing, {unknown} not read."
    ));
    let exit = match (damaged + absent, *unknown) {
        (0, 0) => return Ok(()),
        (0, _) => Exit::TryAgain,
        _ => Exit::Damaged,
    };
    if *absent > 0 {
        output.note("What is missing is copied there again, from a node that has it.");
    }
    if *damaged > 0 {
        output
            .note("What is damaged everywhere comes back from a backup of a node, or not at all.");
    }
    Err(Failure::Reported(exit))
}

/// The file, and how each node is with it.
fn line(file: &Unwhole) -> String {
    let nodes = file.replicas.iter().map(|copy| format!("{} {}", copy.node, copy.status));
    let nodes = nodes.collect::<Vec<_>>().join(", ");
    format!("{}  {}", printable(&file.cid), printable(&nodes))
}
