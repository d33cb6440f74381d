//! `cidlock get`: a file down, whole or not at all.
//!
//! A link is all the authority there is: nothing of the user's session goes with it. For a CID that
//! session is the authority. Bytes go to a file with another name beside the target ([`part`]), which
//! gets its name only when their number and, where the gateway names it, their SHA-256 are right.
//! A connection that is cut is taken up again ([`transfer`]); what a command that failed has left is
//! taken up by the next one, and removed only if it is damaged.

mod digest;
mod disposition;
mod part;
mod target;
mod transfer;

use std::path::PathBuf;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use self::digest::Expected;
use self::target::{Sink, Target};
use self::transfer::{Head, Transfer};
use super::Context;
use super::client::Origin;
use super::failure::Failure;
use super::output::printable;
use super::progress::Progress;
use super::reference::Reference;
use super::remote::Remote;

/// Arguments of `cidlock get`.
#[derive(Debug, clap::Args)]
pub(super) struct GetArgs {
    #[command(flatten)]
    pub(super) remote: Remote,
    /// A file of yours by its CID, or any file by its link
    #[arg(value_name = "CID|URL")]
    file: Reference,
    /// Where to write it: a file, a directory, or `-` for standard output
    /// [default: the file's own name, here]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace a file that exists
    #[arg(short, long)]
    force: bool,
}

pub(super) async fn run(args: GetArgs, context: &Context) -> Result<(), Failure> {
    let GetArgs { remote, file, output, force } = args;
    let target = Target::new(output, force)?;
    let cid = file.cid().to_owned();
    let origin = match file {
        Reference::Link { url, server, .. } => Origin::link(url, server)?,
        Reference::File { cid, server } => {
            Origin::Own { client: context.client(&remote.at(server.as_ref()))?, cid }
        }
    };
    let (mut transfer, head) = Transfer::begin(origin).await?;
    let own_name = disposition::file_name(&head.headers);
    let mut sink = target.open(own_name.as_deref(), &cid, &context.leftover).await?;
    let received = receive(&mut transfer, &head, &mut sink, context).await;
    let (size, sha256) = match received {
        Ok(received) => received,
        Err(failure) => {
            // Whoever goes on should find all that came.
            let _ = sink.flush().await;
            return Err(failure);
        }
    };
    if let Err(failure) = Expected::in_headers(&head.headers).check(&sha256) {
        sink.discard();
        return Err(failure);
    }
    let Some(path) = sink.commit().await? else { return Ok(()) };
    if context.output.is_json() {
        return context.output.json(&json!({
            "cid": cid, "path": path, "size": size, "sha256": digest::hex(&sha256),
        }));
    }
    let shown = path.display().to_string();
    context.output.line(format_args!("{}  {}", printable(&shown), indicatif::HumanBytes(size)))
}

/// Brings all of the file into `sink`; its length and its SHA-256.
async fn receive(
    transfer: &mut Transfer,
    head: &Head,
    sink: &mut Sink,
    context: &Context,
) -> Result<(u64, [u8; 32]), Failure> {
    let progress = if sink.shares_the_terminal() {
        Progress::hidden()
    } else {
        Progress::of_transfer(context.output, &sink.label(), head.total)
    };
    // What is there already is worth something only if it is certain what the whole should be.
    let total = head.resumable.filter(|_| Expected::in_headers(&head.headers).is_some());
    let mut sha256 = Sha256::new();
    let mut size = sink.beginning(total, &mut sha256).await?;
    if size > 0 {
        transfer.go_to(size);
        progress.begin_at(size);
    }
    while let Some(bytes) = transfer.next(&progress).await? {
        sha256.update(&bytes);
        size += bytes.len() as u64;
        progress.advance(bytes.len());
        sink.write(&bytes).await?;
    }
    progress.finish();
    Ok((size, sha256.finalize().into()))
}
