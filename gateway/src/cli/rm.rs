//! `cidlock rm`: files are deleted, and with them every link to them; what was done about it can be
//! proved by the gateway's receipt.
//!
//! Nothing is deleted without a yes: of the person at the terminal, who is told what it is, or `--yes`.

mod receipt;

use std::path::PathBuf;

use indicatif::HumanBytes;

use self::receipt::Receipt;
use super::Context;
use super::batch::Batch;
use super::client::{Client, Deletion};
use super::confirm::{can_ask, confirm};
use super::failure::Failure;
use super::output::{Output, printable};
use super::reference::{Reference, is_id};
use super::remote::Remote;

/// Arguments of `cidlock rm`.
#[derive(Debug, clap::Args)]
pub(super) struct RmArgs {
    #[command(flatten)]
    pub(super) remote: Remote,
    /// Files of yours, by their CIDs or by links to them
    #[arg(required_unless_present = "status", value_name = "CID|URL")]
    files: Vec<Reference>,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Write the gateway's signed receipt to this file
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    /// Show how far an earlier deletion has come
    #[arg(long, value_name = "ID", value_parser = deletion_id, conflicts_with_all = ["files", "yes"])]
    status: Option<String>,
}

pub(super) async fn run(args: RmArgs, context: &Context) -> Result<(), Failure> {
    let out = context.output;
    if args.receipt.is_some() && args.files.len() > 1 {
        return Err(Failure::usage("--receipt is for one file"));
    }
    if args.status.is_none() && !args.yes && !can_ask(out) {
        return Err(Failure::usage(
            "nobody is there to be asked whether to delete this: --yes says so",
        ));
    }
    // Before anything is deleted that it should speak of.
    let mut receipt = args.receipt.as_deref().map(Receipt::at).transpose()?;
    if let Some(id) = &args.status {
        let deletion = context.client(&args.remote)?.deletion(id).await?;
        return show(&deletion, receipt, out);
    }
    let mut batch = Batch::new(out, args.files.len(), "deleted");
    for file in &args.files {
        let client = context.client(&args.remote.at(file.server()))?;
        let result = delete(&client, file.cid(), args.yes).await;
        let Some(result) = result.transpose() else {
            out.note(format_args!("{} is kept.", printable(file.cid())));
            continue;
        };
        if let Some(deletion) = batch.add(file.cid(), result)? {
            show(&deletion, receipt.take(), out)?;
        }
    }
    batch.end()
}

/// Deletes a file; none where the user said no.
async fn delete(client: &Client, cid: &str, yes: bool) -> Result<Option<Deletion>, Failure> {
    if !yes {
        let file = client.file(cid).await?;
        let name = file.name.as_deref().unwrap_or("(no name)");
        let (name, size) = (printable(name), HumanBytes(file.size));
        let question = format!("Delete {name}, {size}, with all links to it, for good?");
        if !confirm(question).await? {
            return Ok(None);
        }
    }
    client.delete_file(cid).await.map(Some)
}

fn show(deletion: &Deletion, receipt: Option<Receipt>, out: Output) -> Result<(), Failure> {
    if out.is_json() {
        out.json(deletion)?;
    } else {
        text(deletion).iter().try_for_each(|line| out.line(line))?;
    }
    if deletion.status == PENDING {
        out.note(format_args!(
            "No link opens it any more. Where it is pending the gateway tries again; `cidlock rm \
             --status {}` tells how far it is.",
            printable(&deletion.id)
        ));
    }
    let Some(receipt) = receipt else { return Ok(()) };
    receipt.write(&deletion.receipt).map_err(|failure| match failure {
        Failure::Local { doing, source } => Failure::local(
            format_args!(
                "it is deleted, but {doing} (`cidlock rm --status {} --receipt FILE` gets it again)",
                deletion.id
            ),
            source,
        ),
        failure => failure,
    })
}

/// What a deletion or a node of it is that goes on.
const PENDING: &str = "pending";

fn text(deletion: &Deletion) -> Vec<String> {
    let mut lines = vec![
        format!("Deleted {}", printable(&deletion.cid)),
        format!("  id      {}", printable(&deletion.id)),
        format!("  status  {}", printable(&deletion.status)),
    ];
    lines.extend(deletion.nodes.iter().map(|node| {
        let [engine, name, status] = [&node.engine, &node.node, &node.status].map(|t| printable(t));
        format!("  node    {engine}/{name} {status}")
    }));
    lines
}

fn deletion_id(text: &str) -> Result<String, &'static str> {
    if is_id(text) { Ok(text.to_owned()) } else { Err("this is no id, such as `rm` prints") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_deletion_says_what_became_of_each_node_and_cannot_steer_the_terminal() {
        let deletion: Deletion = serde_json::from_value(json!({
            "id": "7", "cid": "bafy", "deleted_at": "2026-11-25T00:00:00Z", "reason": "owner",
            "status": "pending", "receipt": "a.b.c", "nodes": [
                {"engine": "embedded", "node": "local", "status": "collected"},
                {"engine": "kubo", "node": "b\u{1b}[2J", "status": "pending"},
            ],
        }))
        .unwrap();
        assert_eq!(
            text(&deletion),
            [
                "Deleted bafy",
                "  id      7",
                "  status  pending",
                "  node    embedded/local collected",
                r"  node    kubo/b\u{1b}[2J pending",
            ]
        );
    }
}
