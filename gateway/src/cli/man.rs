//! `cidlock man`: manual pages, made of the commands and flags as they are.

use std::io;
use std::path::{Path, PathBuf};

use clap::builder::Resettable;
use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use super::failure::{EXIT_CODES, Failure};
use super::output::unwritable;
use super::{Cli, Context};

/// Arguments of `cidlock man`.
#[derive(Debug, clap::Args)]
pub(super) struct ManArgs {
    /// Write a page for each command into DIR, which is made where it is missing
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &ManArgs, context: &Context) -> Result<(), Failure> {
    // `help` is no command that anyone looks up, and the exit codes have a section of their own.
    let mut cidlock = Cli::command().disable_help_subcommand(true).after_help(Resettable::Reset);
    cidlock.build();
    let Some(directory) = &args.out else {
        let (_, page) = page(cidlock).map_err(unwritable)?;
        return context.output.line(page.trim_end());
    };
    write(cidlock, directory).map_err(|error| {
        Failure::local(format_args!("cannot write to {}", directory.display()), error)
    })
}

fn write(cidlock: Command, directory: &Path) -> io::Result<()> {
    std::fs::create_dir_all(directory)?;
    for command in with_all_below(cidlock) {
        let (name, page) = page(command)?;
        std::fs::write(directory.join(name), page)?;
    }
    Ok(())
}

fn with_all_below(command: Command) -> Vec<Command> {
    let below = command.get_subcommands().filter(|below| !below.is_hide_set()).cloned();
    let below: Vec<Command> = below.flat_map(with_all_below).collect();
    std::iter::once(command).chain(below).collect()
}

/// The name of a command's page, and the page.
fn page(command: Command) -> io::Result<(String, String)> {
    let version = format!("cidlock {}", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command).source(version);
    let mut page = Vec::new();
    man.render(&mut page)?;
    let page = String::from_utf8_lossy(&page).into_owned();
    let codes = EXIT_CODES.split_once('\n').map_or(EXIT_CODES, |(_heading, codes)| codes);
    // `.nf`: lines as they are.
    Ok((man.get_filename(), format!("{page}.SH \"EXIT STATUS\"\n.nf\n{codes}\n.fi\n")))
}
