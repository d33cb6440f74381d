//! The first steps in the README, typed as they are written there; only the size of the file, the
//! address and the data directory are other ones.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests, too")]

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use cidlock_tests::command::{self, Said};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Gateway, Home};
use cidlock_tests::tools;

#[tokio::test]
async fn curl_alone_stores_shares_downloads_and_revokes() {
    let gateway = Gateway::start().await;
    let mut script = blocks("## First use, with curl alone").join("\n");
    for (written, here) in [
        ("cargo run --release -- serve\n", String::new()),
        ("http://127.0.0.1:8787", gateway.url("")),
        ("~/.local/share/cidlock", gateway.home().data().display().to_string()),
        ("head -c 1G ", "head -c 20M ".to_owned()),
    ] {
        assert!(script.contains(written), "the README has no {written:?}");
        script = script.replace(written, &here);
    }
    let said = shell(gateway.home(), &script, &BTreeMap::new()).await.expect(0);
    let text = said.text();
    for word in ["identical\n", "same range\n", "HTTP/1.1 401", "The token was revoked."] {
        assert!(text.contains(word), "no {word:?} in {text}\n{}", said.stderr);
    }
    assert_eq!(fs::metadata(gateway.home().path().join("copy.bin")).unwrap().len(), 20 << 20);
}

#[tokio::test]
async fn the_command_line_does_the_same_and_cleans_up() {
    let gateway = Gateway::start().await;
    let home = gateway.home();
    fs::write(home.path().join("random.bin"), bytes(1, 3_000_000)).unwrap();
    let [commands, clean_up] = blocks("## The same with the command line").try_into().unwrap();
    let between = "cmp random.bin again.bin && echo identical\n\
                   cidlock get \"$URL\" -o late.bin || echo refused with $?\n";
    // What the part with curl has stored.
    let before = "cidlock login && cidlock put random.bin --name other --json > file.json\n";
    let script = format!("{before}{commands}{between}{clean_up}ls; cidlock ls\n");
    let said = shell(home, &script, &BTreeMap::new()).await.expect(0);
    let text = said.text();
    for words in ["identical\n", "refused with 3\n", "No files yet"] {
        assert!(
            text.contains(words) || said.stderr.contains(words),
            "{words}: {text}{}",
            said.stderr
        );
    }
    for left in ["random.bin", "again.bin", "late.bin", "put.json"] {
        assert!(!home.path().join(left).exists(), "{left}");
    }
}

#[tokio::test]
async fn a_copy_is_kept_and_restored_and_a_lost_catalog_is_made_anew() {
    let gateway = Gateway::start().await;
    let place = gateway.home().path().to_owned();
    fs::write(place.join("report.txt"), "worth keeping").unwrap();
    let nothing = BTreeMap::new();
    let put = "cidlock login && cidlock put report.txt";
    let put = shell(gateway.home(), put, &nothing).await.expect(0).text();
    let cid = put.lines().find_map(|line| line.trim().strip_prefix("cid")).unwrap().trim();
    let cid = BTreeMap::from([("CID", cid.to_owned())]);
    let (_, home) = gateway.stop().await;

    let data = home.data().display().to_string();
    let script = blocks("## Keep it running").join("\n");
    for written in ["cp -a ~/.local", "mv ~/.local/share/cidlock ~", "catalog.db*", "rebuild"] {
        assert!(script.contains(written), "{written}: {script}");
    }
    let script = script.replace("~/.local/share/cidlock", &data);
    let said = shell(&home, &script, &nothing).await.expect(0).text();
    assert!(said.contains("1, each with its object"), "{said}");
    assert!(said.contains("restored 1 file,"), "{said}");
    assert!(said.contains("admin.secret"), "{said}");

    let gateway = Gateway::start_in(home).await;
    let get = "cidlock login && cidlock get $CID -o -";
    let again = shell(gateway.home(), get, &cid).await.expect(0).text();
    assert!(again.contains("worth keeping"), "{again}");

    // The copy is a whole gateway of before, with the catalog that it had.
    let (_, home) = gateway.stop().await;
    let copies = fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().path());
    let mut copies = copies.filter(|path| path.display().to_string().contains("cidlock-backup-"));
    let copy = copies.next().expect("a copy");
    fs::remove_dir_all(&data).unwrap();
    fs::rename(copy, &data).unwrap();
    let gateway = Gateway::start_in(home).await;
    let again = shell(gateway.home(), get, &cid).await.expect(0).text();
    assert!(again.contains("worth keeping"), "{again}");
}

/// The shell commands of a section.
fn blocks(heading: &str) -> Vec<String> {
    let readme = fs::read_to_string(tools::repository().join("README.md")).unwrap();
    let (_, section) = readme.split_once(heading).expect("the README has that section");
    let section = section.split("\n## ").next().unwrap();
    let opened = section.split("```sh\n").skip(1);
    opened.map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// Runs a script in `home`, with `cidlock` on the path.
async fn shell(home: &Home, script: &str, variables: &BTreeMap<&str, String>) -> Said {
    let binary = tools::cidlock().parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(binary).chain(std::env::split_paths(&path));
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", script])
        .current_dir(home.path())
        .envs(variables)
        .env("PATH", std::env::join_paths(path).unwrap())
        .env("HOME", home.path())
        .env("CIDLOCK_DATA_DIR", home.data())
        .env("NO_PROXY", "127.0.0.1")
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("XDG_DATA_HOME");
    command::run(bash).await
}
