//! Uploads that end before their end.

use cidlock_tests::client::Client;
use cidlock_tests::content::bytes;
use cidlock_tests::gateway::Gateway;
use cidlock_tests::wait;
use cidlock_tests::wire::Wire;

use crate::{GATEWAY, chunk};

/// Uploads that end before their end. Each leaves nothing: no staging file, no object, no row.
#[tokio::test]
async fn an_upload_that_does_not_end_leaves_nothing() {
    let gateway = Gateway::start_with("[http]\nupload_idle_timeout_s = 1\n").await;
    let admin = Client::admin(&gateway).await;
    let kept = admin.store("kept", bytes(6, 100_000)).await;
    let objects = gateway.home().object_files();
    assert_eq!(objects.len(), 1);

    let some = bytes(7, 1_500_000);
    let whole_chunk = chunk(&some);
    let torn_chunk = &whole_chunk[..whole_chunk.len() / 2];
    let malformed = [chunk(b"begun"), b"no length\r\n".to_vec()].concat();
    let cases: [(&str, &str, &[u8]); 6] = [
        ("nothing after the head", "Content-Length: 3000000", b""),
        ("half of what was declared", "Content-Length: 3000000", &some),
        ("all but the last byte", "Content-Length: 1500001", &some),
        ("chunks without an end", "Transfer-Encoding: chunked", &whole_chunk),
        ("half a chunk", "Transfer-Encoding: chunked", torn_chunk),
        ("a malformed chunk", "Transfer-Encoding: chunked", &malformed),
    ];
    for (case, framing, sent) in cases {
        for way in [Way::Gone, Way::Silent, Way::HalfClosed] {
            let mut wire = Wire::open(gateway.address()).await;
            wire.send(admin.upload_head("lost", framing)).await;
            wire.send(sent).await;
            wait::until(format!("an upload to begin ({case})"), async || {
                (!gateway.home().staging_files().is_empty() || case == "a malformed chunk")
                    .then_some(())
            })
            .await;
            match way {
                Way::Gone => drop(wire),
                Way::Silent => {
                    let status = wire.head().await.status;
                    assert!([400, 408].contains(&status), "{case}: {status}");
                }
                Way::HalfClosed => {
                    wire.end_sending().await;
                    let rest = wire.read_to_end().await;
                    let status = rest.get(..12).map(String::from_utf8_lossy);
                    let refused = ["HTTP/1.1 400", "HTTP/1.1 408"];
                    let refused = status.is_none_or(|status| refused.contains(&&*status));
                    assert!(refused, "{case}: {}", String::from_utf8_lossy(&rest));
                }
            }
            wait::until(format!("nothing to be left of an upload ({case}, {way:?})"), async || {
                gateway.home().staging_files().is_empty().then_some(())
            })
            .await;
            assert_eq!(gateway.home().object_files(), objects, "{case}, {way:?}");
            assert_eq!(admin.cids().await, [kept.cid.as_str()], "{case}, {way:?}");
        }
    }
}

/// What a client does that does not go on.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// It closes the connection.
    Gone,
    /// It waits for an answer.
    Silent,
    /// It closes its side and waits for an answer.
    HalfClosed,
}

#[tokio::test]
async fn an_upload_by_nobody_is_refused_unread_and_leaves_nothing() {
    let gateway = GATEWAY.lease().await;
    let head = "POST /v1/files HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n";
    let mut wire = Wire::open(gateway.address()).await;
    wire.send(head).await;
    assert_eq!(wire.head().await.status, 401);
}
