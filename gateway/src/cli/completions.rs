//! `cidlock completions`: what a shell completes, made of the commands and flags as they are.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::failure::Failure;
use super::{Cli, Context};

/// Arguments of `cidlock completions`.
#[derive(Debug, clap::Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs, context: &Context) -> Result<(), Failure> {
    // Into memory first: the generator does not survive a reader that goes away.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "cidlock", &mut script);
    context.output.line(String::from_utf8_lossy(&script).trim_end())
}
