//! Where a setting comes from, as `config print` shows it and `serve` goes by it.

use std::fs;
use std::process::Command;

use cidlock_tests::command;
use cidlock_tests::gateway::{Gateway, Home};
use serde_json::{Value, json};

use crate::serve;

const FILE: &str = "[http]\nlisten = '127.0.0.1:1'\n\n[log]\n  filter = 'warn'\n";

#[tokio::test]
async fn a_flag_goes_before_a_variable_that_before_the_file_that_before_the_default() {
    let home = Home::new();
    fs::create_dir(home.data()).unwrap();
    let address = |port: u16| format!("127.0.0.1:{port}");
    let mut file = home.data().join("cidlock.toml").display().to_string();
    file += ":2:1";
    // The sources are added one by one, and each overrules those before it.
    for (sources, port, source, place) in [
        (0, 8787, "default", Value::Null),
        (1, 1, "file", json!(file)),
        (2, 2, "variable", json!("CIDLOCK_HTTP_LISTEN")),
        (3, 3, "flag", json!("--listen")),
    ] {
        let mut arguments = vec!["config", "print", "--json"];
        if sources == 1 {
            fs::write(home.data().join("cidlock.toml"), FILE).unwrap();
        }
        if sources >= 3 {
            arguments.extend(["--listen", "127.0.0.1:3"]);
        }
        let mut command = home.cidlock(&arguments);
        if sources >= 2 {
            command.env("CIDLOCK_HTTP_LISTEN", address(2));
        }
        let settings = command::run(command).await.expect(0).json();
        let listen = settings.iter().find(|setting| setting["key"] == "http.listen");
        let expected = json!({
            "key": "http.listen", "value": address(port), "source": source, "place": place,
        });
        assert_eq!(listen, Some(&expected));
    }
}

#[tokio::test]
async fn what_config_print_shows_is_a_file_under_which_a_gateway_serves() {
    let home = Home::new();
    let said = command::run(print(&home)).await.expect(0);
    let text = said.text();
    assert_eq!(said.stderr, "");
    assert!(!home.data().exists(), "nothing is made by looking");
    for (setting, origin) in [
        ("data_dir = ", "# CIDLOCK_DATA_DIR"),
        ("max_file_bytes = 1048576 ", "# CIDLOCK_LIMITS_MAX_FILE_BYTES: 1 MiB"),
        ("refresh_lifetime_s = 2592000 ", "# default: 30 days"),
        ("filter = \"warn\" ", "# --log"),
    ] {
        let line = text.lines().find(|line| line.starts_with(setting));
        assert!(line.is_some_and(|line| line.ends_with(origin)), "{setting}{origin} in\n{text}");
    }
    let gateway = Gateway::start_with(&text).await;
    let again = command::run(print(gateway.home())).await.expect(0);
    let settings = |text: &str| text.parse::<toml::Table>().unwrap()["limits"].clone();
    assert_eq!(settings(&again.text()), settings(&text));
}

#[tokio::test]
async fn what_serve_would_refuse_is_refused_when_it_is_looked_at() {
    for toml in ["[limits]\nmax_file_byte = 1", "[log]\nfilter = 'a=loud'"] {
        let home = Home::configured(toml);
        let mut command = home.cidlock(&["config", "print"]);
        command.env("CIDLOCK_CONFIG", home.path().join("cidlock.toml"));
        let looked = command::run(command).await.expect(2);
        let served = serve(&home).await.expect(2);
        assert_eq!(looked.stderr, served.stderr);
        assert_eq!(looked.text(), "");
    }
}

fn print(home: &Home) -> Command {
    let mut command = home.cidlock(&["config", "print", "--log", "warn"]);
    command.env("CIDLOCK_LIMITS_MAX_FILE_BYTES", "1048576");
    command
}
