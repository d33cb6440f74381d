//! `cidlock share`: a link by which anyone can download a file until it expires or is taken back.

use cid::Cid;

use super::Context;
use super::client::{NewLink, Permission};
use super::duration::Lifetime;
use super::failure::Failure;
use super::output::printable;
use super::remote::Remote;

/// Arguments of `cidlock share`.
#[derive(Debug, clap::Args)]
pub(super) struct ShareArgs {
    #[command(flatten)]
    pub(super) remote: Remote,
    /// The file
    #[arg(value_name = "CID", value_parser = known_cid)]
    cid: String,
    /// How long the link works, such as 15m, 24h or 7d [default: what the gateway says]
    #[arg(long = "for", value_name = "DURATION")]
    lifetime: Option<Lifetime>,
    /// What the link allows
    #[arg(long, value_name = "LIST", value_enum, value_delimiter = ',', default_value = "read")]
    permissions: Vec<Permission>,
    /// A name for the link in your own list of links
    #[arg(long, value_name = "NAME")]
    label: Option<String>,
}

pub(super) async fn run(args: ShareArgs, context: &Context) -> Result<(), Failure> {
    let wanted = NewLink {
        expires_in: args.lifetime.map(Lifetime::seconds),
        permissions: &args.permissions,
        name: args.label.as_deref(),
    };
    let link = context.client(&args.remote)?.create_link(&args.cid, &wanted).await?;
    let out = context.output;
    if out.is_json() {
        return out.json(&link);
    }
    out.line(format_args!("link   {}", printable(&link.url)))?;
    out.line(format_args!("id     {}", printable(&link.id)))?;
    out.line(format_args!("until  {}", link.expires_at.strftime("%Y-%m-%d %H:%M UTC")))?;
    out.note(format_args!("`cidlock revoke {}` takes it back.", printable(&link.id)));
    Ok(())
}

/// A CID as it was written, if it is one.
fn known_cid(text: &str) -> Result<String, &'static str> {
    match text.parse::<Cid>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("this is no CID (such as bafy...); `cidlock ls` shows those of your files"),
    }
}
