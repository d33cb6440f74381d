//! Blocks that are not what they were.

use cid::Cid;
use cidlock_ipfs_client::dag::DagParams;
use cidlock_ipfs_client::engine::{Condition, EngineError, Kubo, ObjectRef, ReadRate, Upkeep as _};
use cidlock_tests::kubo::{Repo, Swarm};

use super::{Bench, LEAF, assert_whole_on, content, in_time, pinned};

type Harm = (&'static str, fn(&Repo, &Cid));

/// What becomes of a block's file.
const HARMS: [Harm; 3] = [
    ("flipped", |repo, cid| repo.flip_block(cid)),
    ("emptied", |repo, cid| repo.empty_block(cid)),
    ("removed", |repo, cid| repo.remove_block(cid)),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_harmed_block_is_read_elsewhere_and_put_right_where_it_was() {
    let nodes = Swarm::of_strangers(2).await;
    let content = content(1, 4);
    let keeper = Bench::over(nodes.addresses(), 2).await;
    let object = keeper.keep("harmed", &content).await.unwrap();
    let leaf = keeper.leaf(&content, 1).await;
    for (harm, do_harm) in HARMS {
        for (what, cid) in [("leaf", leaf), ("inner", object.content), ("root", object.root())] {
            let told = format!("{what} {harm}");
            // One that has not seen the tree.
            let bench = Bench::over(nodes.addresses(), 2).await;
            do_harm(nodes[0].repo(), &cid);
            let read = in_time(bench.read_checked(&object, 0..object.content_len)).await.unwrap();
            assert!(read == content, "{told}");
            let found = scrub(&bench.engine, &object).await;
            assert_eq!(found, [Condition::Healed(vec![cid]), Condition::Whole], "{told}");
            assert_whole_on(&nodes[0], &object, &content, &told).await;
            let found = scrub(&bench.engine, &object).await;
            assert_eq!(found, [Condition::Whole, Condition::Whole], "{told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_single_node_a_harmed_block_is_named_and_never_given_out() {
    let mut nodes = Swarm::of_strangers(1).await;
    let content = content(1, 4);
    let keeper = Bench::over(nodes.addresses(), 1).await;
    let object = keeper.keep("alone", &content).await.unwrap();
    let leaf = keeper.leaf(&content, 1).await;
    for (harm, do_harm) in HARMS {
        for (what, cid) in [("leaf", leaf), ("inner", object.content), ("root", object.root())] {
            let told = format!("{what} {harm}");
            let bench = Bench::over(nodes.addresses(), 1).await;
            let file = nodes[0].repo().block_file(&cid);
            let good = std::fs::read(&file).unwrap();
            do_harm(nodes[0].repo(), &cid);
            if what == "leaf" {
                let first = bench.read_checked(&object, 0..LEAF).await.unwrap();
                assert!(first == content[..1 << 20], "{told}: what is good is given out");
            }
            if what != "root" {
                let read = in_time(bench.read_checked(&object, LEAF..LEAF + 10)).await;
                let refused = read.unwrap_err();
                let typed = match harm {
                    "removed" => matches!(refused, EngineError::NotFound { .. }),
                    _ => matches!(refused, EngineError::Corrupt { .. }),
                };
                assert!(typed, "{told}: {refused:?}");
            }
            let found = scrub(&bench.engine, &object).await;
            let [Condition::Damaged { blocks, .. }] = &found[..] else {
                panic!("{told}: {found:?}")
            };
            assert_eq!(*blocks, [cid], "{told}");
            // As from a backup; a node that looked for what was gone does not look again.
            std::fs::write(&file, good).unwrap();
            nodes[0].restart().await;
            assert_eq!(scrub(&bench.engine, &object).await, [Condition::Whole], "{told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_harm_than_is_named_at_once_is_put_right_at_once() {
    let nodes = Swarm::of_strangers(2).await;
    let params = DagParams::new(1000, 8).unwrap();
    let bench = Bench::with(params, nodes.addresses(), 2).await;
    let content = content(1, 1).slice(..150_000);
    let before = nodes[0].repo().blocks();
    let object = bench.keep("many", &content).await.unwrap();
    let added = nodes[0].repo().blocks();
    let leaves = added
        .difference(&before)
        .filter(|cid| std::fs::metadata(nodes[0].repo().block_file(cid)).unwrap().len() == 1000);
    let leaves: Vec<_> = leaves.collect();
    assert!(leaves.len() > 130, "{}", leaves.len());
    leaves.iter().for_each(|cid| nodes[0].repo().flip_block(cid));
    let found = scrub(&bench.engine, &object).await;
    let [Condition::Healed(_), Condition::Whole] = &found[..] else { panic!("{found:?}") };
    assert_whole_on(&nodes[0], &object, &content, "many").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_copy_is_repaired_past_a_harmed_one() {
    let mut nodes = Swarm::of_strangers(3).await;
    let content = content(1, 4);
    let bench = Bench::over(nodes.addresses(), 3).await;
    let object = bench.keep("lost", &content).await.unwrap();
    let root = object.root().to_string();
    // Whichever the quickest is: each of two has a harmed leaf, and another one.
    for (node, leaf) in [(0, 1), (1, 2)] {
        nodes[node].repo().flip_block(&bench.leaf(&content, leaf).await);
    }
    nodes[2].repo().run(["pin", "rm", &root]);
    nodes[2].repo().run(["repo", "gc", "--quiet"]);
    let replicas = in_time(bench.engine.repair(&object)).await.unwrap();
    assert_eq!(pinned(&replicas), 3, "{replicas:?}");
    assert_whole_on(&nodes[2], &object, &content, "repaired").await;
    nodes[2].restart().await;
    assert_whole_on(&nodes[2], &object, &content, "durable").await;
}

async fn scrub(engine: &Kubo, object: &ObjectRef) -> Vec<Condition> {
    let found = in_time(engine.scrub(object, &ReadRate::unbounded())).await.unwrap();
    found.into_iter().map(|node| node.condition).collect()
}
