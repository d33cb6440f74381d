//! `cidlock verify`: what is stored, read back and checked.
//!
//! The gateway is not believed: each block is hashed here, and the blocks must be all of those that
//! the root leads to; then the file itself is read, which the gateway gives out only where every tag
//! is right, and its SHA-256 compared with the one in its description. `--all` is another thing: the
//! gateway reads back every copy of every file, whosever it is, and mends what it can.

mod scrub;

use std::fmt::Display;
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
use super::batch::concerns_all;
use super::client::{Client, FileInfo, Origin};
use super::failure::{Exit, Failure};
use super::output::{Output, printable};
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
    /// Have the gateway read back every copy of everybody's files, and mend what it can (for admins)
    #[arg(long, conflicts_with = "files")]
    all: bool,
}

pub(super) async fn run(args: VerifyArgs, context: &Context) -> Result<(), Failure> {
    if args.all {
        return scrub::run(&args.remote, context).await;
    }
    let mut tally = Tally::default();
    let read = if args.files.is_empty() {
        all(&args.remote, context, &mut tally).await
    } else {
        named(&args, context, &mut tally).await
    };
    tally.end(context.output, read)
}

async fn all(remote: &Remote, context: &Context, tally: &mut Tally) -> Result<(), Failure> {
    let client = context.client(remote)?;
    let mut pages = client.files();
    while let Some(files) = pages.next(PAGE).await? {
        for file in files {
            one(&client, &file, context.output, tally).await?;
        }
    }
    Ok(())
}

async fn named(args: &VerifyArgs, context: &Context, tally: &mut Tally) -> Result<(), Failure> {
    for file in &args.files {
        let client = context.client(&args.remote.at(file.server()))?;
        match client.file(file.cid()).await {
            Ok(file) => one(&client, &file, context.output, tally).await?,
            Err(failure) if args.files.len() == 1 || concerns_all(&failure) => return Err(failure),
            Err(failure) => tally.fail(context.output, printable(file.cid()), failure),
        }
    }
    Ok(())
}

/// Checks one file and says how it is. Only what would keep every other from being checked as well
/// is an error.
async fn one(
    client: &Client,
    file: &FileInfo,
    output: Output,
    tally: &mut Tally,
) -> Result<(), Failure> {
    let name = file.name.as_deref().unwrap_or("(no name)");
    let progress = Progress::of_transfer(output, name, length(file));
    let verdict = verdict(client, file, &progress).await;
    progress.finish();
    let (name, cid) = (printable(name), printable(&file.cid));
    let (blocks, problem) = match verdict {
        Ok(Verdict::Whole { blocks }) => (Some(blocks), None),
        Ok(Verdict::Damaged(problem)) => (None, Some(problem)),
        Ok(Verdict::Gone) => {
            output.note(format_args!("{cid} ({name}) was deleted meanwhile."));
            return Ok(());
        }
        Err(failure) if concerns_all(&failure) => return Err(failure),
        Err(failure) => {
            tally.fail(output, format_args!("{cid} ({name})"), failure);
            return Ok(());
        }
    };
    if output.is_json() {
        let FileInfo { cid, name, size, .. } = file;
        output.json(&json!({
            "cid": cid, "name": name, "size": size, "blocks": blocks, "problem": problem,
        }))?;
    }
    match problem {
        None => {
            tally.whole += 1;
            tally.bytes += file.size;
            if !output.is_json() {
                output.line(format_args!("whole  {cid}  {name}"))?;
            }
        }
        Some(problem) => {
            tally.damaged += 1;
            output.failure(&Failure::Damaged(format!("damaged: {cid} ({name}): {problem}")));
        }
    }
    Ok(())
}

/// How one file is.
enum Verdict {
    Whole {
        blocks: u64,
    },
    Damaged(String),
    /// It was deleted since it was listed.
    Gone,
}

async fn verdict(
    client: &Client,
    file: &FileInfo,
    progress: &Progress,
) -> Result<Verdict, Failure> {
    let mut checked = check(client, file, progress).await;
    if let Err(failure) = &checked
        && !concerns_all(failure)
    {
        // A connection may be cut for reasons of its own, and a file may have been revised or
        // deleted since it was listed; an object that is damaged is so again.
        let now = match client.file(&file.cid).await {
            Err(failure) if failure.status() == Some(404) => return Ok(Verdict::Gone),
            now => now?,
        };
        if now.root != file.root || matches!(failure, Failure::Cut { .. }) {
            progress.start_over();
            checked = check(client, &now, progress).await;
        }
    }
    Ok(match checked {
        Ok(blocks) => Verdict::Whole { blocks },
        Err(Failure::Damaged(problem)) => Verdict::Damaged(problem),
        Err(failure @ Failure::Cut { .. }) => {
            Verdict::Damaged(format!("it does not read back, twice: {failure}"))
        }
        Err(Failure::Refused { problem, .. }) if problem.status() == 500 => {
            let request = problem.request_id().map(|id| format!(" (request {})", printable(id)));
            let request = request.unwrap_or_default();
            Verdict::Damaged(format!("it does not read back; the gateway's log says why{request}"))
        }
        Err(failure) => return Err(failure),
    })
}

/// What became of the files so far.
#[derive(Debug, Default)]
struct Tally {
    whole: u64,
    damaged: u64,
    /// Neither is known of so many.
    unread: u64,
    /// Of whole files, in bytes.
    bytes: u64,
    /// Of the first that could not be read.
    exit: Option<Exit>,
}

impl Tally {
    /// Reports that `what` could not be looked at.
    fn fail(&mut self, output: Output, what: impl Display, failure: Failure) {
        let failure = Failure::About { what: what.to_string(), cause: Box::new(failure) };
        output.failure(&failure);
        self.unread += 1;
        self.exit.get_or_insert(failure.exit());
    }

    fn end(self, output: Output, read: Result<(), Failure>) -> Result<(), Failure> {
        let Self { whole, damaged, unread, bytes, exit } = self;
        if read.is_ok() || whole + damaged + unread > 0 {
            let plural = if whole == 1 { "" } else { "s" };
            let unread = if unread > 0 { format!(", {unread} not read") } else { String::new() };
            let bytes = HumanBytes(bytes);
            output.note(format_args!(
                "{whole} file{plural} whole ({bytes}), {damaged} damaged{unread}."
            ));
        }
        if damaged > 0 {
            output
                .note("What is damaged comes back from a backup of the gateway's data directory.");
        }
        read?;
        let exit = if damaged > 0 { Some(Exit::Damaged) } else { exit };
        exit.map_or(Ok(()), |exit| Err(Failure::Reported(exit)))
    }
}

/// About what is read of it in both forms, in bytes; the blocks' frames are little.
fn length(file: &FileInfo) -> Option<u64> {
    let layout = Layout::from_plaintext_len(file.size).ok()?;
    layout.ciphertext_len().checked_add(file.size)
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
