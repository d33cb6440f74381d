//! How a gateway starts, refuses to start, stops, is killed, and starts again; what it writes down.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use cidlock::store::{Intent, Store as _};
use cidlock_crypto::key_set::KeySet;
use cidlock_crypto::{ObjectId, Realm, UnixTime};
use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::command::{self, Said};
use cidlock_tests::content::bytes;
use cidlock_tests::forge::key_set;
use cidlock_tests::gateway::{Gateway, Home};
use cidlock_tests::terminal::Terminal;
use cidlock_tests::wait;
use cidlock_tests::wire::Wire;
use rustix::process::Signal;
use serde_json::{Value, json};

/// More than lies in the buffers between a gateway and a narrow reader.
const LARGE: usize = 24 << 20;

/// `cidlock serve` in `home`, which must not come about: it ends with `code`, says `words` on
/// standard error and nothing on standard output, and leaves the key set as it was.
#[track_caller]
fn assert_refused(
    home: &Home,
    said: &Said,
    before: &BTreeMap<String, Vec<u8>>,
    code: i32,
    words: &[&str],
) {
    let stderr = &said.stderr;
    assert_eq!((said.code, said.text().as_str()), (Some(code), ""), "{stderr}");
    assert!(stderr.contains("cidlock: "), "{stderr}");
    for word in words {
        assert!(stderr.contains(word), "no {word:?} in: {stderr}");
    }
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert!(!home.data().join("serve.address").exists());
    assert_eq!(&secrets_in(home), before, "keys and secrets are as they were");
}

async fn serve(home: &Home) -> Said {
    command::run(home.serve()).await
}

/// What the data directory has beside the catalog and the objects.
fn secrets_in(home: &Home) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(home.data()).expect("there is a data directory");
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let ours = names.filter(|name| !name.starts_with("catalog") && name != "lock");
    ours.map(|name| {
        let content = fs::read(home.data().join(&name)).unwrap_or_default();
        (name, content)
    })
    .collect()
}

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
async fn a_key_set_that_cannot_be_used_keeps_a_gateway_from_starting() {
    let gateway = Gateway::start().await;
    let file = Client::admin(&gateway).await.store("a", "content").await;
    let (_, home) = gateway.stop().await;
    let path = home.data().join("keys.json");
    let good = fs::read(&path).unwrap();
    let other_realm = KeySet::generate(Realm::parse("urn:uuid:other").unwrap(), UnixTime(1));
    let other_realm = other_realm.unwrap().to_json().as_bytes().to_vec();
    let [mut without_keks, mut repeated] = [key_set(&home), key_set(&home)];
    without_keks["keys"].as_array_mut().unwrap().retain(|key| key["purpose"] != "kek");
    let keys = repeated["keys"].as_array_mut().unwrap();
    keys.push(keys[0].clone());
    let [without_keks, repeated] = [without_keks, repeated].map(|set| set.to_string().into_bytes());
    let too_long = vec![b' '; 2 << 20];
    let half = &good[..good.len() / 2];
    for (case, found, words) in [
        ("gone", Found::Nothing, &["is missing", "backup"][..]),
        ("a link to nowhere", Found::LinkToNowhere, &["is missing", "backup"]),
        ("a directory", Found::Directory, &["cannot read", "keys.json"]),
        ("empty", Found::File(b"", 0o600), &["is not usable"]),
        ("garbage", Found::File(b"\0\xffgarbage", 0o600), &["is not usable"]),
        ("half of it", Found::File(half, 0o600), &["is not usable"]),
        ("too long", Found::File(&too_long, 0o600), &["larger than any key set"]),
        ("without a purpose", Found::File(&without_keks, 0o600), &["is not usable", "kek"]),
        ("a key twice", Found::File(&repeated, 0o600), &["is not usable"]),
        ("readable by its group", Found::File(&good, 0o640), &["by others", "chmod 600"]),
        ("readable by all", Found::File(&good, 0o644), &["by others", "chmod 600"]),
        ("of another realm", Found::File(&other_realm, 0o600), &["do not belong together"]),
    ] {
        println!("{case}");
        found.put_at(&path);
        let before = secrets_in(&home);
        let said = serve(&home).await;
        assert_refused(&home, &said, &before, 1, words);
        for secret in secret_members(&good) {
            assert!(!said.stderr.contains(&secret), "{case}: a key is shown");
        }
    }
    Found::File(&good, 0o600).put_at(&path);
    let gateway = Gateway::start_in(home).await;
    let read = Answer::to(Client::admin(&gateway).await.get(&format!("/files/{}", file.cid))).await;
    assert_eq!(read.expect(200).body, b"content");
}

/// What a gateway may find where its key set should be.
enum Found<'a> {
    Nothing,
    LinkToNowhere,
    Directory,
    /// A file with a content and a mode.
    File(&'a [u8], u32),
}

impl Found<'_> {
    fn put_at(&self, path: &Path) {
        // Of the two, one is what was there before.
        let _ = fs::remove_file(path);
        let _ = fs::remove_dir(path);
        match self {
            Self::Nothing => {}
            Self::LinkToNowhere => symlink("/nowhere/keys.json", path).unwrap(),
            Self::Directory => {
                fs::create_dir(path).unwrap();
                fs::set_permissions(path, Permissions::from_mode(0o700)).unwrap();
            }
            Self::File(content, mode) => {
                fs::write(path, content).unwrap();
                fs::set_permissions(path, Permissions::from_mode(*mode)).unwrap();
            }
        }
    }
}

/// What of a key set nobody may see.
fn secret_members(key_set: &[u8]) -> Vec<String> {
    let set: Value = serde_json::from_slice(key_set).unwrap();
    let keys = set["keys"].as_array().unwrap().clone();
    let members = |key: &Value| {
        ["d", "k"].iter().filter_map(|name| key[name].as_str()).map(str::to_owned).collect()
    };
    keys.iter().flat_map(|key| -> Vec<String> { members(key) }).collect()
}

#[tokio::test]
async fn a_realm_is_chosen_once() {
    let gateway = Gateway::start_with("[tokens]\nrealm = 'https://files.example'\n").await;
    assert_eq!(key_set(gateway.home())["realm"], "https://files.example");
    let (_, home) = gateway.stop().await;
    home.configure("[tokens]\nrealm = 'https://other.example'\n");
    let before = secrets_in(&home);
    let said = serve(&home).await;
    let words = ["https://files.example", "https://other.example"];
    assert_refused(&home, &said, &before, 1, &words);
    home.configure("");
    let gateway = Gateway::start_in(home).await;
    Client::admin(&gateway).await.store("a", "content").await;
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
        ("[limits]\nmax_file_byte = 1", &["max_file_byte", "line 2"][..]),
        ("[limit]\n", &["limit"]),
        ("[http]\nlisten = 8787", &["listen"]),
        ("[http", &["line 1"]),
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
        ("CIDLOCK_LISTEN", "nowhere", 2, "nowhere"),
        ("CIDLOCK_LOG", "cidlock=loud", 1, "log.filter"),
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

#[tokio::test]
async fn a_restart_keeps_files_links_and_revocations() {
    let gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let content = bytes(1, 1_200_000);
    let file = admin.store("kept", content.clone()).await;
    let [link, revoked] =
        [admin.link(&file.cid, &json!({})).await, admin.link(&file.cid, &json!({})).await];
    admin.revoke(&revoked.id).await;
    let stranger = Client::stranger(&gateway);
    let ended = stranger.log_in("admin", &gateway.home().admin_secret()).await.json();
    let refresh = ended["refresh_token"].as_str().unwrap();
    let _ = stranger.refresh(refresh).await.expect(200);
    let _ = stranger.refresh(refresh).await.expect(400);
    let shown = Answer::to(admin.get(&format!("/v1/files/{}", file.cid))).await.json();
    let links = Answer::to(admin.get(&format!("/v1/files/{}/links", file.cid))).await.json();

    let (status, home) = gateway.stop().await;
    assert_eq!(status.code(), Some(0));
    assert!(!home.data().join("serve.address").exists());
    for again in ["stopped", "killed"] {
        let home = if again == "killed" {
            Gateway::start_in(clone_of(&home)).await.kill()
        } else {
            clone_of(&home)
        };
        let gateway = Gateway::start_in(home).await;
        let stranger = Client::stranger(&gateway);
        // The port is another one; what was handed out is as good as before.
        let admin = stranger.bearing(admin.token());
        let now = Answer::to(admin.get(&format!("/v1/files/{}", file.cid))).await.expect(200);
        assert_eq!(now.json(), shown);
        let now = Answer::to(admin.get(&format!("/v1/files/{}/links", file.cid))).await;
        assert_eq!(now.expect(200).json(), links);
        let path = format!("/files/{}", file.cid);
        let read = Answer::to(stranger.bearing(&link.token).get(&path)).await.expect(200);
        assert!(read.body == content);
        let refused = Answer::to(stranger.bearing(&revoked.token).get(&path)).await;
        refused.assert_refused(401, "token_revoked");
        let ended = stranger.bearing(ended["access_token"].as_str().unwrap());
        Answer::to(ended.get(&path)).await.assert_refused(401, "token_revoked");
        Client::admin(&gateway).await.store("more", "more").await;
    }
}

/// The same data directory in a home of its own.
fn clone_of(home: &Home) -> Home {
    let copy = Home::new();
    copy_tree(&home.data(), &copy.data());
    copy
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn a_gateway_that_is_killed_in_mid_upload_forgets_the_upload_and_nothing_else() {
    let gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let content = bytes(2, 1_200_000);
    let kept = admin.store("kept", content.clone()).await;
    let objects = gateway.home().object_files();
    let mut wires = Vec::new();
    for sent in [100, 500_000, 2_500_000] {
        let mut wire = Wire::open(gateway.address()).await;
        wire.send(upload_head(&admin, "Content-Length: 3000000")).await;
        wire.send(bytes(3, sent)).await;
        wires.push(wire);
    }
    wait::until("uploads to be on their way", async || {
        let staged = gateway.home().staging_files();
        let lens = staged.iter().map(|path| fs::metadata(path).map_or(0, |file| file.len()));
        (staged.len() == 3 && lens.max() > Some(1 << 20)).then_some(())
    })
    .await;
    let home = gateway.kill();
    assert_eq!(home.staging_files().len(), 3, "the kill came before the end");
    drop(wires);

    let gateway = Gateway::start_in(home).await;
    assert_eq!(gateway.home().staging_files(), Vec::<std::path::PathBuf>::new());
    assert_eq!(gateway.home().object_files(), objects);
    let admin = Client::admin(&gateway).await;
    assert_eq!(admin.cids().await, [kept.cid.as_str()]);
    let read = Answer::to(admin.get(&format!("/files/{}", kept.cid))).await.expect(200);
    assert!(read.body == content);
    admin.store("after", "the kill").await;
}

/// A crash between the engine's commit and the catalog's row: the object is there, the record that
/// it was begun too, and nobody was told of it.
#[tokio::test]
async fn what_was_pinned_and_never_acknowledged_is_gone_after_the_next_start() {
    let gateway = Gateway::start().await;
    let kept = Client::admin(&gateway).await.store("kept", "content").await;
    let (_, home) = gateway.stop().await;
    let id = ObjectId::generate(1).unwrap();
    let kept_file = home.object_file(&kept.id);
    let name = id.to_string();
    let left =
        home.data().join("objects").join(&name[name.len() - 2..]).join(format!("{name}.car"));
    fs::create_dir_all(left.parent().unwrap()).unwrap();
    fs::copy(&kept_file, &left).unwrap();
    let catalog = home.catalog().await;
    let intent = Intent {
        id,
        cid: "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku".parse().unwrap(),
        root: kept.json["root"].as_str().unwrap().parse().unwrap(),
        owner: kept.json["owner"].as_str().unwrap().parse().unwrap(),
        begun_at: UnixTime(1),
    };
    catalog.begin_upload(intent).await.unwrap();
    catalog.close().await;
    drop(catalog);

    let gateway = Gateway::start_in(home).await;
    assert_eq!(gateway.home().object_files(), [kept_file]);
    let admin = Client::admin(&gateway).await;
    assert_eq!(admin.cids().await, [kept.cid.as_str()]);
    let _ = Answer::to(admin.get(&format!("/files/{}", kept.cid))).await.expect(200);
    let (_, home) = gateway.stop().await;
    let catalog = home.catalog().await;
    let limit = cidlock::store::PageLimit::MAX;
    assert!(catalog.intents(None, limit).await.unwrap().is_empty());
    catalog.close().await;
}

#[tokio::test]
async fn a_gateway_that_is_asked_to_stop_lets_what_runs_come_to_its_end() {
    let mut gateway = Gateway::start().await;
    let admin = Client::admin(&gateway).await;
    let content = bytes(4, LARGE);
    let file = admin.store("large", content.clone()).await;
    let mut download = Wire::narrow(gateway.address()).await;
    let request = format!(
        "GET /files/{} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\r\n",
        file.cid,
        admin.token()
    );
    download.send(request).await;
    assert_eq!(download.head().await.content_length(), Some(LARGE as u64));
    let mut upload = Wire::open(gateway.address()).await;
    let new = bytes(5, 1_000_000);
    upload.send(upload_head(&admin, "Content-Length: 1000000")).await;
    upload.send(&new[..400_000]).await;
    let mut idle = Wire::open(gateway.address()).await;
    idle.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let head = idle.head().await;
    let _ = idle.read(usize::try_from(head.content_length().unwrap()).unwrap()).await;

    gateway.ask_to_stop();
    let address = gateway.address();
    wait::until("new connections to be refused", async || {
        tokio::net::TcpStream::connect(address).await.is_err().then_some(())
    })
    .await;
    assert!(idle.read_to_end().await.is_empty(), "an idle connection is closed");
    assert!(download.read(LARGE).await == content, "the download comes to its end");
    upload.send(&new[400_000..]).await;
    let head = upload.head().await;
    assert_eq!(head.status, 201, "{}", head.text);
    let body = upload.read(usize::try_from(head.content_length().unwrap()).unwrap()).await;
    let stored = Stored::from(serde_json::from_slice::<Value>(&body).unwrap());
    drop((download, upload));
    let (status, home) = gateway.ended().await;
    assert_eq!(status.code(), Some(0));
    assert!(!home.data().join("serve.address").exists());

    let gateway = Gateway::start_in(home).await;
    let admin = Client::stranger(&gateway).bearing(admin.token());
    let read = Answer::to(admin.get(&format!("/files/{}", stored.cid))).await.expect(200);
    assert!(read.body == new, "what was acknowledged is kept");
}

#[tokio::test]
async fn a_gateway_that_is_asked_to_stop_does_not_wait_for_ever() {
    let mut gateway = Gateway::start_with("[http]\ndrain_timeout_s = 1\n").await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("large", bytes(6, LARGE)).await;
    let mut download = Wire::narrow(gateway.address()).await;
    let request =
        format!("GET /files/{}?token={} HTTP/1.1\r\nHost: a\r\n\r\n", file.cid, file.link_token());
    download.send(request).await;
    assert_eq!(download.head().await.status, 200);
    let mut upload = Wire::open(gateway.address()).await;
    upload.send(upload_head(&admin, "Content-Length: 1000000")).await;
    upload.send(b"begun").await;
    gateway.ask_to_stop();
    let (status, home) = gateway.ended().await;
    assert_eq!(status.code(), Some(0));
    assert!(download.read_to_end().await.len() < LARGE, "the download was cut");
    let gateway = Gateway::start_in(home).await;
    assert!(gateway.home().staging_files().is_empty());
    assert_eq!(Client::admin(&gateway).await.cids().await, [file.cid.as_str()]);
}

#[tokio::test]
async fn no_secret_and_no_name_is_ever_logged() {
    for toml in ["[log]\nfilter = 'trace'\n", "[log]\nfilter = 'trace'\njson = true\n"] {
        let gateway = Gateway::start_with(toml).await;
        let secret = gateway.home().admin_secret();
        let stranger = Client::stranger(&gateway);
        let login = stranger.log_in("admin", &secret).await.expect(200).json();
        let refreshed = stranger.refresh(login["refresh_token"].as_str().unwrap()).await.json();
        let admin = stranger.bearing(refreshed["access_token"].as_str().unwrap());
        let canary = "canary-of-plaintext-".repeat(2000);
        let file = admin.store("canary of a name.txt", canary.clone()).await;
        let link = admin.link(&file.cid, &json!({ "name": "canary-of-a-label" })).await;
        let wrong = "canary-of-a-wrong-password";
        let requests = [
            admin.get("/v1/files"),
            admin.get(&format!("/v1/files/{}", file.cid)),
            admin.get(&format!("/v1/files/{}/links", file.cid)),
            stranger.get(&link.url),
            stranger.get(&link.url).header("range", "bytes=5-10"),
            stranger.get(&format!("{}x", link.url)),
            admin.get(&link.url),
            admin.get(&format!("/v1/files?token={}&x=1", link.token)),
            stranger.post("/v1/login").body(format!("{{\"password\": \"{wrong}\"")),
            stranger.post("/v1/login").json(&json!({ "username": wrong, "password": wrong })),
            stranger.get("/files/x").header("authorization", format!("Basic {wrong}")),
            admin.post("/v1/files?name=canary-of-a-bad%2Fname").body(canary.clone()),
            admin.post("/v1/files").header("content-type", "canary-of-a-type").body("x"),
            admin.delete(&format!("/v1/links/{}", link.id)),
            stranger.get(&link.url),
        ];
        for request in requests {
            let answer = Answer::to(request).await;
            if answer.status >= 400 {
                let said = String::from_utf8_lossy(&answer.body).into_owned();
                assert!(!said.contains("canary") && !said.contains("eyJ"), "{said}");
            }
        }
        // An error of ours, with all its causes.
        let object = gateway.home().object_file(&file.id);
        fs::write(&object, b"damaged").unwrap();
        let damaged = Answer::to(admin.get(&format!("/files/{}", file.cid))).await;
        damaged.assert_refused(500, "internal");

        let keys = fs::read(gateway.home().data().join("keys.json")).unwrap();
        let (_, home) = gateway.stop().await;
        let log = home.log();
        assert!(log.contains("DEBUG") && log.contains("sqlx"), "the log has all there is");
        assert!(log.contains("answered") && log.contains("internal error"), "{log}");
        let mut secrets = secret_members(&keys);
        for tokens in [&login, &refreshed] {
            for member in ["access_token", "refresh_token"] {
                secrets.push(tokens[member].as_str().unwrap().to_owned());
            }
        }
        secrets.extend([secret, link.token, file.link_token().to_owned()]);
        // Not even the part of a token that is no secret, a claim or a name in another spelling.
        secrets.extend(["eyJ", "canary", "Basic ", "$argon2id$"].map(str::to_owned));
        for secret in secrets {
            let lines: Vec<&str> = log.lines().filter(|line| line.contains(&secret)).collect();
            assert!(lines.is_empty(), "{secret:?} was logged:\n{}", lines.join("\n"));
        }
    }
}

fn upload_head(client: &Client, framing: &str) -> String {
    format!(
        "POST /v1/files?name=a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n{framing}\r\n\r\n",
        client.token()
    )
}
