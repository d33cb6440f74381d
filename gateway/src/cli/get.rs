//! `cidlock get`: a file down, whole or not at all.
//!
//! A link is all the authority there is: nothing of the user's session goes with it. For a CID that
//! session is the authority. Bytes go to a temporary file beside the target, which gets its name only
//! when their number and, where the gateway names it, their SHA-256 are right.

mod digest;
mod disposition;
mod target;

use std::path::PathBuf;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use self::digest::Expected;
use self::target::Target;
use super::Context;
use super::client::{Download, download_by_link};
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
    let GetArgs { mut remote, file, output, force } = args;
    let target = Target::new(output, force)?;
    match file {
        Reference::Link { url, server, cid } => {
            let download = download_by_link(url, server).await?;
            receive(download, &target, &cid, context).await
        }
        Reference::File { cid, server } => {
            remote.server = server.or(remote.server);
            let download = context.client(&remote)?.download(&cid).await?;
            receive(download, &target, &cid, context).await
        }
    }
}

async fn receive(
    mut download: Download,
    target: &Target,
    cid: &str,
    context: &Context,
) -> Result<(), Failure> {
    let own_name = disposition::file_name(download.headers());
    let expected = Expected::in_headers(download.headers());
    let mut sink = target.open(own_name.as_deref(), cid).await?;
    let progress = if sink.shares_the_terminal() {
        Progress::hidden()
    } else {
        Progress::of_transfer(context.output, &sink.label(), download.total())
    };

    let (mut size, mut sha256) = (0_u64, Sha256::new());
    while let Some(bytes) = download.next().await? {
        sha256.update(&bytes);
        size += bytes.len() as u64;
        progress.advance(bytes.len());
        sink.write(&bytes).await?;
    }
    let sha256: [u8; 32] = sha256.finalize().into();
    expected.check(&sha256)?;
    let path = sink.commit().await?;
    progress.finish();

    let Some(path) = path else { return Ok(()) };
    if context.output.is_json() {
        return context.output.json(&json!({
            "cid": cid, "path": path, "size": size, "sha256": digest::hex(&sha256),
        }));
    }
    let shown = path.display().to_string();
    context.output.line(format_args!("{}  {}", printable(&shown), indicatif::HumanBytes(size)))
}
