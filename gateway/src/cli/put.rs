//! `cidlock put`: files up, links back.
//!
//! What is sent is hashed on its way, and the gateway's own SHA-256 of what it encrypted must be
//! the same. Of several files, one that fails does not keep the others from being stored.

mod media_type;
mod source;

use std::path::{Path, PathBuf};

use self::source::{Sent, Source};
use super::Context;
use super::client::{Client, FileInfo, NewFile};
use super::credentials::Secret;
use super::duration::Lifetime;
use super::failure::{Exit, Failure};
use super::output::{Output, printable};
use super::progress::Progress;
use super::remote::Remote;

/// Arguments of `cidlock put`.
#[derive(Debug, clap::Args)]
pub(super) struct PutArgs {
    #[command(flatten)]
    pub(super) remote: Remote,
    /// The files (`-`: standard input)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The name to store a file under [default: its own]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Close the file to everybody after this time, such as 30d [default: never]
    #[arg(long, value_name = "DURATION")]
    expires_in: Option<Lifetime>,
    /// The media type [default: guessed from the name]
    #[arg(long = "type", value_name = "TYPE/SUBTYPE", value_parser = media_type::parse)]
    media_type: Option<String>,
}

pub(super) async fn run(args: PutArgs, context: &Context) -> Result<(), Failure> {
    if args.name.is_some() && args.files.len() > 1 {
        return Err(Failure::usage("--name is for one file"));
    }
    let client = context.client(&args.remote)?;
    let mut outcome = Ok(());
    for path in &args.files {
        let Err(failure) = put(&client, path, &args, context.output).await else { continue };
        if args.files.len() == 1 || concerns_every_file(&failure) {
            return Err(failure);
        }
        context.output.failure(&failure);
        let exit = failure.exit();
        outcome = outcome.and(Err(Failure::Reported(exit)));
    }
    outcome
}

/// Whether the next file would fail in the same way.
fn concerns_every_file(failure: &Failure) -> bool {
    matches!(failure.exit(), Exit::NotAllowed | Exit::TryAgain | Exit::Success)
}

async fn put(client: &Client, path: &Path, args: &PutArgs, out: Output) -> Result<(), Failure> {
    let info = send(client, path, args, out).await?;
    if out.is_json() {
        return out.json(&info);
    }
    let name = info.name.as_deref().filter(|name| !name.is_empty()).unwrap_or("(no name)");
    out.line(format_args!("{}  {}", printable(name), indicatif::HumanBytes(info.size)))?;
    out.line(format_args!("  cid   {}", printable(&info.cid)))?;
    if let Some(link) = &info.link {
        out.line(format_args!("  link  {}", printable(&link.url)))?;
        if let Some(id) = &link.id {
            out.line(format_args!("  id    {}", printable(id)))?;
        }
        out.line(format_args!("  until {}", link.expires_at.strftime("%Y-%m-%d %H:%M UTC")))?;
    }
    Ok(())
}

/// Uploads one file and makes sure that it arrived as it was. An access token that is rejected is
/// renewed once, where the file can be read a second time.
async fn send(
    client: &Client,
    path: &Path,
    args: &PutArgs,
    out: Output,
) -> Result<FileInfo, Failure> {
    let mut source = Source::open(path).await?;
    let mut token = client.access_token(None).await?;
    let mut may_renew = source.can_be_read_again();
    loop {
        let (result, sent) = attempt(client, &token, source, args, out).await;
        match result {
            Ok(info) => return verify(info, &sent, path),
            Err(failure) => {
                // What stopped on our side explains the rest.
                if let Some(error) = sent.error() {
                    let doing = format_args!("cannot read {}", path.display());
                    return Err(Failure::local(doing, error));
                }
                if failure.status() != Some(401) || !may_renew {
                    return Err(failure);
                }
            }
        }
        may_renew = false;
        token = client.access_token(Some(&token)).await?;
        source = Source::open(path).await?;
    }
}

async fn attempt(
    client: &Client,
    token: &Secret,
    source: Source,
    args: &PutArgs,
    out: Output,
) -> (Result<FileInfo, Failure>, Sent) {
    let (own_name, size) = (source.name().map(str::to_owned), source.size());
    let name = args.name.as_deref().or(own_name.as_deref());
    let guess = media_type::guess(name.unwrap_or_default());
    let file = NewFile {
        name,
        media_type: args.media_type.as_deref().unwrap_or(guess),
        size,
        expires_in: args.expires_in.map(Lifetime::seconds),
    };
    let progress = Progress::of_transfer(out, name.unwrap_or("-"), size);
    let (body, sent) = source.into_body(progress.clone());
    let result = client.upload(token, &file, body, sent.ended(&progress)).await;
    progress.finish();
    let result = result.map_err(|failure| match failure {
        // It was there, and has gone.
        Failure::Unreachable { cause, .. } if sent.totals().0 > 0 => Failure::UploadCut { cause },
        failure => failure,
    });
    (result, sent)
}

fn verify(info: FileInfo, sent: &Sent, path: &Path) -> Result<FileInfo, Failure> {
    let (size, sha256) = sent.totals();
    if info.size == size && info.sha256.eq_ignore_ascii_case(&sha256) {
        return Ok(info);
    }
    Err(Failure::Damaged(format!(
        "the gateway stored something else than {}: {} bytes, SHA-256 {}, where {size} bytes, \
         SHA-256 {sha256}, were sent; do not rely on {}",
        printable(&path.display().to_string()),
        info.size,
        printable(&info.sha256),
        printable(&info.cid),
    )))
}
