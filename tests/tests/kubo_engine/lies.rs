//! Answers that no node should give: none becomes a wrong acknowledgement or a wrong length.

use cidlock_ipfs_client::engine::{Engine as _, EngineError, Upkeep as _};
use cidlock_tests::kubo::{Node, Relay, Trick};
use futures::{StreamExt as _, TryStreamExt as _};

use super::{Bench, LEAF, asked_last, assert_whole_on, content, in_time};

/// A CID that is no object's.
const ANOTHER: &str = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

/// What an import can be answered with that is not the truth.
fn lies_about_an_import() -> Vec<(&'static str, Trick)> {
    let stats = r#"{"Stats":{"BlockCount":1,"BlockBytesCount":10}}"#;
    let pin_error = format!(
        r#"{{"Root":{{"Cid":{{"/":"{ANOTHER}"}},"PinErrorMsg":"the disk went away"}}}}{stats}"#
    );
    vec![
        ("too few blocks", Trick::json(stats)),
        ("no count", Trick::json("")),
        ("a pin error with status 200", Trick::json(&pin_error)),
        ("a page", Trick::page()),
        ("no JSON", Trick::json("{\"Stats\":")),
        ("JSON of another kind", Trick::json("[1, 2]")),
        ("an error at its end", Trick::failing_at_its_end(stats)),
        ("an error", Trick::answer(500, "application/json", r#"{"Message":"no","Code":0}"#)),
        ("a gateway's error", Trick::answer(502, "text/html", "<html>")),
        ("a cut answer", Trick::CutAfter(5)),
        ("a long answer", Trick::json(&"x".repeat(100_000))),
        ("no answer at all", Trick::Answer(Vec::new())),
    ]
}

/// What a pin can be answered with that is not the truth.
fn lies_about_a_pin() -> Vec<(&'static str, Trick)> {
    vec![
        ("another CID", Trick::json(&format!(r#"{{"Pins":["{ANOTHER}"]}}"#))),
        ("no CID", Trick::json(r#"{"Pins":[]}"#)),
        ("a page", Trick::page()),
        ("no JSON", Trick::json("{\"Pins\":")),
        ("an error at its end", Trick::failing_at_its_end(r#"{"Pins":[]}"#)),
        ("an error", Trick::answer(500, "application/json", r#"{"Message":"no","Code":0}"#)),
        ("a cut answer", Trick::CutAfter(5)),
        ("no answer at all", Trick::Answer(Vec::new())),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_lie_about_an_upload_is_followed_by_the_truth_and_lies_without_end_by_an_error() {
    let node = Node::start().await;
    let relay = Relay::to(&node).await;
    let bench = Bench::over(vec![relay.address("node")], 1).await;
    let lies = [("dag/import", lies_about_an_import()), ("pin/add", lies_about_a_pin())];
    let mut n = 0;
    for (call, lies) in lies {
        for (lie, trick) in lies {
            let told = format!("{call}: {lie}");
            let content = content(n, 2);
            n += 1;
            relay.honest();
            relay.once(call, trick.clone());
            let kept = in_time(bench.keep(&format!("once-{n}"), &content)).await;
            assert_whole_on(&node, &kept.expect(&told), &content, &told).await;

            relay.honest();
            relay.always(call, trick);
            let refused =
                in_time(bench.keep(&format!("always-{n}"), &content)).await.expect_err(&told);
            let typed = matches!(refused, EngineError::Unavailable { .. });
            assert!(typed, "{told}: {refused:?}");
        }
    }
    relay.honest();
    let _ = bench.keep("afterwards", &content(n, 2)).await.expect("work as usual");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_silent_about_an_upload_is_given_up_in_time() {
    let node = Node::start().await;
    let relay = Relay::to(&node).await;
    let bench = Bench::over(vec![relay.address("node")], 1).await;
    let content = content(1, 2);
    relay.once("pin/add", Trick::Silence);
    let object = in_time(bench.keep("once", &content)).await.unwrap();
    assert_whole_on(&node, &object, &content, "once").await;
}

/// What a block can be answered with that is not the truth, and whether its length gives it away.
fn lies_about_a_block() -> Vec<(&'static str, bool, Trick)> {
    vec![
        ("other bytes", false, Trick::body(|body| body.reverse())),
        ("a shorter body", true, Trick::body(|body| body.truncate(body.len() / 2))),
        ("no body", true, Trick::body(Vec::clear)),
        ("a longer body", true, Trick::body(|body| body.extend_from_slice(b"and more"))),
        ("a page", true, Trick::page()),
        ("a missing block", true, Trick::answer(404, "text/plain", "not found")),
        ("an error", true, Trick::answer(502, "text/html", "<html>")),
        ("a redirection", true, Trick::answer(302, "text/html", "")),
        ("a cut answer", true, Trick::CutAfter(10)),
        ("no answer at all", true, Trick::Answer(Vec::new())),
        ("silence", true, Trick::Silence),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lies_about_a_block_are_passed_over_for_another_node() {
    let (liar, honest) = tokio::join!(Node::start(), Node::start());
    let relay = Relay::to(&liar).await;
    let content = content(1, 3);
    let addresses = vec![liar.address("liar"), honest.address("honest")];
    let object = Bench::over(addresses, 2).await.keep("told", &content).await.unwrap();
    let alone = Bench::over(vec![relay.address("liar")], 1).await;
    // It knows the tree.
    assert!(alone.read(&object, 0..object.content_len).await.unwrap() == content);
    for (lie, shows, trick) in lies_about_a_block() {
        relay.honest();
        relay.always("/ipfs/", trick);
        let bench = Bench::over(vec![relay.address("liar"), asked_last(&honest)], 1).await;
        let read = in_time(bench.read(&object, 0..object.content_len)).await.expect(lie);
        assert_eq!(read.len(), content.len(), "{lie}");
        assert!(read == content || !shows, "{lie}");
        let read = in_time(bench.read_checked(&object, 7..object.content_len)).await.expect(lie);
        assert!(read == content[7..], "{lie}");

        if lie == "silence" {
            // A paused node is silent as well, and that takes its time.
            continue;
        }
        for range in [0..LEAF, 10..LEAF - 10, 0..object.content_len] {
            let read = in_time(alone.read(&object, range.clone())).await;
            match read {
                Ok(bytes) => assert!(!shows && bytes.len() as u64 == range.end - range.start),
                Err(EngineError::Unavailable { .. } | EngineError::NotFound { .. }) => {
                    assert!(shows || range.start > 0, "{lie}");
                }
                Err(error) => panic!("{lie}: {error:?}"),
            }
        }
        let read = in_time(alone.read_checked(&object, 0..10)).await.unwrap_err();
        assert!(!matches!(read, EngineError::BadRange { .. }), "{lie}: {read:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_pins_that_is_not_whole_says_so() {
    let node = Node::start().await;
    let relay = Relay::to(&node).await;
    let bench = Bench::over(vec![relay.address("node")], 1).await;
    let object = bench.keep("listed", &content(1, 1)).await.unwrap();
    let line =
        format!(r#"{{"Cid":"{}","Name":"listed","Type":"recursive"}}"#, object.root()) + "\n";
    let pins = async || -> Vec<_> { in_time(bench.engine.pins().collect::<Vec<_>>()).await };
    for (lie, trick) in [
        ("cut", Trick::CutAfter(30)),
        ("failing at its end", Trick::failing_at_its_end(&line)),
        ("a page", Trick::page()),
        ("no JSON", Trick::json("{\"Cid\":\n")),
        ("an error", Trick::answer(500, "application/json", r#"{"Message":"no","Code":0}"#)),
        ("silence", Trick::Silence),
    ] {
        relay.honest();
        relay.always("pin/ls", trick);
        let listed = pins().await;
        let errors = listed.iter().filter(|pin| pin.is_err()).count();
        assert_eq!(errors, 1, "{lie}: {listed:?}");
        if lie == "failing at its end" {
            // Of one pin it has said enough.
            continue;
        }
        let removal = in_time(bench.engine.unpin(&object.pin)).await.unwrap();
        assert!(!removal.is_complete(), "{lie}: {removal:?}");
    }
    let nothing = "an empty list failing at its end";
    relay.honest();
    relay.always("pin/ls", Trick::failing_at_its_end(""));
    let removal = bench.engine.unpin(&object.pin).await.unwrap();
    assert!(!removal.is_complete(), "{nothing}: {removal:?}");
    assert_eq!(pins().await.len(), 1, "{nothing}");
    assert!(bench.engine.repair(&object).await.is_err(), "{nothing}");
    relay.honest();
    let pins: Vec<_> = bench.engine.pins().try_collect().await.unwrap();
    assert_eq!(pins, [object.pin]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collection_that_failed_says_so() {
    let node = Node::start().await;
    let relay = Relay::to(&node).await;
    let bench = Bench::over(vec![relay.address("node")], 1).await;
    for (lie, trick) in [
        ("failing at its end", Trick::failing_at_its_end("")),
        ("an error", Trick::answer(500, "application/json", r#"{"Message":"no","Code":0}"#)),
        ("no answer at all", Trick::Answer(Vec::new())),
    ] {
        relay.once("repo/gc", trick);
        assert!(bench.engine.collect_garbage().await[0].problem.is_some(), "{lie}");
        assert_eq!(bench.engine.collect_garbage().await[0].problem, None, "{lie}");
    }
}
