//! A gateway killed while it deletes and while it describes anew.

use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use cidlock_tests::client::{Answer, Client, Stored};
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::{Gateway, Home, OneLine};
use cidlock_tests::wait::{self, PATIENCE};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::deletes::logged;
use crate::{car, path};

const PHASES: &str = "[log]\njson = true\nfilter = 'warn,cidlock::phase=debug'\n";
const SIZE: u64 = 200_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_was_killed_in_any_phase_is_whole_or_absent_and_comes_to_its_end() {
    for (phase, recorded) in [("record", false), ("log", true), ("unpin", true), ("done", true)] {
        let (home, file) = revised_file().await;
        let (log, errors) = OneLine::new();
        let (entered, at_phase) = oneshot::channel();
        let (dead, death) = mpsc::channel();
        let watcher = watch(log, phase, entered, death);
        let gateway = Gateway::start_logging_to(home, errors).await;
        let admin = Client::admin(&gateway).await;
        let deleting = tokio::spawn({
            let request = admin.delete(&path(&file.cid));
            async move { request.send().await.is_ok() }
        });
        tokio::time::timeout(PATIENCE, at_phase).await.expect("the phase is entered").unwrap();
        let home = gateway.kill();
        dead.send(()).unwrap();
        watcher.join().unwrap();
        let acknowledged = deleting.await.unwrap();

        let gateway = Gateway::start_in(home).await;
        let admin = Client::admin(&gateway).await;
        let record = format!("/v1/deletions/{}", file.id);
        let shown = Answer::to(admin.get(&record)).await;
        if shown.status == 404 {
            assert!(!recorded && !acknowledged, "{phase}: a deletion was forgotten");
            let read = Answer::to(admin.get(&format!("/files/{}", file.cid))).await.expect(200);
            assert!(read.body == bytes(1, SIZE as usize));
            assert_eq!(gateway.home().files_of_object(&file.id).len(), 2);
            assert!(logged(gateway.home()).is_empty());
            continue;
        }
        let done = wait::until("the deletion to be done", async || {
            let shown = Answer::to(admin.get(&record)).await.expect(200).json();
            Some(shown).filter(|shown| shown["status"] == "done")
        })
        .await;
        assert_eq!(done["nodes"][0]["status"], "collected", "{phase}");
        Answer::to(admin.get(&path(&file.cid))).await.assert_refused(404, "no_such_file");
        assert_eq!(gateway.home().files_of_object(&file.id), Vec::<String>::new(), "{phase}");
        let lines = logged(gateway.home());
        assert!(!lines.is_empty() && lines.iter().all(|line| line["id"] == file.id.as_str()));
    }
}

/// A home with one file in it that was described anew.
async fn revised_file() -> (Home, Stored) {
    let gateway = Gateway::start_with(PHASES).await;
    let admin = Client::admin(&gateway).await;
    let file = admin.store("a", bytes(1, SIZE as usize)).await;
    admin.change(&file.cid, &json!({ "name": "b" })).await;
    (gateway.stop().await.1, file)
}

/// Takes line after line; the one that says that a deletion has entered `phase` stays where it is
/// until the gateway is dead, so that it goes no further.
fn watch(
    mut log: OneLine,
    phase: &'static str,
    entered: oneshot::Sender<()>,
    death: mpsc::Receiver<()>,
) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut entered = Some(entered);
        while let Some(line) = log.peek() {
            let line: Value = serde_json::from_str(&line).unwrap_or_default();
            let is_it = line["fields"]["message"] == "deletion" && line["fields"]["phase"] == phase;
            if let Some(entered) = entered.take_if(|_| is_it) {
                let _ = entered.send(());
                let _ = death.recv();
            }
            log.take();
        }
    })
}

/// Again and again, at whatever moment it comes.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_a_file_has_the_last_description_that_was_acknowledged_or_the_one_under_way() {
    let mut home = Home::new();
    let mut file: Option<Stored> = None;
    let mut next = 0;
    for round in 0..5 {
        let gateway = Gateway::start_in(home).await;
        let admin = Client::admin(&gateway).await;
        let file = match &file {
            Some(file) => file,
            None => file.insert(admin.store("0", bytes(1, SIZE as usize)).await),
        };
        let (said, mut acknowledged) = tokio::sync::watch::channel(next);
        let changing = tokio::spawn(change_until_cut(admin.clone(), file.cid.clone(), next, said));
        let enough = next + 2 * round;
        acknowledged.wait_for(|last| *last >= enough).await.unwrap();
        home = gateway.kill();
        let last = changing.await.unwrap();

        let gateway = Gateway::start_in(home).await;
        let admin = Client::admin(&gateway).await;
        let now = admin.info(&file.cid).await;
        let name: u32 = now["name"].as_str().unwrap().parse().unwrap();
        assert!(name == last || name == last + 1, "round {round}: {name} after {last}");
        if name > 0 {
            assert_eq!(now["meta"]["name"], now["name"], "round {round}: by halves");
        }
        let blocks = admin.get(&format!("/ipfs/{}?format=car", file.cid));
        let checked = car::check(&file.cid, SIZE, &Answer::to(blocks).await.expect(200).body).await;
        assert_eq!(checked.root.to_string(), now["root"].as_str().unwrap());
        let read = Answer::to(admin.get(&format!("/files/{}", file.cid))).await.expect(200);
        assert!(read.body == bytes(1, SIZE as usize));
        // A change lets the last one go that was lost on its way.
        next = name + 1;
        let change = json!({ "name": next.to_string(), "meta": { "name": next.to_string() } });
        admin.change(&file.cid, &change).await;
        let names = [format!("{}.car", file.id), format!("{}.rev.car", file.id)];
        assert_eq!(gateway.home().files_of_object(&file.id), names, "round {round}");
        home = gateway.kill();
    }
}

/// Gives the file one number after the other until the gateway is gone; gives back the last one
/// that was acknowledged.
async fn change_until_cut(
    admin: Client,
    cid: String,
    mut last: u32,
    said: tokio::sync::watch::Sender<u32>,
) -> u32 {
    loop {
        let name = (last + 1).to_string();
        let change = json!({ "name": name, "meta": { "name": name } });
        let Ok(answer) = admin.patch(&path(&cid)).json(&change).send().await else { return last };
        assert_eq!(answer.status(), 200);
        last += 1;
        said.send_replace(last);
    }
}
