//! Downloads that are cut and taken up again, by the same command and by a later one.

use std::fs;

use cidlock_tests::client::{Client, Stored};
use cidlock_tests::command::Running;
use cidlock_tests::content::bytes;
use cidlock_tests::detour::{Detour, Fate};
use cidlock_tests::gateway::Gateway;
use cidlock_tests::wait;
use rustix::process::Signal;
use serde_json::json;

use crate::{GATEWAY, Person};

const SIZE: usize = 3_000_000;

/// A file in the gateway, somebody who wants it, and the way between them.
struct Scene {
    admin: Client,
    content: Vec<u8>,
    file: Stored,
    cid: String,
    detour: Detour,
    /// A link to the file, by the detour.
    url: String,
    visitor: Person,
}

impl Scene {
    async fn of(gateway: &Gateway) -> Self {
        let admin = Client::admin(gateway).await;
        let content = bytes(11, SIZE);
        let file = admin.store("a.bin", content.clone()).await;
        let detour = Detour::to(gateway.address()).await;
        let url = detour.instead_of(gateway.address(), &file.url);
        let cid = file.json["cid"].as_str().unwrap().to_owned();
        Self { admin, content, file, cid, detour, url, visitor: Person::new(gateway) }
    }

    /// The name of what is left of an unfinished download to `a.bin`.
    fn part(&self) -> String {
        format!(".a.bin.{}.part", &self.cid[self.cid.len() - 12..])
    }

    /// Where the requests that went on began.
    fn offsets(&self) -> Vec<usize> {
        let asked = self.detour.asked();
        let ranges = asked.iter().filter_map(|head| {
            let range = head.lines().find_map(|line| line.strip_prefix("range: bytes="))?;
            let same = format!("if-range: \"{}\"", self.cid);
            assert!(head.lines().any(|line| line == same), "{head}");
            Some(range.strip_suffix('-').expect("to the end").parse().unwrap())
        });
        ranges.collect()
    }

    /// Starts `get`, and waits until `len` bytes or more have been written.
    async fn begun(&self, len: u64) -> Running {
        let running = Running::start(self.visitor.command(&["get", &self.url, "-o", "a.bin"]));
        let part = self.visitor.path(&self.part());
        wait::until("the beginning of the file", async || {
            fs::metadata(&part).ok().filter(|part| part.len() >= len)
        })
        .await;
        running
    }

    fn assert_whole(&self) {
        assert!(self.visitor.read("a.bin") == self.content);
        assert_eq!(self.visitor.files(), ["a.bin"]);
    }
}

#[tokio::test]
async fn a_download_that_is_cut_goes_on_where_it_ended() {
    let gateway = GATEWAY.lease().await;
    for output in ["a.bin", "-"] {
        let scene = Scene::of(&gateway).await;
        scene.detour.next([Fate::CutAfter(1_000_000), Fate::CutAfter(700_000)]);
        let said = scene.visitor.run(&["get", &scene.url, "-o", output]).await.expect(0);
        assert_eq!(said.stderr, "");
        if output == "-" {
            assert!(said.stdout == scene.content, "no byte is missing, and none comes twice");
            assert_eq!(scene.visitor.files(), Vec::<String>::new());
        } else {
            scene.assert_whole();
        }
        let offsets = scene.offsets();
        assert_eq!(offsets.len(), 2, "{offsets:?}");
        assert!((900_000..1_000_000).contains(&offsets[0]), "{offsets:?}");
        assert!((1_600_000..1_700_000).contains(&offsets[1]), "{offsets:?}");
    }
}

#[tokio::test]
async fn a_download_of_ones_own_goes_on_with_the_session() {
    let gateway = GATEWAY.lease().await;
    let mut scene = Scene::of(&gateway).await;
    scene.visitor.server = format!("http://{}", scene.detour.address());
    scene.visitor.log_in(&gateway).await;
    scene.detour.next([Fate::CutAfter(1_000_000)]);
    let _ = scene.visitor.run(&["get", &scene.cid, "-o", "a.bin"]).await.expect(0);
    scene.assert_whole();
    assert_eq!(scene.offsets().len(), 1);
}

#[tokio::test]
async fn what_ctrl_c_leaves_is_where_the_same_command_goes_on() {
    let gateway = GATEWAY.lease().await;
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let scene = Scene::of(&gateway).await;
        scene.detour.next([Fate::HeldAfter(1_000_000)]);
        let running = scene.begun(900_000).await;
        running.signal(signal);
        let said = running.ended().await.expect(code);
        assert_eq!(said.text(), "");
        assert!(said.stderr.contains("interrupted") && said.stderr.contains("goes on from there"));
        assert!(said.stderr.contains(&scene.part()), "{}", said.stderr);
        assert_eq!(scene.visitor.files(), [scene.part()]);
        let kept = scene.visitor.read(&scene.part());
        assert!(scene.content.starts_with(&kept));

        let _ = scene.visitor.run(&["get", &scene.url, "-o", "a.bin"]).await.expect(0);
        scene.assert_whole();
        assert_eq!(scene.offsets(), [kept.len()]);
    }
}

#[tokio::test]
async fn a_gateway_that_does_not_come_back_is_an_error_that_says_how_to_go_on() {
    let gateway = GATEWAY.lease().await;
    let mut scene = Scene::of(&gateway).await;
    scene.detour.next([Fate::HeldAfter(1_000_000)]);
    let running = scene.begun(900_000).await;
    scene.detour.close().await;
    scene.detour.release();
    let said = running.ended().await.expect(5);
    assert!(said.stderr.contains("the transfer was cut after 9"), "{}", said.stderr);
    assert!(said.stderr.contains(&scene.part()), "{}", said.stderr);
    let kept = scene.visitor.read(&scene.part()).len();

    scene.detour = Detour::to(gateway.address()).await;
    scene.url = scene.detour.instead_of(gateway.address(), &scene.file.url);
    let _ = scene.visitor.run(&["get", &scene.url]).await.expect(0);
    scene.assert_whole();
    assert_eq!(scene.offsets(), [kept], "the way there may be another one");
}

#[tokio::test]
async fn a_link_that_is_revoked_in_mid_transfer_says_so_and_a_new_one_goes_on() {
    let gateway = GATEWAY.lease().await;
    let scene = Scene::of(&gateway).await;
    scene.detour.next([Fate::HeldAfter(1_000_000)]);
    let running = scene.begun(900_000).await;
    scene.admin.revoke(scene.file.json["link"]["id"].as_str().unwrap()).await;
    scene.detour.release();
    let said = running.ended().await.expect(3);
    assert!(
        said.stderr.contains("revoked") && said.stderr.contains("a new one"),
        "{}",
        said.stderr
    );
    assert!(said.stderr.contains(&scene.part()), "{}", said.stderr);
    let kept = scene.visitor.read(&scene.part());
    assert!(scene.content.starts_with(&kept));

    let link = scene.admin.link(&scene.cid, &json!({ "permissions": ["read"] })).await;
    let url = scene.detour.instead_of(gateway.address(), &link.url);
    let _ = scene.visitor.run(&["get", &url, "-o", "a.bin"]).await.expect(0);
    scene.assert_whole();
    assert_eq!(*scene.offsets().last().unwrap(), kept.len());
}

#[tokio::test]
async fn a_part_never_makes_a_wrong_file_whatever_is_in_it() {
    let gateway = GATEWAY.lease().await;
    let scene = Scene::of(&gateway).await;
    let content = &scene.content;
    let wrong = |len: usize, at: usize| {
        let mut bytes = content[..len].to_vec();
        bytes[at] ^= 1;
        bytes
    };
    // What is there, and whether the next `get` can make the file of it.
    let longer = [&content[..], b"x"].concat();
    for (what, part, code) in [
        ("nothing", Vec::new(), 0),
        ("a byte", content[..1].to_vec(), 0),
        ("all but a byte", content[..SIZE - 1].to_vec(), 0),
        ("all", content.clone(), 0),
        ("more", longer, 0),
        ("much more", vec![7; 2 * SIZE], 0),
        ("a wrong beginning", wrong(1_000_000, 0), 6),
        ("a wrong end", wrong(1_000_000, 999_999), 6),
        ("all, but wrong", wrong(SIZE, 5), 6),
    ] {
        scene.visitor.write(&scene.part(), &part);
        let get = ["get", &scene.url, "-o", "a.bin"];
        let said = scene.visitor.run(&get).await.expect(code);
        if code == 6 {
            assert!(said.stderr.contains("damaged and was not kept"), "{what}: {}", said.stderr);
            assert!(said.stderr.contains("from the beginning"), "{what}: {}", said.stderr);
            assert_eq!(scene.visitor.files(), Vec::<String>::new(), "{what}");
            let _ = scene.visitor.run(&get).await.expect(0);
        }
        scene.assert_whole();
        fs::remove_file(scene.visitor.path("a.bin")).unwrap();
    }
    // Of all these only what could be used was.
    assert_eq!(scene.offsets(), [1, SIZE - 1, 1_000_000, 1_000_000]);
}

#[tokio::test]
async fn two_at_once_do_not_write_one_file() {
    let gateway = GATEWAY.lease().await;
    let scene = Scene::of(&gateway).await;
    scene.detour.next([Fate::HeldAfter(1_000_000)]);
    let running = scene.begun(900_000).await;
    let error = scene.visitor.failure(&["get", &scene.url, "-o", "a.bin"], 1, "local_file").await;
    assert!(error["message"].as_str().unwrap().contains("another `cidlock get`"), "{error}");
    scene.detour.release();
    let _ = running.ended().await.expect(0);
    scene.assert_whole();
}

#[tokio::test]
async fn a_file_that_exists_is_kept_and_what_would_replace_it_too() {
    let gateway = GATEWAY.lease().await;
    let scene = Scene::of(&gateway).await;
    scene.detour.next([Fate::HeldAfter(1_000_000)]);
    let running = scene.begun(900_000).await;
    scene.visitor.write("a.bin", b"mine");
    scene.detour.release();
    let said = running.ended().await.expect(2);
    assert!(said.stderr.contains("--force"), "{}", said.stderr);
    assert_eq!(scene.visitor.read("a.bin"), b"mine");
    assert_eq!(scene.visitor.files(), [scene.part(), "a.bin".to_owned()]);
    let before = scene.detour.asked().len();
    let _ = scene.visitor.run(&["get", &scene.url, "-o", "a.bin", "--force"]).await.expect(0);
    scene.assert_whole();
    assert_eq!(scene.detour.asked().len(), before + 1, "all of it was there");
}
