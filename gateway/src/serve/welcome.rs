//! What a person at a terminal is told when the gateway has started.

use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;

use super::data_dir::DataDir;
use super::first_start::ADMIN;

/// Prints to standard output how to go on. The admin's secret is shown on a terminal alone, where
/// nothing keeps it; into a pipe goes the name of its file.
pub(super) fn print(public_url: &str, bound: SocketAddr, dir: &DataDir) {
    let mut out = std::io::stdout();
    let file = dir.admin_secret();
    let secret = std::fs::read_to_string(&file).ok().filter(|_| out.is_terminal());
    let password = match &secret {
        Some(secret) => secret.trim().to_owned(),
        None => format!("in {}", file.display()),
    };
    // As it was called here, so that the lines below can be copied whether or not it is on the path.
    let program = std::env::args().next().unwrap_or_else(|| "cidlock".to_owned());
    let elsewhere = if dir.is_default() {
        " ".repeat(14)
    } else {
        format!(" --data-dir {}", dir.path().display())
    };
    let text = format!(
        "cidlock listens on {bound} and hands out links to {public_url}\n\
         \x20 user      {ADMIN}\n\
         \x20 password  {password}\n\
         In another terminal:\n\
         \x20 {program} login{elsewhere}    once; here it finds the password by itself\n\
         \x20 {program} put FILE               store a file, get a link to it\n\
         \x20 {program} share CID --for 24h    make another link; `revoke ID` takes it back\n\
         \x20 {program} get 'URL'              fetch a file by its link\n\
         Stop with Ctrl-C.\n"
    );
    // Nobody may be listening; that is no reason to stop.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
