//! The command line against a gateway, both of them the binary that people run.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

use std::fs::{self, OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use cidlock_tests::client::{Answer, Client};
use cidlock_tests::command::{self, Running, Said};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Gateway, Home, Shared, place_in_object_file};
use cidlock_tests::terminal::Terminal;
use cidlock_tests::wait;
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

static GATEWAY: Shared = Shared::new("");

/// What bars are drawn with; no result, note or error has any of it.
const CURSOR: [char; 2] = ['\u{1b}', '\r'];

/// The CID of a content that nobody has stored.
const UNKNOWN: &str = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

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
        let login = person.command(&["login", "--password-file", "-", "--server", &person.server]);
        let secret = gateway.home().admin_secret().into_bytes();
        let said = command::run_with_input(login, secret).await.expect(0);
        assert!(said.text().contains("Logged in"), "{}", said.text());
        person
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

#[tokio::test]
async fn on_the_machine_of_a_gateway_login_needs_no_password() {
    let gateway = GATEWAY.lease().await;
    let data = gateway.home().data();
    // As `serve` finds its data directory: by the XDG directory, a variable, a flag.
    let by_xdg = Person::new(&gateway);
    fs::create_dir(by_xdg.path("share")).unwrap();
    symlink(&data, by_xdg.path("share/cidlock")).unwrap();
    let by_variable = Person::new(&gateway);
    let mut variable = by_variable.command(&["login"]);
    variable.env("CIDLOCK_DATA_DIR", &data);
    let by_flag = Person::new(&gateway);
    let flag = by_flag.command(&["login", "--data-dir", data.to_str().unwrap()]);
    for (person, command) in
        [(&by_xdg, by_xdg.command(&["login"])), (&by_variable, variable), (&by_flag, flag)]
    {
        let said = command::run(command).await.expect(0);
        assert_eq!(said.text(), format!("Logged in to {} as admin.\n", person.server));
        let mode = fs::metadata(person.credentials()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let secret = gateway.home().admin_secret();
        let kept = fs::read_to_string(person.credentials()).unwrap();
        assert!(!kept.contains(&secret) && !said.stderr.contains(&secret));
        // The other commands mean this gateway from now on.
        let _ = person.run(&["ls"]).await.expect(0);
    }
    // It is for that gateway alone.
    let elsewhere =
        ["login", "--data-dir", data.to_str().unwrap(), "--server", "http://127.0.0.1:1"];
    by_flag.failure(&elsewhere, 3, "no_password").await;
}

#[tokio::test]
async fn a_file_goes_in_a_link_comes_out_opens_it_and_is_taken_back() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    let content = bytes(1, 3_000_000);
    person.write("random.bin", &content);
    let put = person.run(&["put", "random.bin"]).await.expect(0);
    let cid = word_after(&put.text(), "cid");
    let first_link = word_after(&put.text(), "link");
    let listed = person.run(&["ls"]).await.expect(0).text();
    let row = listed.lines().find(|row| row.contains(&cid)).expect("the file is listed");
    assert!(row.starts_with("random.bin"), "{row}");
    let share = person.run(&["share", &cid, "--for", "1h"]).await.expect(0);
    let (url, id) = (word_after(&share.text(), "link"), word_after(&share.text(), "id"));

    // Whoever has the link needs nothing else.
    let visitor = Person::new(&gateway);
    for (link, name) in [(&url, "copy.bin"), (&first_link, "again.bin")] {
        let _ = visitor.run(&["get", link, "-o", name]).await.expect(0);
        assert!(visitor.read(name) == content);
    }
    let _ = visitor.run(&["get", &url]).await.expect(0);
    assert!(visitor.read("random.bin") == content, "under its own name");
    assert!(!visitor.path("config").exists(), "a link leaves no session");
    let _ = person.run(&["get", &cid, "-o", "own.bin"]).await.expect(0);
    assert!(person.read("own.bin") == content);

    let revoked = person.run(&["revoke", &id]).await.expect(0);
    assert_eq!(revoked.text(), format!("Revoked {id}.\n"));
    let error = visitor.failure(&["get", &url, "-o", "late.bin"], 3, "token_revoked").await;
    assert_eq!(error["status"], 401);
    assert!(!visitor.path("late.bin").exists());
    let _ = visitor.run(&["get", &first_link, "-o", "still.bin"]).await.expect(0);
    assert_eq!(visitor.files(), ["again.bin", "copy.bin", "random.bin", "still.bin"]);
    // `get CID` makes a link of its own and takes it back.
    let admin = Client::admin(&gateway).await;
    let links = Answer::to(admin.get(&format!("/v1/files/{cid}/links"))).await.json();
    let items = links["items"].as_array().unwrap();
    let live = items.iter().filter(|link| link["revoked_at"].is_null()).count();
    assert_eq!((items.len(), live), (3, 1), "{links}");
}

/// The word after a line's heading.
#[track_caller]
fn word_after(text: &str, heading: &str) -> String {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let mut words = lines.filter(|words| words.first() == Some(&heading));
    words.next().unwrap_or_else(|| panic!("no {heading:?} in {text}"))[1].to_owned()
}

#[tokio::test]
async fn standard_input_goes_in_and_comes_out_of_standard_output() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    for (seed, size) in [0, 1, 16_384, 2_000_000].into_iter().enumerate() {
        let content = bytes(seed as u64, size);
        let put = person.command(&["put", "-", "--name", "piped", "--json"]);
        let put = command::run_with_input(put, content.clone()).await.expect(0);
        let file = put.json().remove(0);
        assert_eq!((&file["name"], &file["size"]), (&json!("piped"), &json!(size)));
        for what in [file["cid"].as_str().unwrap(), file["link"]["url"].as_str().unwrap()] {
            let got = person.run(&["get", what, "-o", "-"]).await.expect(0);
            assert!(got.stdout == content, "{size} bytes");
            assert_eq!(got.stderr, "");
        }
    }
}

#[tokio::test]
async fn results_for_scripts_are_json_objects_a_line_each() {
    let gateway = GATEWAY.lease().await;
    let person = Person::new(&gateway);
    let secret = gateway.home().admin_secret();
    let secret_file = person.write("secret", secret.as_bytes());
    let login =
        ["login", "--server", &person.server, "--password-file", secret_file.to_str().unwrap()];
    let login = person.json(&login).await;
    assert_eq!(
        login,
        json!({
            "server": person.server, "user": "admin", "expires_in": 600,
            "scope": "files:read files:write links",
        })
    );
    person.write("a.txt", b"one");
    person.write("b.txt", b"two");
    let put = person.run(&["put", "a.txt", "b.txt", "--json"]).await.expect(0);
    assert_eq!(put.stderr, "");
    let files = put.json();
    let [one, two] = &files[..] else { panic!("a line for each file: {files:?}") };
    assert_eq!(
        (&one["name"], &one["type"], &one["size"]),
        (&json!("a.txt"), &json!("text/plain"), &json!(3))
    );
    for member in ["id", "cid", "root", "sha256", "created_at", "owner"] {
        assert!(one[member].is_string() && two[member].is_string(), "{member}: {one}");
    }
    let cid = one["cid"].as_str().unwrap();
    let listed = person.run(&["ls", "--json", "--limit", "500"]).await.expect(0).json();
    let mut shown = listed.iter().find(|file| file["cid"] == cid).unwrap().clone();
    assert_eq!(shown.get("link"), None);
    shown["link"] = one["link"].clone();
    assert_eq!(&shown, one);
    let newest = person.run(&["ls", "--json", "--limit", "1"]).await.expect(0).json();
    assert_eq!(newest.len(), 1);

    let link = person.json(&["share", cid, "--for", "15m", "--label", "for Ann"]).await;
    assert_eq!((&link["cid"], &link["name"]), (&json!(cid), &json!("for Ann")));
    assert_eq!(link["permissions"], json!(["read"]));
    let (url, id) = (link["url"].as_str().unwrap(), link["id"].as_str().unwrap());
    assert!(url.ends_with(link["token"].as_str().unwrap()), "{link}");
    let got = person.json(&["get", url, "-o", "copy"]).await;
    assert_eq!(got, json!({ "cid": cid, "path": "copy", "size": 3, "sha256": one["sha256"] }));
    assert_eq!(person.json(&["revoke", id]).await, json!({ "id": id, "revoked": true }));
}

#[tokio::test]
async fn every_failure_has_its_exit_code() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    let stranger = Person::new(&gateway);
    person.write("a.txt", b"content");
    let cid = person.json(&["put", "a.txt"]).await["cid"].as_str().unwrap().to_owned();
    let own = Client::admin(&gateway).await.link(&cid, &json!({ "permissions": ["stat"] })).await;
    let unknown_link = "0193f6a0-5b6e-7c11-8f0e-0123456789ab";
    let server = stranger.server.as_str();
    for (who, arguments, code, word) in [
        (&stranger, &["ls", "--server", server][..], 3, "not_logged_in"),
        (&stranger, &["login", "--server", server], 3, "no_password"),
        (&stranger, &["ls", "--server", "nowhere"], 2, "usage"),
        (&stranger, &["get", "nothing"], 2, "usage"),
        (&stranger, &["get", &own.url, "-o", "x"], 3, "insufficient_scope"),
        (&person, &["get", UNKNOWN, "-o", "x"], 4, "no_such_file"),
        (&person, &["share", UNKNOWN], 4, "no_such_file"),
        (&person, &["revoke", unknown_link], 4, "no_such_link"),
        (&person, &["share", &cid, "--for", "91d"], 1, "bad_lifetime"),
        (&person, &["share", &cid, "--for", "soon"], 2, "usage"),
        (&person, &["put", "missing.txt"], 1, "local_file"),
        (&person, &["put", "."], 1, "local_file"),
        (&person, &["put", "a.txt", "--name", "a/b"], 1, "bad_name"),
        (&person, &["get", &cid, "-o", "a.txt"], 2, "usage"),
        (&person, &["get", &cid, "-o", "no/such/directory"], 1, "local_file"),
    ] {
        let said = who.run(&[arguments, &["--json"]].concat()).await.expect(code);
        let error: Value = serde_json::from_str(&said.stderr).expect("one line of JSON");
        assert_eq!(error["error"]["code"], word, "{arguments:?}: {error}");
        assert_eq!(error["error"]["exit_code"], code, "{arguments:?}");
        assert_eq!(said.text(), "", "{arguments:?}");
    }
    assert_eq!(person.read("a.txt"), b"content", "what is there is not replaced");
    let _ = person.run(&["get", &cid, "-o", "a.txt", "--force"]).await.expect(0);
    let wrong = stranger.command(&["login", "--server", server, "--password-file", "-"]);
    let wrong = command::run_with_input(wrong, b"wrong\n".to_vec()).await.expect(3);
    assert!(!wrong.stderr.contains("wrong\n") && !stranger.credentials().exists());
    for help in [&["--help"][..], &["--version"], &["put", "--help"]] {
        let said = stranger.run(help).await.expect(0);
        assert!(!said.text().is_empty());
    }
    for usage in [&[][..], &["fetch"], &["put"], &["share", &cid, "--until", "x"]] {
        let _ = stranger.run(usage).await.expect(2);
    }
}

#[tokio::test]
async fn of_several_files_one_that_fails_does_not_keep_the_others() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    person.write("a.txt", b"one");
    person.write("b.txt", b"two");
    let said = person.run(&["put", "a.txt", "missing.txt", "b.txt", "--json"]).await.expect(1);
    let names: Vec<Value> = said.json().iter().map(|file| file["name"].clone()).collect();
    assert_eq!(names, ["a.txt", "b.txt"]);
    assert!(said.stderr.contains("missing.txt"), "{}", said.stderr);
}

#[tokio::test]
async fn a_server_that_is_not_there_or_no_gateway_is_told_apart() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    // A port that was free a moment ago.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let login = person.command(&["login", "--server", &nobody, "--password-file", "-"]);
    let said = command::run_with_input(login, b"x\n".to_vec()).await.expect(5);
    assert!(said.stderr.contains("no answer from"), "{}", said.stderr);
    let link = format!("{nobody}/files/{UNKNOWN}/a?token=secret-token");
    let error = person.failure(&["get", &link, "-o", "x"], 5, "unreachable").await;
    assert!(!error.to_string().contains("secret-token"), "{error}");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let other = format!("http://{}", listener.local_addr().unwrap());
    let answering = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi";
            let _ = stream.write_all(page.as_bytes()).await;
        }
    });
    let login = person.command(&["login", "--server", &other, "--password-file", "-"]);
    let said = command::run_with_input(login, b"x\n".to_vec()).await.expect(1);
    assert!(said.stderr.contains("does not answer like a cidlock gateway"), "{}", said.stderr);
    answering.abort();
    // The session here is as it was.
    let _ = person.run(&["ls"]).await.expect(0);
}

#[tokio::test]
async fn a_download_that_is_cut_or_damaged_leaves_no_file() {
    let gateway = GATEWAY.lease().await;
    let admin = Client::admin(&gateway).await;
    let size = 3_000_000_u64;
    let visitor = Person::new(&gateway);
    for (damaged, word) in [(2_500_000, "transfer_cut"), (0, "internal")] {
        let file = admin.store("a.bin", bytes(7, usize::try_from(size).unwrap())).await;
        let object = gateway.home().object_file(&file.id);
        let object = OpenOptions::new().write(true).open(object).unwrap();
        object.write_all_at(&[0; 8], place_in_object_file(size, damaged)).unwrap();
        visitor.failure(&["get", &file.url], 5, word).await;
        let said = visitor.run(&["get", &file.url, "-o", "-"]).await.expect(5);
        assert!(said.stdout.len() < 2_500_000, "{}", said.stdout.len());
        assert!(bytes(7, said.stdout.len()) == said.stdout, "no wrong byte");
    }
    assert_eq!(visitor.files(), Vec::<String>::new());
}

#[tokio::test]
async fn an_upload_that_is_interrupted_leaves_nothing() {
    let gateway = Gateway::start().await;
    let person = Person::logged_in(&gateway).await;
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut put = person.command(&["put", "-", "--name", "never"]);
        put.stdin(Stdio::piped());
        let mut running = Running::start(put);
        let mut input = running.input();
        input.write_all(&bytes(8, 60_000)).unwrap();
        wait::until("the upload to begin", async || {
            (!gateway.home().staging_files().is_empty()).then_some(())
        })
        .await;
        running.signal(signal);
        let said = running.ended().await.expect(code);
        assert_eq!(said.text(), "");
        wait::until("nothing to be left of the upload", async || {
            gateway.home().staging_files().is_empty().then_some(())
        })
        .await;
        drop(input);
    }
    assert_eq!(person.run(&["ls", "--json"]).await.expect(0).text(), "");
    assert!(gateway.home().object_files().is_empty());
}

#[tokio::test]
async fn commands_at_the_same_time_renew_one_session_together() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    for _ in 0..3 {
        age_session(&person);
        let ls = || person.run(&["ls", "--json"]);
        let (a, b, c) = tokio::join!(ls(), ls(), ls());
        for said in [a, b, c] {
            assert_eq!(said.expect(0).stderr, "");
        }
    }
    // Had two of them presented one refresh token, the session would have ended.
    let _ = person.run(&["ls"]).await.expect(0);
}

#[tokio::test]
async fn a_session_that_was_stolen_ends_and_says_so() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    let kept: Value = serde_json::from_slice(&fs::read(person.credentials()).unwrap()).unwrap();
    let account = &kept["servers"][&person.server];
    let thief = Client::stranger(&gateway);
    let _ = thief.refresh(account["refresh_token"].as_str().unwrap()).await.expect(200);
    // Its access token still serves; the next renewal shows that two have the refresh token.
    let _ = person.run(&["ls"]).await.expect(0);
    age_session(&person);
    let said = person.run(&["ls"]).await.expect(3);
    assert!(said.stderr.contains("has ended"), "{}", said.stderr);
    assert!(said.stderr.contains("cidlock login"), "{}", said.stderr);
    person.failure(&["ls"], 3, "not_logged_in").await;
}

/// Lets the access token be one that has expired, by what the credentials say.
fn age_session(person: &Person) {
    let mut kept: Value = serde_json::from_slice(&fs::read(person.credentials()).unwrap()).unwrap();
    kept["servers"][&person.server]["access_expires_at"] = json!("2026-01-01T00:00:00Z");
    fs::write(person.credentials(), kept.to_string()).unwrap();
    fs::set_permissions(person.credentials(), Permissions::from_mode(0o600)).unwrap();
}

#[tokio::test]
async fn a_bar_is_drawn_on_a_terminal_and_nowhere_else() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    let content = bytes(9, 8 << 20);
    person.write("film.mp4", &content);

    let (code, shown) = Terminal::start(person.command(&["put", "film.mp4"])).ended().await;
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains(CURSOR[0]) && shown.contains('%'), "no bar in {shown:?}");
    assert!(shown.contains("film.mp4  ["), "no bar in {shown:?}");
    let cid = word_after(&shown, "cid");
    let (code, shown) =
        Terminal::start(person.command(&["get", &cid, "-o", "copy.mp4"])).ended().await;
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("copy.mp4  ["), "no bar in {shown:?}");
    assert!(person.read("copy.mp4") == content);

    let put = person.run(&["put", "film.mp4"]).await.expect(0);
    let get = person.run(&["get", &cid, "-o", "again.mp4"]).await.expect(0);
    for said in [&put, &get] {
        assert_eq!(said.stderr, "");
        assert!(!said.text().contains(CURSOR) && !said.text().contains('%'), "{}", said.text());
    }
    // For a script there is none even on a terminal.
    let command = person.command(&["put", "film.mp4", "--json"]);
    let (code, shown) = Terminal::start(command).ended().await;
    assert_eq!(code, Some(0));
    let shown = shown.trim_end();
    serde_json::from_str::<Value>(shown).unwrap_or_else(|_| panic!("JSON alone: {shown:?}"));
}

#[tokio::test]
async fn a_password_is_asked_for_on_a_terminal_and_not_shown() {
    let gateway = GATEWAY.lease().await;
    let secret = gateway.home().admin_secret();
    let person = Person::new(&gateway);
    let login = || person.command(&["login", "--user", "admin", "--server", &person.server]);
    let mut terminal = Terminal::start(login());
    terminal.until_shown("Password of admin at ").await;
    terminal.type_line(&secret);
    let (code, shown) = terminal.ended().await;
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("Logged in") && !shown.contains(&secret), "{shown}");

    let mut terminal = Terminal::start(login());
    terminal.until_shown("Password of admin at ").await;
    terminal.type_line("wrong");
    let (code, shown) = terminal.ended().await;
    assert_eq!(code, Some(3), "{shown}");
    assert!(!shown.contains("wrong\r"), "{shown}");

    let terminal = Terminal::start(login());
    terminal.until_shown("Password of admin at ").await;
    terminal.signal(Signal::INT);
    assert_eq!(terminal.ended().await.0, Some(130));
}

#[tokio::test]
async fn a_name_cannot_steer_the_terminal_or_leave_the_directory() {
    let gateway = GATEWAY.lease().await;
    let person = Person::logged_in(&gateway).await;
    let name = "gpj.\u{202e}exe";
    let put = person.command(&["put", "-", "--name", name]);
    let put = command::run_with_input(put, b"content".to_vec()).await.expect(0).text();
    let listed = person.run(&["ls"]).await.expect(0).text();
    for text in [&put, &listed] {
        assert!(text.contains(r"gpj.\u{202e}exe") && !text.contains('\u{202e}'), "{text}");
    }
    let url = word_after(&put, "link");
    let visitor = Person::new(&gateway);
    let _ = visitor.run(&["get", &url]).await.expect(0);
    assert_eq!(visitor.files(), ["gpj.exe"]);
    // Two files of one name: the second does not replace the first.
    let said = visitor.run(&["get", &url]).await.expect(2);
    assert!(said.stderr.contains("--force"), "{}", said.stderr);
}
