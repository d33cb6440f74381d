//! `cidlock revoke`: takes a link back. Its downloads end, those that are running as well.

use serde_json::json;

use super::Context;
use super::failure::Failure;
use super::remote::Remote;

/// The longest id of a link, in characters.
const MAX_ID_LEN: usize = 128;

/// Arguments of `cidlock revoke`.
#[derive(Debug, clap::Args)]
pub(super) struct RevokeArgs {
    #[command(flatten)]
    pub(super) remote: Remote,
    /// The link's id, as `share` printed it
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

/// An id is one path segment; whoever gives a link by mistake is told so before it travels.
fn link_id(text: &str) -> Result<String, &'static str> {
    let is_id = (1..=MAX_ID_LEN).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_id { Ok(text.to_owned()) } else { Err("this is no link's id, such as `share` prints") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_plain_word() {
        assert!(link_id("0193f6a0-5b6e-7c11-8f0e-0123456789ab").is_ok());
        for text in ["", ".", "..", "a/b", "http://a/files/b", "a b", "a?b", &"x".repeat(129)] {
            assert!(link_id(text).is_err(), "{text}");
        }
    }
}
