//! `cidlock put`: files up, links back.
//!
//! What is sent is hashed on its way, and the gateway's own SHA-256 of what it encrypted must be
//! the same. Of several files, one that fails does not keep the others from being stored.

mod media_type;
mod source;
mod walk;

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use indicatif::HumanBytes;

use self::source::{Sent, Source};
use self::walk::Found;
use super::Context;
use super::batch::Batch;
use super::client::{Client, FileInfo, NewFile};
use super::credentials::Secret;
use super::duration::Lifetime;
use super::failure::Failure;
use super::output::{Output, printable};
use super::progress::Progress;
use super::remote::Remote;

/// How many of the things that are passed over are named.
const MAX_NAMED: usize = 5;

/// Arguments of `cidlock put`.
#[derive(Debug, clap::Args)]
pub(super) struct PutArgs {
    #[command(flatten)]
    pub(super) remote: Remote,
    /// The files (`-`: standard input)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Store all files below a directory, each under its own name
    #[arg(short, long)]
    recursive: bool,
    /// The name to store a file under [default: its own]
    #[arg(long, value_name = "NAME", conflicts_with = "recursive")]
    name: Option<String>,
    /// Close the file to everybody after this time, such as 30d, and delete it after the gateway's
    /// grace (7 days by default) [default: never]
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
    if args.files.iter().filter(|path| *path == Path::new("-")).count() > 1 {
        return Err(Failure::usage("standard input can be read once"));
    }
    let out = context.output;
    let client = context.client(&args.remote)?;
    let found = find(&args).await?;
    say_what_is_passed_over(&found.passed_over, out);
    let count = found.files.len();
    let known = found.files.iter().filter(|file| file.size.is_ok());
    let bytes = known.map(|file| file.size.as_ref().ok().copied().flatten()).sum();
    let progress = Progress::of_transfers(out, count, bytes);
    let mut batch = Batch::new(out, count, "stored");
    for (index, file) in found.files.into_iter().enumerate() {
        let path = file.path;
        let size = file.size.as_ref().ok().copied().flatten();
        let result = match file.size {
            Err(failure) => Err(failure),
            Ok(_) => {
                let name = args.name.as_deref().map(Cow::Borrowed);
                let name = name.or_else(|| path.file_name().map(OsStr::to_string_lossy));
                progress.begin(index, name.as_deref().unwrap_or("-"));
                send(&client, &path, &args, &progress).await
            }
        };
        progress.end(size);
        progress.aside(|| match batch.add(path.display(), result)? {
            Some(info) => show(&info, &path, args.recursive, out),
            None => Ok(()),
        })?;
    }
    progress.finish();
    batch.end()
}

/// The files that are meant. A large tree takes its time: Ctrl-C ends the wait.
async fn find(args: &PutArgs) -> Result<Found, Failure> {
    let (arguments, recursive) = (args.files.clone(), args.recursive);
    let walk = tokio::task::spawn_blocking(move || Found::by(&arguments, recursive));
    walk.await.map_err(|error| Failure::Internal(error.to_string()))?
}

fn say_what_is_passed_over(paths: &[PathBuf], out: Output) {
    for path in paths.iter().take(MAX_NAMED) {
        let path = path.display().to_string();
        out.note(format_args!("Not stored, being a link or no file: {}", printable(&path)));
    }
    if paths.len() > MAX_NAMED {
        out.note(format_args!(
            "Not stored, being links or no files: {} more",
            paths.len() - MAX_NAMED
        ));
    }
}

/// One file that is stored; in a line, where there may be many. Of those below a directory it is the
/// path that tells one from another.
fn show(info: &FileInfo, path: &Path, in_a_line: bool, out: Output) -> Result<(), Failure> {
    let path = path.display().to_string();
    if out.is_json() {
        let json = serde_json::to_value(info);
        let mut json = json.map_err(|error| Failure::Internal(error.to_string()))?;
        json["path"] = path.into();
        return out.json(&json);
    }
    let size = HumanBytes(info.size).to_string();
    if in_a_line {
        let (cid, path) = (printable(&info.cid), printable(&path));
        return out.line(format_args!("{size:>10}  {cid}  {path}"));
    }
    let name = info.name.as_deref().filter(|name| !name.is_empty()).unwrap_or("(no name)");
    out.line(format_args!("{}  {size}", printable(name)))?;
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
    progress: &Progress,
) -> Result<FileInfo, Failure> {
    let mut source = Source::open(path).await?;
    let mut token = client.access_token(None).await?;
    let mut may_renew = source.can_be_read_again();
    loop {
        let (result, sent) = attempt(client, &token, source, args, progress).await;
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
    progress: &Progress,
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
    progress.start_over();
    let (body, sent) = source.into_body(progress.clone());
    let result = client.upload(token, &file, body, sent.ended(progress)).await;
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
