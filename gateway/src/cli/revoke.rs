//! `cidlock revoke`: takes a link back. Its downloads end, those that are running as well.

use serde_json::json;

use super::Context;
use super::failure::Failure;
use super::reference::link_id;
use super::remote::Remote;

/// Arguments of `cidlock revoke`.
#[derive(Debug, clap::Args)]
pub(super) struct RevokeArgs {
    #[command(flatten)]
    pub(super) remote: Remote,
    /// The link's id, as `share` printed it and `links` lists it
    #[arg(value_name = "ID", value_parser = link_id)]
    id: String,
}

pub(super) async fn run(args: RevokeArgs, context: &Context) -> Result<(), Failure> {
    context.client(&args.remote)?.revoke_link(&args.id).await?;
    if context.output.is_json() {
        return context.output.json(&json!({ "id": args.id, "revoked": true }));
    }
    context.output.line(format_args!("Revoked {}.", args.id))
}
