//! `cidlock ls`: the user's files, newest first, a page at a time.

mod table;

use jiff::Timestamp;

use self::table::Table;
use super::Context;
use super::failure::Failure;
use super::remote::Remote;

/// How many files are asked for at once.
const PAGE: usize = 100;

/// Arguments of `cidlock ls`.
#[derive(Debug, clap::Args)]
pub(super) struct LsArgs {
    #[command(flatten)]
    pub(super) remote: Remote,
    /// Show only the newest N
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
}

pub(super) async fn run(args: LsArgs, context: &Context) -> Result<(), Failure> {
    let out = context.output;
    let client = context.client(&args.remote)?;
    let mut left = args.limit.map_or(usize::MAX, |limit| limit as usize);
    let mut table = Table::new(Timestamp::now());
    let mut cursor: Option<String> = None;
    loop {
        let mut page = client.list(left.min(PAGE), cursor.as_deref()).await?;
        page.items.truncate(left);
        left -= page.items.len();
        if out.is_json() {
            page.items.iter().try_for_each(|file| out.json(file))?;
        } else {
            table.rows(&page.items).iter().try_for_each(|row| out.line(row))?;
        }
        let Some(next) = page.next else { break };
        if left == 0 {
            out.note("There are more files; a larger --limit shows them.");
            return Ok(());
        }
        if cursor.as_ref() == Some(&next) {
            return Err(Failure::Unintelligible {
                server: client.server().to_string(),
                cause: "its list does not go on".to_owned(),
            });
        }
        cursor = Some(next);
    }
    if table.is_empty() && !out.is_json() {
        out.note("No files yet: `cidlock put FILE` stores one.");
    }
    Ok(())
}
