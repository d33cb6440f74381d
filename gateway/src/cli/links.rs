//! `cidlock links`: the links to a file, or one link; what is still open, and to whom it was given.

mod state;

use jiff::Timestamp;
use serde_json::json;

use self::state::State;
use super::Context;
use super::client::LinkInfo;
use super::failure::Failure;
use super::output::{Output, fit, printable};
use super::reference::{Reference, link_id};
use super::remote::Remote;
use super::table::{Column, Table};

/// How many links are asked for at once.
const PAGE: usize = 100;
/// The widest name that is shown, in columns.
const MAX_NAME_WIDTH: usize = 32;

const COLUMNS: [Column; 5] = [
    Column::left("ID"),
    Column::left("NAME"),
    Column::left("PERMISSIONS"),
    Column::left("EXPIRES"),
    Column::left("STATE"),
];

/// Arguments of `cidlock links`.
#[derive(Debug, clap::Args)]
pub(super) struct LinksArgs {
    #[command(flatten)]
    pub(super) remote: Remote,
    /// A file of yours, or one link by its id
    #[arg(value_name = "CID|ID", value_parser = subject)]
    subject: Subject,
    /// Show those that have expired or were taken back, too
    #[arg(short, long)]
    all: bool,
}

#[derive(Debug, Clone)]
enum Subject {
    File(Reference),
    Link(String),
}

pub(super) async fn run(args: LinksArgs, context: &Context) -> Result<(), Failure> {
    let LinksArgs { remote, subject, all } = args;
    let mut list = List::new(context.output, all);
    match subject {
        Subject::Link(id) => {
            let link = context.client(&remote)?.link(&id).await?;
            list.show_all = true;
            list.add(&[link])
        }
        Subject::File(file) => {
            let client = context.client(&remote.at(file.server()))?;
            let mut pages = client.links_to(file.cid());
            while let Some(links) = pages.next(PAGE).await? {
                list.add(&links)?;
            }
            list.end();
            Ok(())
        }
    }
}

/// What is printed of the links that come.
struct List {
    out: Output,
    show_all: bool,
    now: Timestamp,
    table: Table<5>,
    hidden: usize,
}

impl List {
    fn new(out: Output, show_all: bool) -> Self {
        Self { out, show_all, now: Timestamp::now(), table: Table::new(COLUMNS), hidden: 0 }
    }

    fn add(&mut self, links: &[LinkInfo]) -> Result<(), Failure> {
        let mut rows = Vec::with_capacity(links.len());
        for link in links {
            let state = State::of(link, self.now);
            if !self.show_all && state != State::Active {
                self.hidden += 1;
            } else if self.out.is_json() {
                self.out.json(&with_state(link, state)?)?;
            } else {
                rows.push(row(link, state));
            }
        }
        self.table.rows(&rows).iter().try_for_each(|row| self.out.line(row))
    }

    fn end(&self) {
        match (self.table.is_empty(), self.hidden) {
            (true, 0) => self.out.note("There is no link to it: `cidlock share CID` makes one."),
            (true, _) => self.out.note("No link to it is active; --all shows those that were."),
            (false, _) => {}
        }
    }
}

fn row(link: &LinkInfo, state: State) -> [String; 5] {
    [
        printable(&link.id).into_owned(),
        fit(&printable(link.name.as_deref().unwrap_or("-")), MAX_NAME_WIDTH),
        printable(&link.permissions.join(",")).into_owned(),
        link.expires_at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        state.to_string(),
    ]
}

/// The link as the gateway gave it, and what that comes to today.
fn with_state(link: &LinkInfo, state: State) -> Result<serde_json::Value, Failure> {
    let mut json =
        serde_json::to_value(link).map_err(|error| Failure::Internal(error.to_string()))?;
    json["state"] = json!(state.to_string());
    Ok(json)
}

fn subject(text: &str) -> Result<Subject, String> {
    match text.parse::<Reference>() {
        Ok(file) => Ok(Subject::File(file)),
        // What has a scheme was meant to be a URL.
        Err(error) if text.contains(':') => Err(error.to_string()),
        Err(_) => link_id(text).map(Subject::Link).map_err(|_| {
            "this is neither a CID (such as bafy...) nor a link's id, such as `share` prints"
                .to_owned()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CID: &str = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

    #[test]
    fn a_file_and_a_link_are_told_apart() {
        for text in [CID.to_owned(), format!("http://a/files/{CID}/x?token=t")] {
            assert!(matches!(subject(&text), Ok(Subject::File(file)) if file.cid() == CID));
        }
        let id = "0193f6a0-5b6e-7c11-8f0e-0123456789ab";
        assert!(matches!(subject(id), Ok(Subject::Link(link)) if link == id));
        for text in ["", "a/b", "http://a/", "bafy nonsense"] {
            assert!(subject(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_row_cannot_steer_the_terminal() {
        let link: LinkInfo = serde_json::from_value(json!({
            "id": "1", "name": "for\u{1b}[2J Ann", "permissions": ["read", "stat"],
            "expires_at": "2026-11-25T03:04:05Z", "revoked_at": null,
        }))
        .unwrap();
        assert_eq!(
            row(&link, State::Active),
            ["1", r"for\u{1b}[2J Ann", "read,stat", "2026-11-25 03:04 UTC", "active"]
        );
    }
}
