//! `cidlock doctor`: what is wrong, or going to be, and how to mend it.
//!
//! It looks at the data directory itself, and asks the gateway on it, if one runs. It mends nothing by
//! itself.

use super::Context;
use super::failure::{Exit, Failure};
use super::login::running;
use super::output::printable;
use crate::config::{Config, ServeFlags};
use crate::serve::{Finding, State, inspect};

/// Arguments of `cidlock doctor`.
#[derive(Debug, clap::Args)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    flags: ServeFlags,
    /// Print each finding as JSON, one object a line
    #[arg(long)]
    pub(super) json: bool,
}

pub(super) async fn run(args: DoctorArgs, context: &Context) -> Result<(), Failure> {
    let config = Config::load(&args.flags).map_err(|error| Failure::Usage(error.to_string()))?;
    let mut findings = Box::pin(inspect(&config)).await;
    if let Some(server) = running(&config.data_dir) {
        findings.push(match context.client_of(server.clone())?.is_ready().await {
            Ok(()) => Finding::well("gateway", format!("ready at {server}")),
            Err(failure) => Finding::wrong("gateway", failure.to_string(), "its log says more"),
        });
    }
    for finding in &findings {
        if context.output.is_json() {
            context.output.json(finding)?;
        } else {
            text(finding).iter().try_for_each(|line| context.output.line(line))?;
        }
    }
    match findings.iter().map(|finding| finding.state).max() {
        Some(State::Wrong) => Err(Failure::Reported(Exit::Failed)),
        _ => Ok(()),
    }
}

fn text(finding: &Finding) -> Vec<String> {
    let mark = match finding.state {
        State::Well => "ok     ",
        State::Warning => "warning",
        State::Wrong => "WRONG  ",
    };
    let mut lines = vec![format!("{mark}  {}: {}", finding.what, printable(&finding.detail))];
    lines.extend(finding.mend.iter().map(|mend| format!("         -> {}", printable(mend))));
    lines
}
