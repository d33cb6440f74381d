//! `cidlock migrate`: all objects, moved to another engine. No gateway may run on the data directory
//! meanwhile.

use serde_json::json;

use super::Context;
use super::failure::{Exit, Failure};
use super::output::printable;
use super::progress::Progress;
use crate::config::{Config, EngineConfig, ServeFlags};
use crate::migration::Moved;
use crate::serve::{Migrated, migrate};
use crate::store::FileRow;

/// Arguments of `cidlock migrate`.
#[derive(Debug, clap::Args)]
pub(super) struct MigrateArgs {
    #[command(flatten)]
    flags: ServeFlags,
    /// The engine that is to keep everything, from the other one
    #[arg(long, value_parser = [EngineConfig::EMBEDDED, EngineConfig::KUBO])]
    to: String,
    /// Have the former engine let go of what was moved, when all of it was
    #[arg(long)]
    drop_source: bool,
    /// Print JSON instead of text
    #[arg(long)]
    pub(super) json: bool,
}

pub(super) async fn run(args: MigrateArgs, context: &Context) -> Result<(), Failure> {
    let config = Config::load(&args.flags).map_err(|error| Failure::Usage(error.to_string()))?;
    let output = context.output;
    let progress = Progress::of_files(output, "moving", 0);
    let (mut seen, mut written) = (0, Ok(()));
    let each = |files: u64, file: &FileRow, moved: &Moved| {
        seen += 1;
        progress.stand_at(seen, files);
        let Moved::Not(why) = moved else { return };
        let line = progress.beside(|| {
            if output.is_json() {
                output.json(&json!({"cid": file.cid.to_string(), "problem": why.to_string()}))
            } else {
                output.line(format_args!(
                    "not moved  {}  {}",
                    file.cid,
                    printable(&why.to_string())
                ))
            }
        });
        if written.is_ok() {
            written = line;
        }
    };
    let migrated = migrate(&config, &args.to, args.drop_source, each);
    let migrated = Box::pin(migrated).await.map_err(Failure::Serve)?;
    progress.finish();
    written?;
    report(&args, context, migrated)
}

fn report(args: &MigrateArgs, context: &Context, migrated: Migrated) -> Result<(), Failure> {
    let (output, to) = (context.output, &args.to);
    let Migrated { moved, before, failed, kept } = migrated;
    if output.is_json() {
        output.json(&json!({"moved": moved, "before": before, "failed": failed, "kept": kept}))?;
    } else {
        output.line(format_args!("moved {moved}, moved before {before}, not moved {failed}"))?;
    }
    match kept {
        _ if failed > 0 => output.note("What was not moved is where it was; run this again."),
        None => {
            output.note(format_args!(
                "Set engine.kind to `{to}` before the next `cidlock serve`. The former engine still \
                 has everything: `--drop-source` has it let go."
            ));
        }
        Some(0) => output.note(format_args!(
            "Set engine.kind to `{to}` before the next `cidlock serve`. The former engine keeps \
             nothing of it any more."
        )),
        Some(kept) => output.note(format_args!(
            "The former engine still keeps {kept} of them: see that its nodes are up, and run this \
             again."
        )),
    }
    let unfinished = failed + kept.unwrap_or_default();
    if unfinished == 0 { Ok(()) } else { Err(Failure::Reported(Exit::Failed)) }
}
