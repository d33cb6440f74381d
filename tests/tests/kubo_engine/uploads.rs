//! Uploads while nodes go away.

use cidlock_ipfs_client::dag::DagParams;
use cidlock_ipfs_client::engine::{Engine as _, EngineError, Upkeep as _};
use cidlock_tests::kubo::{Node, Relay, Swarm, Trick};
use cidlock_tests::wait;
use futures::TryStreamExt as _;

use super::{Bench, assert_whole_on, content, in_time, pinned};

#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    Before,
    During,
    After,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_three_nodes_may_be_killed_and_is_given_its_copy_later() {
    let mut nodes = Swarm::of_strangers(3).await;
    for (i, when) in [When::Before, When::During, When::After].into_iter().enumerate() {
        let told = format!("{when:?}");
        let bench = Bench::with(small_leaves(), nodes.addresses(), 2).await;
        let content = content(i as u64, 6);
        let before = nodes[i].repo().blocks().len();
        if when == When::Before {
            nodes[i].kill();
        }
        let halfway = async || {
            if when == When::During {
                fed(&nodes[i], before).await;
                nodes[i].kill();
            }
        };
        let (object, kept) =
            in_time(bench.upload(&format!("o-{i}"), &content, halfway)).await.unwrap();
        assert!(pinned(kept.replicas()) >= 2, "{told}: {kept:?}");
        if when == When::After {
            nodes[i].kill();
        }
        assert!(bench.read(&object, 0..object.content_len).await.unwrap() == content, "{told}");
        nodes[i].restart().await;
        // What was still fed to the third node when the answer came is not copied again.
        wait::until(format!("three copies ({told})"), async || {
            let replicas = bench.engine.repair(&object).await.unwrap();
            (pinned(&replicas) == 3).then_some(())
        })
        .await;
        for node in nodes.iter() {
            assert_whole_on(node, &object, &content, &told).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_killed_and_comes_back_during_an_upload_has_it_whole() {
    let mut nodes = Swarm::of_strangers(1).await;
    let bench = Bench::with(small_leaves(), nodes.addresses(), 1).await;
    let content = content(1, 6);
    let before = nodes[0].repo().blocks().len();
    let halfway = async || {
        fed(&nodes[0], before).await;
        nodes[0].restart().await;
    };
    let (object, _) = in_time(bench.upload("back", &content, halfway)).await.unwrap();
    assert_whole_on(&nodes[0], &object, &content, "back").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_pauses_during_an_upload_has_it_whole() {
    let nodes = Swarm::of_strangers(1).await;
    let bench = Bench::with(small_leaves(), nodes.addresses(), 1).await;
    let content = content(1, 6);
    let before = nodes[0].repo().blocks().len();
    let halfway = async || {
        fed(&nodes[0], before).await;
        nodes[0].pause();
    };
    let resumed = async {
        wait::until("all to be written", async || {
            let problem = bench.engine.health().await.unwrap().nodes[0].problem.clone();
            problem.map(|_| ())
        })
        .await;
        nodes[0].resume();
    };
    let (kept, ()) =
        in_time(async { tokio::join!(bench.upload("paused", &content, halfway), resumed) }).await;
    assert_whole_on(&nodes[0], &kept.unwrap().0, &content, "paused").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_paused_node_an_upload_is_acknowledged_by_the_others_or_fails_in_time() {
    let nodes = Swarm::of_strangers(2).await;
    let content = content(1, 3);
    for (min_replicas, name) in [(1, "enough"), (2, "too-few")] {
        let bench = Bench::over(nodes.addresses(), min_replicas).await;
        let halfway = async || nodes[1].pause();
        let kept = in_time(bench.upload(name, &content, halfway)).await;
        match (min_replicas, kept) {
            (1, Ok((object, kept))) => {
                assert_eq!(pinned(kept.replicas()), 1);
                assert_whole_on(&nodes[0], &object, &content, name).await;
            }
            (2, Err(EngineError::Unavailable { .. })) => {}
            (_, other) => panic!("{name}: {other:?}"),
        }
        nodes[1].resume();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_too_few_nodes_an_upload_fails_at_once_and_works_when_they_are_back() {
    let mut nodes = Swarm::of_strangers(2).await;
    nodes[1].kill();
    let bench = Bench::over(nodes.addresses(), 2).await;
    let content = content(1, 2);
    let refused = bench.keep("few", &content).await.unwrap_err();
    assert!(matches!(refused, EngineError::Unavailable { .. }), "{refused:?}");
    nodes[1].restart().await;
    wait::until("the node to be noticed", async || {
        bench.engine.health().await.unwrap().is_well().then_some(())
    })
    .await;
    let object = bench.keep("few", &content).await.unwrap();
    for node in nodes.iter() {
        assert_whole_on(node, &object, &content, "back").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_ingest_leaves_no_pin_and_no_block_that_stays() {
    let node = Node::start().await;
    let bench = Bench::with(small_leaves(), vec![node.address("node")], 1).await;
    // With the first collection a node gets blocks of its own.
    bench.engine.collect_garbage().await;
    let before = node.repo().blocks();
    let mut writer = bench.begin("dropped").await;
    let ingest = bench.engine.ingest(writer.follow()).await.unwrap();
    writer.write(content(1, 6)).await.unwrap();
    fed(&node, before.len()).await;
    drop(ingest);
    wait::until("no block to stay", async || {
        bench.engine.collect_garbage().await;
        (node.repo().blocks() == before).then_some(())
    })
    .await;
    let pins: Vec<_> = bench.engine.pins().try_collect().await.unwrap();
    assert!(pins.is_empty(), "{pins:?}");
    drop(writer);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_unpinned_is_not_pinned_by_a_node_that_was_still_being_fed() {
    let nodes = Swarm::of_strangers(2).await;
    let relay = Relay::to(&nodes[1]).await;
    relay.once("pin/add", Trick::Silence);
    let bench = Bench::over(vec![nodes[0].address("quick"), relay.address("slow")], 1).await;
    let object = bench.keep("short-lived", &content(1, 2)).await.unwrap();
    let removal = bench.engine.unpin(&object.pin).await.unwrap();
    assert!(!removal.is_complete(), "its pin may still come: {removal:?}");
    wait::until("the object to be let go", async || {
        bench.engine.unpin(&object.pin).await.unwrap().is_complete().then_some(())
    })
    .await;
    // The others were enough: whoever goes silent then is left to repair, which finds nothing to do.
    assert_eq!(relay.asked().iter().filter(|line| line.contains("pin/add")).count(), 1);
    for node in nodes.iter() {
        let pins = node.repo().run(["pin", "ls", "--type=recursive", "--quiet"]);
        assert!(!pins.contains(&object.root().to_string()), "{pins}");
    }
    let refused = bench.engine.repair(&object).await;
    assert!(matches!(refused, Err(EngineError::NotFound { .. })), "{refused:?}");
}

/// A node keeps blocks by the hundred, so half of an upload has more of them than that.
fn small_leaves() -> DagParams {
    DagParams::new(16 << 10, 16).unwrap()
}

/// Waits until the node has got some of what comes.
async fn fed(node: &Node, before: usize) {
    let has_more = async || (node.repo().blocks().len() > before).then_some(());
    wait::until("the node to have blocks", has_more).await;
}
