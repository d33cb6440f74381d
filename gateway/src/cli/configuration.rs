//! `cidlock config`: what `serve` would go by, and what can be set at all.

use super::Context;
use super::failure::Failure;
use crate::config::{self, Effective, Environment, ServeFlags};

/// Arguments of `cidlock config`.
#[derive(Debug, clap::Args)]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Print the configuration that holds, and where each value came from
    ///
    /// Flags, environment and file are read as by `serve`. What is printed is TOML and can be used as
    /// a file.
    Print(PrintArgs),
    /// Print the reference of all settings, in Markdown
    Docs,
}

#[derive(Debug, clap::Args)]
struct PrintArgs {
    #[command(flatten)]
    flags: ServeFlags,
    /// Print each setting as JSON, one object a line
    #[arg(long)]
    json: bool,
}

impl ConfigArgs {
    pub(super) fn wants_json(&self) -> bool {
        matches!(&self.what, What::Print(PrintArgs { json: true, .. }))
    }
}

pub(super) fn run(args: &ConfigArgs, context: &Context) -> Result<(), Failure> {
    let flags = match &args.what {
        What::Docs => return context.output.line(config::page().trim_end()),
        What::Print(PrintArgs { flags, .. }) => flags,
    };
    let effective = Effective::load(flags, &Environment::of_the_process());
    let effective = effective.map_err(Failure::usage)?;
    if context.output.is_json() {
        return effective.to_json().try_for_each(|setting| context.output.json(&setting));
    }
    context.output.line(effective.to_string().trim_end())
}
