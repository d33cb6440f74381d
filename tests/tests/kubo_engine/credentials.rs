//! Nodes whose RPC lets in only who shows a secret.

use cidlock_ipfs_client::engine::kubo::{Authorization, NodeAddress};
use cidlock_ipfs_client::engine::{Engine as _, EngineError, Upkeep as _};
use cidlock_tests::kubo::{Node, Repo};

use super::{Bench, assert_whole_on, content};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_works_with_its_secret_and_is_not_well_without() {
    let basic = |password| Authorization::basic("cidlock", password).unwrap();
    let bearer = |token| Authorization::bearer(token).unwrap();
    for (secret, right, wrong) in [
        ("basic:cidlock:open sesame", basic("open sesame"), basic("open barley")),
        ("bearer:mF_9.B5f-4.1JqM", bearer("mF_9.B5f-4.1JqM"), bearer("mF_9.B5f-4.1Jqm")),
    ] {
        let node = Node::over(Repo::guarded(secret)).await;
        let shown = |authorization| NodeAddress { authorization, ..node.address("node") };
        let bench = Bench::over(vec![shown(Some(right))], 1).await;
        assert!(bench.engine.health().await.unwrap().is_well());
        let content = content(1, 2);
        let object = bench.keep("secret", &content).await.unwrap();
        assert_whole_on(&node, &object, &content, secret).await;
        assert!(bench.read(&object, 0..object.content_len).await.unwrap() == content);
        assert_eq!(bench.engine.lacks(&[object.root()]).await[0].lacks, Some(false));

        for refused in [Some(wrong), None] {
            let bench = Bench::over(vec![shown(refused)], 1).await;
            let health = bench.engine.health().await.unwrap();
            let problem = health.nodes[0].problem.clone().unwrap();
            assert!(problem.contains("Access Denied") && !problem.contains("sesame"), "{problem}");
            let refused = bench.keep("other", &content).await.unwrap_err();
            assert!(matches!(refused, EngineError::Unavailable { .. }), "{refused:?}");
            let removal = bench.engine.unpin(&object.pin).await.unwrap();
            assert!(!removal.is_complete(), "{removal:?}");
            assert_eq!(bench.engine.lacks(&[object.root()]).await[0].lacks, None);
        }
        assert_whole_on(&node, &object, &content, secret).await;
    }
}
