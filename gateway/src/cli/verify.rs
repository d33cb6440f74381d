//! `cidlock verify`: what is stored, read back and checked.
//!
//! The gateway is not believed: each block is hashed here, and the blocks must be all of those that
//! the root leads to; then the file itself is read, which the gateway gives out only where every tag
//! is right, and its SHA-256 compared with the one in its description.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use cidlock_crypto::chunked::Layout;
use cidlock_ipfs_client::car::Whole;
use cidlock_ipfs_client::dag::DagParams;
use futures::stream;
use indicatif::HumanBytes;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio_util::io::StreamReader;

use super::Context;
use super::client::{Client, FileInfo, Origin};
use super::failure::{Exit, Failure};
use super::output::printable;
use super::progress::Progress;
use super::reference::Reference;
use super::remote::Remote;

/// How many files are asked for at once.
const PAGE: usize = 100;
/// The member of an object that states what it is.
const STATEMENT: &str = "object.jwt";

/// Arguments of `cidlock verify`.
#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    pub(super) remote: Remote,
    /// Files of yours, by their CIDs [default: all of them]
    #[arg(value_name = "CID")]
    files: Vec<Reference>,
}

pub(super) async fn run(args: VerifyArgs, context: &Context) -> Result<(), Failure> {
    let mut tally = Tally::default();
    if args.files.is_empty() {
        let client = context.client(&args.remote)?;
        let mut pages = client.files();
        while let Some(files) = pages.next(PAGE).await? {
            for file in files {
                one(&client, &file, context, &mut tally).await?;
            }
        }
    }
    for file in &args.files {
        let client = context.client(&args.remote.at(file.server()))?;
        let file = client.file(file.cid()).await?;
        one(&client, &file, context, &mut tally).await?;
    }
    tally.end(context)
}

#[derive(Debug, Default)]
struct Tally {
    whole: u64,
    damaged: u64,
    bytes: u64,
}

impl Tally {
    fn end(self, context: &Context) -> Result<(), Failure> {
        let Self { whole, damaged, bytes } = self;
        let plural = if whole == 1 { "" } else { "s" };
        let read = HumanBytes(bytes);
        context
            .output
            .note(format_args!("{whole} file{plural} whole ({read}), {damaged} damaged."));
        if damaged == 0 { Ok(()) } else { Err(Failure::Reported(Exit::Damaged)) }
    }
}

/// Checks one file and says how it is. Only what would keep every other from being checked as well
/// is an error.
async fn one(
    client: &Client,
    file: &FileInfo,
    context: &Context,
    tally: &mut Tally,
) -> Result<(), Failure> {
    let name = file.name.as_deref().unwrap_or("(no name)");
    let progress = Progress::of_transfer(context.output, name, None);
    // A connection may be cut for reasons of its own; an object that is cut is cut again.
    let checked = match check(client, file, &progress).await {
        Err(Failure::Cut { .. }) => check(client, file, &progress).await,
        checked => checked,
    };
    progress.finish();
    match checked {
        Ok(blocks) => {
            tally.whole += 1;
            tally.bytes += file.size;
            if context.output.is_json() {
                let FileInfo { cid, name, size, .. } = file;
                let found = json!({"cid": cid, "name": name, "size": size, "blocks": blocks});
                return context.output.json(&found);
            }
            let (name, cid) = (printable(name), printable(&file.cid));
            context.output.line(format_args!("whole  {cid}  {name}"))
        }
        Err(failure) => {
            let problem = match failure {
                Failure::Damaged(problem) => problem,
                failure @ Failure::Cut { .. } => format!("it does not read back: {failure}"),
                Failure::Refused { problem, .. } if problem.status() == 500 => {
                    "it does not read back: the gateway's log says why".to_owned()
                }
                failure => return Err(failure),
            };
            tally.damaged += 1;
            let (name, cid) = (printable(name), printable(&file.cid));
            context
                .output
                .failure(&Failure::Damaged(format!("damaged: {cid} ({name}): {problem}")));
            Ok(())
        }
    }
}

/// Reads the file back in both forms; says of how many blocks it is made.
async fn check(client: &Client, file: &FileInfo, progress: &Progress) -> Result<u64, Failure> {
    let blocks = blocks(client, file, progress).await?;
    content(client, file, progress).await?;
    Ok(blocks)
}

async fn blocks(client: &Client, file: &FileInfo, progress: &Progress) -> Result<u64, Failure> {
    let odd = || Failure::Damaged("its description cannot be understood".to_owned());
    let layout = Layout::from_plaintext_len(file.size).map_err(|_| odd())?;
    let whole = Whole {
        params: DagParams::UNIXFS_V1_2025,
        content: file.cid.parse().map_err(|_| odd())?,
        content_len: layout.ciphertext_len(),
    };
    let origin = Origin::Blocks { client: client.clone(), cid: file.cid.clone() };
    let download = origin.begin().await?;
    // What the transfer fails of is not what the blocks are like.
    let cut: Arc<Mutex<Option<Failure>>> = Arc::default();
    let bytes = stream::try_unfold(download, |mut download| {
        let (cut, progress) = (cut.clone(), progress.clone());
        async move {
            match download.next().await {
                Ok(bytes) => Ok(bytes.map(|bytes| {
                    progress.advance(bytes.len());
                    (bytes, download)
                })),
                Err(failure) => {
                    *cut.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
                    Err(io::Error::from(io::ErrorKind::ConnectionAborted))
                }
            }
        }
    });
    let checked = whole.check(StreamReader::new(Box::pin(bytes))).await;
    if let Some(failure) = cut.lock().unwrap_or_else(PoisonError::into_inner).take() {
        return Err(failure);
    }
    let checked = checked.map_err(|error| Failure::Damaged(error.to_string()))?;
    if file.root.as_ref().is_some_and(|root| *root != checked.root.to_string()) {
        let root = checked.root;
        return Err(Failure::Damaged(format!("it has another root than it should have, {root}")));
    }
    if checked.members.iter().all(|(name, _)| name != STATEMENT) {
        return Err(Failure::Damaged("its statement is missing".to_owned()));
    }
    Ok(checked.blocks)
}

async fn content(client: &Client, file: &FileInfo, progress: &Progress) -> Result<(), Failure> {
    let origin = Origin::Own { client: client.clone(), cid: file.cid.clone() };
    let mut download = origin.begin().await?;
    let (mut sha256, mut size) = (Sha256::new(), 0);
    while let Some(bytes) = download.next().await? {
        progress.advance(bytes.len());
        sha256.update(&bytes);
        size += bytes.len() as u64;
    }
    let sha256: String = sha256.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    if size != file.size || sha256 != file.sha256 {
        let what = "its content is not what its description says";
        return Err(Failure::Damaged(format!("{what}: {size} bytes with the SHA-256 {sha256}")));
    }
    Ok(())
}
