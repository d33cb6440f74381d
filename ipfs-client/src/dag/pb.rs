//! The bytes of dag-pb nodes and of the UnixFS messages in them.
//!
//! The one canonical encoding of each: links before data, in the given order, every link with a
//! name (of a file's children: empty) and a `Tsize`. Decoding refuses everything that would not be
//! encoded to the same bytes again, so unknown fields and other orders cannot hide anything.
//!
//! Specifications: <https://ipld.io/specs/codecs/dag-pb/spec/>, <https://specs.ipfs.tech/unixfs/>.

use bytes::Bytes;
use prost::Message;

/// UnixFS `DataType` of a directory.
pub(crate) const DIRECTORY: i32 = 1;
/// UnixFS `DataType` of a file.
pub(crate) const FILE: i32 = 2;

/// `PBLink`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct PbLink {
    /// The binary CID.
    #[prost(bytes = "bytes", optional, tag = "1")]
    pub(crate) hash: Option<Bytes>,
    #[prost(string, optional, tag = "2")]
    pub(crate) name: Option<String>,
    #[prost(uint64, optional, tag = "3")]
    pub(crate) tsize: Option<u64>,
}

/// `PBNode` as protobuf reads it; [`PbNode::to_bytes`] writes it in dag-pb's order.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct PbNode {
    #[prost(bytes = "bytes", optional, tag = "1")]
    data: Option<Bytes>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) links: Vec<PbLink>,
}

/// The UnixFS message in a node's data.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct UnixFs {
    #[prost(int32, required, tag = "1")]
    pub(crate) kind: i32,
    #[prost(uint64, optional, tag = "3")]
    pub(crate) filesize: Option<u64>,
    #[prost(uint64, repeated, packed = "false", tag = "4")]
    pub(crate) blocksizes: Vec<u64>,
}

impl PbNode {
    pub(crate) fn new(links: Vec<PbLink>, unixfs: &UnixFs) -> PbNode {
        PbNode { data: Some(unixfs.encode_to_vec().into()), links }
    }

    /// The node in the order of dag-pb: links, then data.
    pub(crate) fn to_bytes(&self) -> Bytes {
        let mut out = Vec::with_capacity(self.encoded_len());
        for link in &self.links {
            prost::encoding::message::encode(2, link, &mut out);
        }
        if let Some(data) = &self.data {
            prost::encoding::bytes::encode(1, data, &mut out);
        }
        out.into()
    }

    /// Reads a node and its UnixFS message; `None` if they are not canonical.
    pub(crate) fn from_bytes(bytes: &Bytes) -> Option<(PbNode, UnixFs)> {
        let node = PbNode::decode(bytes.clone()).ok()?;
        let data = node.data.clone()?;
        let unixfs = UnixFs::decode(data.clone()).ok()?;
        let canonical = node.to_bytes() == *bytes && unixfs.encode_to_vec() == *data;
        canonical.then_some((node, unixfs))
    }
}
