//! Downloads while nodes go away.

use bytes::BytesMut;
use cidlock_ipfs_client::engine::{Engine as _, EngineError, ObjectRef};
use cidlock_tests::kubo::{Relay, Swarm, Trick};
use futures::TryStreamExt as _;

use super::{Bench, LEAF, asked_last, content, in_time};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_goes_on_at_the_exact_byte_when_a_node_is_killed_or_paused() {
    // More than the connections hold by themselves.
    without_the_node_that(40, |relay, _, read| {
        read > 1_500_000 && relay.asked().iter().any(|line| line.contains("/ipfs/"))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_goes_on_at_whatever_byte_the_connection_is_cut() {
    let nodes = Swarm::of_strangers(2).await;
    let relay = Relay::to(&nodes[0]).await;
    let content = content(1, 3);
    let object = Bench::over(nodes.addresses(), 2).await.keep("cut", &content).await.unwrap();
    let bench = Bench::over(vec![relay.address("first"), asked_last(&nodes[1])], 1).await;
    for cut in [0, 1, 4095, 65_536, 500_000, LEAF - 1001, LEAF - 1, LEAF] {
        relay.honest();
        relay.always("/ipfs/", Trick::CutAfter(cut));
        for range in [0..object.content_len, 1..object.content_len - 1, LEAF - 3..2 * LEAF + 3] {
            let wanted = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
            let read = in_time(bench.read(&object, range.clone())).await.unwrap();
            assert!(read == content[wanted], "cut after {cut}, {range:?}");
        }
    }
    assert!(relay.asked().iter().filter(|line| line.contains("/ipfs/")).count() > 24);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_single_node_a_download_that_cannot_go_on_ends_with_an_error() {
    let mut nodes = Swarm::of_strangers(1).await;
    let content = content(1, 8);
    let object = Bench::over(nodes.addresses(), 1).await.keep("alone", &content).await.unwrap();
    for paused in [false, true] {
        let bench = Bench::over(nodes.addresses(), 1).await;
        let broken =
            broken_off(&bench, &object, || if paused { nodes[0].pause() } else { nodes[0].kill() });
        assert!(matches!(in_time(broken).await, EngineError::Unavailable { .. }), "{paused}");
        let refused = in_time(bench.read(&object, 0..10)).await.unwrap_err();
        assert!(matches!(refused, EngineError::Unavailable { .. }), "{paused}: {refused:?}");
        if paused {
            nodes[0].resume();
        } else {
            nodes[0].restart().await;
        }
        let read = bench.read(&object, 0..object.content_len).await.unwrap();
        assert!(read == content, "it is read again when the node is back ({paused})");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_every_connection_is_cut_the_stream_ends_with_an_error() {
    let nodes = Swarm::of_strangers(1).await;
    let relay = Relay::to(&nodes[0]).await;
    let bench = Bench::over(vec![relay.address("cut")], 1).await;
    let content = content(1, 2);
    let object = bench.keep("cut", &content).await.unwrap();
    // The tree is known by then.
    assert!(bench.read(&object, 0..object.content_len).await.unwrap() == content);
    for cut in [0, 1, 500_000, LEAF - 1001] {
        relay.honest();
        relay.always("/ipfs/", Trick::CutAfter(cut));
        let broken = in_time(bench.read(&object, 0..LEAF)).await.unwrap_err();
        assert!(matches!(broken, EngineError::Unavailable { .. }), "after {cut}: {broken:?}");
    }
}

/// Reads a content of so many leaves, and kills or pauses the node of which `is_at_it` says so, given
/// what it was asked for and how many bytes have come.
pub(super) async fn without_the_node_that(
    leaves: u64,
    is_at_it: impl Fn(&Relay, &ObjectRef, usize) -> bool,
) {
    let mut nodes = Swarm::of_strangers(2).await;
    let content = content(1, leaves);
    let object = Bench::over(nodes.addresses(), 2).await.keep("failover", &content).await.unwrap();
    for paused in [false, true] {
        let relays = [Relay::to(&nodes[0]).await, Relay::to(&nodes[1]).await];
        let addresses = vec![relays[0].address("node-0"), relays[1].address("node-1")];
        let bench = Bench::over(addresses, 2).await;
        let mut stream = bench.engine.read(&object, 5..object.content_len).await.unwrap();
        let mut read = BytesMut::new();
        let mut victim = None;
        while let Some(bytes) = in_time(stream.try_next()).await.unwrap() {
            if victim.is_none() {
                victim = relays.iter().position(|relay| is_at_it(relay, &object, read.len()));
                match victim {
                    Some(i) if paused => nodes[i].pause(),
                    Some(i) => nodes[i].kill(),
                    None => {}
                }
            }
            read.extend_from_slice(&bytes);
        }
        assert!(read == content[5..], "paused: {paused}");
        let again = in_time(bench.read(&object, 0..object.content_len)).await.unwrap();
        assert!(again == content, "paused: {paused}");
        let victim = &mut nodes[victim.unwrap()];
        if paused { victim.resume() } else { victim.restart().await }
    }
}

/// The error with which a stream ends, in whose middle something happened.
async fn broken_off(bench: &Bench, object: &ObjectRef, middle: impl FnOnce()) -> EngineError {
    let mut middle = Some(middle);
    let mut stream = bench.engine.read(object, 0..object.content_len).await.unwrap();
    let mut read = 0;
    loop {
        match stream.try_next().await {
            Ok(Some(bytes)) => read += bytes.len(),
            Ok(None) => panic!("a clean end after {read} bytes"),
            Err(error) => return error,
        }
        if read > 1_500_000
            && let Some(middle) = middle.take()
        {
            middle();
        }
    }
}
