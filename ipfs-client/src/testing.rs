//! What the unit tests of several modules are made with.

use std::time::Duration;

use bytes::Bytes;
use tempfile::TempDir;

use crate::dag::DagParams;
use crate::engine::Embedded;
use crate::pin::PinName;
use crate::staging::{Limits, StagedCar, StagingArea};

/// Staging and an embedded engine in a directory that goes with this value.
pub(crate) struct Bench {
    pub(crate) staging: StagingArea,
    pub(crate) engine: Embedded,
    pub(crate) dir: TempDir,
}

impl Bench {
    pub(crate) async fn new(params: DagParams) -> Bench {
        let dir = tempfile::tempdir().unwrap();
        let limits = Limits { max_bytes: 64 * 1024 * 1024 };
        let staging = StagingArea::open(dir.path().join("staging"), limits, params).await.unwrap();
        let engine = Embedded::open(dir.path().join("objects"), params).await.unwrap();
        Bench { staging, engine, dir }
    }

    /// An object with the members `object.jwt` and `a`.
    pub(crate) async fn stage(&self, pin: &str, content: &Bytes) -> StagedCar {
        let mut writer = self.staging.begin(name(pin)).await.unwrap();
        writer.write(content.clone()).await.unwrap();
        let content = writer.finish().await.unwrap();
        let token = Bytes::copy_from_slice(pin.as_bytes());
        let members = [("object.jwt", token), ("a", Bytes::from_static(b"another member"))];
        content.complete(&members).await.unwrap()
    }
}

pub(crate) fn name(name: &str) -> PinName {
    PinName::parse(name).unwrap()
}

pub(crate) fn params(leaf_len: u32, fan_out: u32) -> DagParams {
    DagParams::new(leaf_len, fan_out).unwrap()
}

/// The parameters under which edges are looked at: prefixes of one and of two bytes' length, leaves
/// whose last one has a shorter prefix than the others, leaves of one byte.
pub(crate) fn all_params() -> [DagParams; 6] {
    [params(1, 2), params(16, 2), params(16, 3), params(64, 4), params(100, 3), params(20_000, 2)]
}

/// Waits for something that another thread does; fails if it does not come about.
pub(crate) async fn until(come_about: impl Fn() -> bool) {
    let waiting = async {
        while !come_about() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("it comes about");
}
