//! `cidlock rebuild`: a lost catalog, restored. No gateway may run on the data directory meanwhile.

use serde_json::json;

use super::Context;
use super::failure::{Exit, Failure};
use super::output::printable;
use crate::config::{Config, ServeFlags};
use crate::serve::{Rebuilt, rebuild};
use crate::store::UserId;

#[derive(Debug, clap::Args)]
pub(super) struct RebuildArgs {
    #[command(flatten)]
    flags: ServeFlags,
    /// The id of the user whose files are the admin's, where there are files of several
    #[arg(long, value_name = "USER_ID")]
    admin: Option<UserId>,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub(super) json: bool,
}

pub(super) async fn run(args: RebuildArgs, context: &Context) -> Result<(), Failure> {
    let config = Config::load(&args.flags).map_err(|error| Failure::Usage(error.to_string()))?;
    let rebuilt = Box::pin(rebuild(&config, args.admin)).await.map_err(Failure::Serve)?;
    if context.output.is_json() {
        context.output.json(&as_json(&rebuilt))?;
    } else {
        for line in as_text(&rebuilt) {
            context.output.line(line)?;
        }
    }
    if rebuilt.found.damaged.is_empty() { Ok(()) } else { Err(Failure::Reported(Exit::Failed)) }
}

fn as_json(rebuilt: &Rebuilt) -> serde_json::Value {
    let Rebuilt { found, restored, .. } = rebuilt;
    let damaged = found.damaged.iter();
    json!({
        "restored": restored.restored,
        "known": restored.known,
        "deleted": restored.deleted,
        "foreign": found.foreign,
        "damaged": damaged.map(|it| json!({"object": it.what, "problem": it.problem})).collect::<Vec<_>>(),
        "owners": found.owners.iter().map(|(id, files)| json!({"id": id, "files": files})).collect::<Vec<_>>(),
        "admin": rebuilt.admin,
        "admin_secret": rebuilt.secret,
        "unknown_users": rebuilt.unknown,
    })
}

fn as_text(rebuilt: &Rebuilt) -> Vec<String> {
    let Rebuilt { found, restored, admin, has_admin, secret, unknown } = rebuilt;
    let mut lines = vec![format!(
        "restored {}, already there {}, deleted before {}, damaged {}",
        files(restored.restored),
        files(restored.known),
        files(restored.deleted),
        files(found.damaged.len() as u64),
    )];
    lines.extend(
        found
            .damaged
            .iter()
            .map(|it| format!("damaged: {}: {}", printable(&it.what), printable(&it.problem))),
    );
    if found.foreign > 0 {
        lines.push(format!("left alone: {} pins that are no objects of cidlock", found.foreign));
    }
    if let (Some(id), Some(secret)) = (admin, secret) {
        let secret = secret.display();
        lines.push(format!("admin is {id} again, with a new password in {secret}"));
    }
    for id in unknown {
        let owned = files(found.owners.get(id).copied().unwrap_or_default());
        lines.push(format!(
            "disabled, because no more than the id is known: user {id}, with {owned}"
        ));
    }
    if !has_admin && !unknown.is_empty() {
        lines.push("to make one of them the admin: move the catalog away and run again with --admin USER_ID".to_owned());
    }
    if restored.restored + restored.known == 0 && !found.damaged.is_empty() {
        lines.push("nothing came back: mend what is damaged, and run again".to_owned());
        return lines;
    }
    lines.push("all links and logins made before are dead; make new ones".to_owned());
    lines
}

fn files(count: u64) -> String {
    format!("{count} file{}", if count == 1 { "" } else { "s" })
}
