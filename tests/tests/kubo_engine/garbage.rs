//! Garbage that is collected meanwhile, and afterwards.

use cidlock_ipfs_client::engine::{Condition, Engine as _, ReadRate, Upkeep as _};
use cidlock_tests::kubo::{Collecting, Swarm};
use futures::future::join_all;

use super::{Bench, LEAF, assert_whole_on, content, in_time, pinned};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_acknowledged_while_garbage_is_collected_is_whole() {
    let nodes = Swarm::of_strangers(2).await;
    let bench = Bench::over(nodes.addresses(), 2).await;
    let contents: Vec<_> = (0..4).map(|seed| content(seed, 3)).collect();
    let collecting: Vec<_> = nodes.iter().map(Collecting::on).collect();
    let uploads = contents.iter().enumerate().map(async |(i, content)| {
        let halfway = async || collecting[0].another_round().await;
        bench.upload(&format!("object-{i}"), content, halfway).await
    });
    let kept = in_time(join_all(uploads)).await;
    // Those that failed were not acknowledged; the last of them has been collected by then.
    let mut acknowledged = 0;
    for (i, kept) in kept.into_iter().enumerate() {
        let (object, _) = kept.unwrap();
        acknowledged += 1;
        for collecting in &collecting {
            collecting.another_round().await;
        }
        let read = bench.read(&object, 0..object.content_len).await.unwrap();
        assert!(read == contents[i], "object {i}");
        for node in nodes.iter() {
            assert_whole_on(node, &object, &contents[i], &format!("object {i}")).await;
        }
    }
    assert_eq!(acknowledged, contents.len());
    assert!(collecting.iter().all(|collecting| collecting.rounds() > 4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn witnesses_say_whether_an_object_was_collected() {
    let nodes = Swarm::of_strangers(2).await;
    let bench = Bench::over(nodes.addresses(), 2).await;
    let (one, other) = (content(1, 3), content(2, 3));
    let object = bench.keep("one", &one).await.unwrap();
    let kept = bench.keep("other", &other).await.unwrap();
    let witnesses = bench.engine.witnesses(&object).await.unwrap();
    assert_eq!(witnesses[..2], [object.root(), object.content]);
    for leaf in 0..3 {
        assert!(witnesses.contains(&bench.leaf(&one, leaf).await), "leaf {leaf}");
    }
    let lacks = async || -> Vec<_> {
        bench.engine.lacks(&witnesses).await.into_iter().map(|node| node.lacks).collect()
    };
    assert_eq!(lacks().await, [Some(false); 2]);
    assert!(bench.engine.unpin(&object.pin).await.unwrap().is_complete());
    assert_eq!(lacks().await, [Some(false); 2], "what is unpinned is still there");
    for collection in bench.engine.collect_garbage().await {
        assert_eq!(collection.problem, None, "{}", collection.node);
    }
    assert_eq!(lacks().await, [Some(true); 2]);
    assert_eq!(bench.read(&kept, 0..LEAF).await.unwrap(), other[..1 << 20]);

    nodes[1].pause();
    assert_eq!(in_time(lacks()).await, [Some(true), None], "who cannot be asked does not say");
    nodes[1].resume();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_swarm_a_node_is_asked_without_fetching_and_put_right_by_its_peers_or_by_us() {
    let nodes = Swarm::start(2).await;
    let content = content(1, 3);
    let alone = Bench::over(vec![nodes[0].address("node-0")], 1).await;
    let object = alone.keep("alone", &content).await.unwrap();
    let both = Bench::over(nodes.addresses(), 2).await;
    let witnesses = both.engine.witnesses(&object).await.unwrap();
    assert!(both.read(&object, 0..object.content_len).await.unwrap() == content);
    let lacks: Vec<_> = both.engine.lacks(&witnesses).await.iter().map(|node| node.lacks).collect();
    assert_eq!(lacks, [Some(false), Some(true)]);
    assert!(witnesses.iter().all(|cid| !nodes[1].repo().has_block(cid)), "nothing was fetched");

    let replicas = both.engine.repair(&object).await.unwrap();
    assert_eq!(pinned(&replicas), 2, "{replicas:?}");
    assert_whole_on(&nodes[1], &object, &content, "repaired").await;
    nodes[0].repo().remove_block(&both.leaf(&content, 1).await);
    // It believes to have the block, and so fetches it where it was only asked for what it has.
    for node in both.engine.scrub(&object, &ReadRate::unbounded()).await.unwrap() {
        assert!(matches!(node.condition, Condition::Whole | Condition::Healed(_)), "{node:?}");
    }
    assert_whole_on(&nodes[0], &object, &content, "healed").await;
}
