//! The command line against a gateway, both of them the binary that people run.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

mod circle;
mod cuts;
mod deletion;
mod links;
mod resume;
mod scripts;
mod session;
mod shell;
mod terminal;
mod trees;
mod verify;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use cidlock_tests::command::{self, Said};
use cidlock_tests::gateway::{Gateway, Home, Shared};
use serde_json::{Value, json};

/// The CID of a content that nobody has stored.
const UNKNOWN: &str = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

static GATEWAY: Shared = Shared::new("");

/// A person at a machine of their own, who knows the gateway by its address.
struct Person {
    home: Home,
    server: String,
}

impl Person {
    /// Somebody who was never here.
    fn new(gateway: &Gateway) -> Self {
        Self { home: Home::new(), server: gateway.url("") }
    }

    /// Somebody who has logged in as `admin`.
    async fn logged_in(gateway: &Gateway) -> Self {
        let person = Self::new(gateway);
        person.log_in(gateway).await;
        person
    }

    /// Logs in as `admin`, by the address that they know.
    async fn log_in(&self, gateway: &Gateway) {
        let login = self.command(&["login", "--password-file", "-", "--server", &self.server]);
        let secret = gateway.home().admin_secret().into_bytes();
        let said = command::run_with_input(login, secret).await.expect(0);
        assert!(said.text().contains("Logged in"), "{}", said.text());
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.cidlock(arguments);
        // What lies in this person's home and nowhere else.
        command.env_remove("CIDLOCK_DATA_DIR");
        command.env("XDG_CONFIG_HOME", self.home.path().join("config"));
        command.env("XDG_DATA_HOME", self.home.path().join("share"));
        command
    }

    async fn run(&self, arguments: &[&str]) -> Said {
        command::run(self.command(arguments)).await
    }

    /// The one result of a command, as JSON.
    async fn json(&self, arguments: &[&str]) -> Value {
        let said = self.run(&[arguments, &["--json"]].concat()).await.expect(0);
        assert_eq!(said.stderr, "", "nothing but the result");
        let mut results = said.json();
        assert_eq!(results.len(), 1);
        results.remove(0)
    }

    /// A command that fails: its code and what it says of that.
    async fn failure(&self, arguments: &[&str], code: i32, word: &str) -> Value {
        let said = self.run(arguments).await.expect(code);
        assert_eq!(said.text(), "");
        assert!(said.stderr.starts_with("cidlock: "), "{}", said.stderr);
        assert_eq!(said.stderr.lines().count(), 1, "{}", said.stderr);
        let said = self.run(&[arguments, &["--json"]].concat()).await.expect(code);
        assert_eq!(said.text(), "");
        let error: Value = serde_json::from_str(&said.stderr).expect("one line of JSON");
        let error = error["error"].clone();
        assert_eq!((&error["code"], &error["exit_code"]), (&json!(word), &json!(code)));
        error
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// What lies in their home, but for configuration.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.home.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name != "config").collect();
        names.sort();
        names
    }

    fn credentials(&self) -> PathBuf {
        self.path("config/cidlock/credentials.json")
    }
}

/// The word after a line's heading.
#[track_caller]
fn word_after(text: &str, heading: &str) -> String {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let mut words = lines.filter(|words| words.first() == Some(&heading));
    words.next().unwrap_or_else(|| panic!("no {heading:?} in {text}"))[1].to_owned()
}
