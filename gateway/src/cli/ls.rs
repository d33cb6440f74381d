//! `cidlock ls`: the user's files, newest first, a page at a time.

mod table;

use jiff::Timestamp;

use super::Context;
use super::failure::Failure;
use super::remote::Remote;
use super::table::Table;

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
    /// Show only files with TEXT in their names, whatever its case
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    query: Option<String>,
}

pub(super) async fn run(args: LsArgs, context: &Context) -> Result<(), Failure> {
    let out = context.output;
    let client = context.client(&args.remote)?;
    let mut left = args.limit.map_or(usize::MAX, |limit| limit as usize);
    let (mut table, now) = (Table::new(table::COLUMNS), Timestamp::now());
    let query = args.query.as_deref();
    let mut pages = query.map_or_else(|| client.files(), |query| client.files_named(query));
    while let Some(mut files) = pages.next(left.min(PAGE)).await? {
        files.truncate(left);
        left -= files.len();
        if out.is_json() {
            files.iter().try_for_each(|file| out.json(file))?;
        } else {
            let rows: Vec<_> = files.iter().map(|file| table::row(file, now)).collect();
            table.rows(&rows).iter().try_for_each(|row| out.line(row))?;
        }
        if left == 0 {
            if pages.has_more() {
                out.note(match query {
                    None => "There are more files; a larger --limit shows them.",
                    Some(_) => "There may be more such files; a larger --limit shows them.",
                });
            }
            return Ok(());
        }
    }
    if table.is_empty() {
        out.note(match query {
            None => "No files yet: `cidlock put FILE` stores one.",
            Some(_) => "None of your files has that in its name.",
        });
    }
    Ok(())
}
