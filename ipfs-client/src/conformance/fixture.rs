//! What the cases are made with.

use std::collections::BTreeSet;
use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures::TryStreamExt;

use super::Subject;
use crate::dag::DagParams;
use crate::engine::{EngineError, ObjectRef};
use crate::pin::{Pin, PinName};
use crate::staging::StagedCar;

/// The small member that the suite's objects have.
pub(super) const MEMBER: &str = "object.jwt";

/// Content lengths around every edge of `params`, up to `max_len`: none and one byte; around one
/// leaf; around a full node, in bytes and in leaves; around a full node of full nodes.
pub fn edge_sizes(params: DagParams, max_len: u64) -> Vec<u64> {
    let (leaf, fan_out) = (params.leaf_len() as u64, params.fan_out() as u64);
    let mut sizes = BTreeSet::from([0, 1]);
    for leaves in [1, 2, fan_out, fan_out * fan_out] {
        for near in [leaves - 1, leaves, leaves + 1] {
            sizes.extend([(near * leaf).saturating_sub(1), near * leaf, near * leaf + 1]);
        }
    }
    sizes.into_iter().filter(|size| *size <= max_len).collect()
}

/// `len` bytes that depend on `seed` and do not repeat from leaf to leaf.
pub fn pattern(seed: u64, len: u64) -> Bytes {
    let mixed = |i: u64| (i ^ (seed << 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    (0..len.div_ceil(8))
        .flat_map(|i| (mixed(i) * (i + 1)).to_le_bytes())
        .take(len as usize)
        .collect()
}

/// The name of the `n`-th object.
pub(super) fn name(n: u64) -> PinName {
    PinName::parse(&format!("object-{n:04}")).expect("a pin's name")
}

impl Subject {
    /// Stages an object with the member `object.jwt` of text `member`.
    pub(super) async fn stage(&self, name: PinName, content: &Bytes, member: &str) -> StagedCar {
        let mut writer = self.staging.begin(name).await.expect("staging begins");
        for batch in batches(content) {
            writer.write(batch).await.expect("staging writes");
        }
        let content = writer.finish().await.expect("staging finishes");
        let member = Bytes::copy_from_slice(member.as_bytes());
        content.complete(&[(MEMBER, member)]).await.expect("staging completes")
    }

    /// Stages and commits an object.
    pub(super) async fn store(&self, n: u64, content: &Bytes) -> ObjectRef {
        let car = self.stage(name(n), content, &member_of(n)).await;
        let object = car.object();
        self.commit(car).await.expect("the engine commits");
        object
    }

    /// Commits a staged object and checks what is said of it.
    pub(super) async fn commit(&self, car: StagedCar) -> Result<(), EngineError> {
        let pin = car.pin();
        let pinned = self.engine.ingest(car.follow()).await?.commit(car).await?;
        assert_eq!(*pinned.pin(), pin, "what was committed is pinned");
        assert!(!pinned.replicas().is_empty(), "some node keeps it");
        Ok(())
    }

    pub(super) async fn read(
        &self,
        object: &ObjectRef,
        range: Range<u64>,
    ) -> Result<Bytes, EngineError> {
        let bytes: BytesMut = self.engine.read(object, range).await?.try_collect().await?;
        Ok(bytes.freeze())
    }

    /// Checks that exactly these pins, given by name and root, are listed.
    pub(super) async fn expect_pins<'a>(&self, expected: impl IntoIterator<Item = &'a Pin>) {
        let mut pins: Vec<Pin> = self.engine.pins().try_collect().await.expect("pins are listed");
        pins.sort_by(|a, b| (&a.name, a.root).cmp(&(&b.name, b.root)));
        assert!(pins.iter().eq(expected), "other pins were expected than {pins:?}");
    }
}

/// The text of the `n`-th object's member.
pub(super) fn member_of(n: u64) -> String {
    format!("the statement of object {n}")
}

/// `content` in pieces of many lengths.
pub(super) fn batches(content: &Bytes) -> impl Iterator<Item = Bytes> {
    let (mut rest, mut len) = (content.clone(), 1);
    std::iter::from_fn(move || {
        len = (len * 3) % 100_003;
        let batch = rest.split_to(rest.len().min(len));
        (!batch.is_empty()).then_some(batch)
    })
}
