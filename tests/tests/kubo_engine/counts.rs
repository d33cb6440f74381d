//! What a node says of an object is what the engine said of it.

use bytes::Bytes;
use cidlock_ipfs_client::engine::Engine as _;
use cidlock_tests::kubo::Node;
use futures::TryStreamExt as _;

use super::{Bench, LEAF, content};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocks_bytes_and_pins_are_those_that_the_node_counts() {
    let node = Node::start().await;
    let bench = Bench::over(vec![node.address("node")], 1).await;
    let mut pins = Vec::new();
    for (i, content) in
        [Bytes::new(), Bytes::from_static(b"x"), content(1, 1), content(2, 5)].iter().enumerate()
    {
        let name = format!("object-{i}");
        let object = bench.keep(&name, content).await.unwrap();
        // The directory, the member, the leaves and their parent.
        let leaves = (content.len() as u64).div_ceil(LEAF).max(1);
        let blocks = 2 + leaves + u64::from(leaves > 1);
        let call = format!("dag/stat?arg={}&offline=true&progress=false", object.root());
        let stat = node.call(&call).await;
        assert_eq!(stat["UniqueBlocks"], blocks, "{name}: {stat}");
        pins.push(format!("{} recursive {name}", object.root()));
    }
    let listed = node.repo().run(["pin", "ls", "--type=recursive", "--names"]);
    // Kubo has a pin of its own, without a name.
    let named = listed.lines().filter(|line| !line.ends_with("recursive"));
    let mut listed: Vec<_> = named.map(str::to_owned).collect();
    listed.sort();
    pins.sort();
    assert_eq!(listed, pins);
    let engines: Vec<_> = bench.engine.pins().try_collect().await.unwrap();
    let engines = engines.iter().map(|pin| format!("{} recursive {}", pin.root, pin.name));
    let mut engines: Vec<_> = engines.collect();
    engines.sort();
    assert_eq!(engines, pins);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pins_of_others_are_neither_listed_nor_removed() {
    let node = Node::start().await;
    let bench = Bench::over(vec![node.address("node")], 1).await;
    let object = bench.keep("mine", &content(1, 2)).await.unwrap();
    let root = object.root().to_string();
    node.repo().run(["pin", "add", "--name=Somebody Else's", &root]);
    let engines: Vec<_> = bench.engine.pins().try_collect().await.unwrap();
    assert_eq!(engines, []);
    let removal = bench.engine.unpin(&object.pin).await.unwrap();
    assert!(removal.is_complete());
    assert!(node.repo().run(["pin", "ls", "--type=recursive"]).contains(&root));
}
