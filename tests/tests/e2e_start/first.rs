//! The first start, and what keeps any other from coming about but for keys.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::command::{self, Running};
use cidlock_tests::forge::key_set;
use cidlock_tests::gateway::{Gateway, Home};
use cidlock_tests::terminal::Terminal;
use rustix::process::Signal;

use crate::serve;

#[tokio::test]
async fn a_first_start_makes_what_it_needs_for_its_owner_alone() {
    let gateway = Gateway::start().await;
    let home = gateway.home();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&home.data()), 0o700);
    for name in ["keys.json", "admin.secret"] {
        assert_eq!(mode(&home.data().join(name)), 0o600, "{name}");
    }
    let log = home.log();
    assert!(log.contains("cidlock login") && log.contains("admin.secret"), "{log}");
    assert!(!log.contains(&home.admin_secret()), "the secret is in a log");
    let realm = key_set(home)["realm"].as_str().unwrap().to_owned();
    assert!(realm.starts_with("urn:uuid:"), "{realm}");
    Client::admin(&gateway).await.store("a", "content").await;
}

#[tokio::test]
async fn on_a_terminal_the_secret_is_shown_and_ctrl_c_stops_it() {
    let home = Home::new();
    let terminal = Terminal::start(home.serve());
    terminal.until_shown("Stop with Ctrl-C").await;
    assert!(terminal.shown().contains(&home.admin_secret()));
    terminal.signal(Signal::INT);
    let (code, shown) = terminal.ended().await;
    assert_eq!(code, Some(0), "{shown}");
    assert!(!home.data().join("serve.address").exists());
}

#[tokio::test]
async fn a_data_directory_is_served_by_one_gateway() {
    let gateway = Gateway::start().await;
    let home = gateway.home();
    let address = fs::read(home.data().join("serve.address")).unwrap();
    let said = serve(home).await;
    assert_eq!(said.code, Some(1));
    assert!(said.stderr.contains("is in use by another cidlock"), "{}", said.stderr);
    assert!(said.stderr.contains("--data-dir"), "{}", said.stderr);
    assert_eq!(fs::read(home.data().join("serve.address")).unwrap(), address);
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", "content").await;
    let _ = Answer::to(admin.get(&format!("/files/{}", file.cid))).await.expect(200);
}

#[tokio::test]
async fn of_two_that_start_at_once_from_nothing_one_serves() {
    for _ in 0..3 {
        let home = Home::new();
        let [one, other] = [(); 2].map(|()| Running::start(home.serve()));
        let ended = tokio::select! {
            said = one.ended() => said,
            said = other.ended() => said,
        };
        let ended = ended.expect(1);
        assert!(ended.stderr.contains("is in use by another cidlock"), "{}", ended.stderr);
        // The other one was killed, as far as it had come; what it left can be served.
        let gateway = Gateway::start_in(home).await;
        Client::admin(&gateway).await.store("a", "content").await;
    }
}

#[tokio::test]
async fn an_address_that_is_taken_keeps_a_gateway_from_starting() {
    let gateway = Gateway::start().await;
    let home = Home::new();
    let mut command = home.serve();
    command.env("CIDLOCK_LISTEN", gateway.address().to_string());
    let said = command::run(command).await.expect(1);
    assert!(said.stderr.contains("cannot listen on"), "{}", said.stderr);
    assert!(said.stderr.contains("--listen"), "{}", said.stderr);
}

#[tokio::test]
async fn a_configuration_that_is_not_understood_keeps_a_gateway_from_starting() {
    for (toml, words) in [
        ("[limits]\nmax_file_byte = 1", &["cidlock.toml:2:1: ", "`limits.max_file_bytes`?"][..]),
        ("[limit]\n", &["cidlock.toml:1:2: ", "[limits]?"]),
        ("[http]\nlisten = 8787", &["cidlock.toml:2:10: http.listen"]),
        ("[http", &["cidlock.toml:1:"]),
        ("[tokens]\naccess_lifetime_s = 0", &["tokens.access_lifetime_s"]),
        ("[limits]\nmax_staging_bytes = 1", &["limits.max_staging_bytes", "1 MiB"]),
        ("[http]\npublic_url = 'files.example'", &["http.public_url"]),
    ] {
        let home = Home::configured(toml);
        let said = serve(&home).await.expect(2);
        for word in words {
            assert!(said.stderr.contains(word), "no {word:?} in: {}", said.stderr);
        }
        assert!(!home.data().exists(), "nothing is made before all is understood");
    }
    for (variable, value, code, word) in [
        ("CIDLOCK_CONFIG", "/nowhere/cidlock.toml", 2, "/nowhere/cidlock.toml"),
        ("CIDLOCK_LISTEN", "nowhere", 2, "CIDLOCK_LISTEN: http.listen must be an address"),
        ("CIDLOCK_LOG", "cidlock=loud", 2, "CIDLOCK_LOG: log.filter must be"),
        ("CIDLOCK_LIMITS_MAX_FILE_BYTE", "1", 2, "did you mean CIDLOCK_LIMITS_MAX_FILE_BYTES?"),
        ("CIDLOCK_LIMITS_MAX_FILE_BYTES", "lots", 2, "whole number of bytes from 0 to"),
        ("CIDLOCK_DATA_DIR", "/dev/null/cidlock", 1, "/dev/null/cidlock"),
    ] {
        let home = Home::new();
        let mut command = home.serve();
        command.env(variable, value);
        let said = command::run(command).await.expect(code);
        assert!(said.stderr.contains(word), "no {word:?} in: {}", said.stderr);
        assert!(!said.stderr.contains("panicked"), "{}", said.stderr);
    }
}
