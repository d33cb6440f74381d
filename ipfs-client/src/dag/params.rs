//! How a content is cut and joined.

/// The two numbers that fix a file's tree: how long a leaf is and how many children a node has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DagParams {
    leaf_len: u32,
    fan_out: u32,
}

impl DagParams {
    /// The profile `unixfs-v1-2025`: leaves of 1 MiB, 1024 links in a node.
    pub const UNIXFS_V1_2025: DagParams = DagParams { leaf_len: 1024 * 1024, fan_out: 1024 };
    /// The longest leaf, in bytes; more would meet the limits of nodes that exchange blocks.
    pub const MAX_LEAF_LEN: u32 = 1024 * 1024;
    /// The most children of a node; their links stay well below the limit of a block.
    pub const MAX_FAN_OUT: u32 = 8192;

    /// Leaves of `leaf_len` bytes, the last one shorter, and at most `fan_out` children of a node.
    pub const fn new(leaf_len: u32, fan_out: u32) -> Result<DagParams, DagParamsError> {
        if leaf_len == 0 || leaf_len > Self::MAX_LEAF_LEN {
            return Err(DagParamsError::LeafLen(leaf_len));
        }
        if fan_out < 2 || fan_out > Self::MAX_FAN_OUT {
            return Err(DagParamsError::FanOut(fan_out));
        }
        Ok(DagParams { leaf_len, fan_out })
    }

    /// Bytes in every leaf but the last.
    pub const fn leaf_len(self) -> usize {
        self.leaf_len as usize
    }

    /// The most children of a node.
    pub const fn fan_out(self) -> usize {
        self.fan_out as usize
    }
}

impl Default for DagParams {
    fn default() -> DagParams {
        DagParams::UNIXFS_V1_2025
    }
}

/// Why two numbers are no [`DagParams`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DagParamsError {
    /// No bytes, or more than [`DagParams::MAX_LEAF_LEN`].
    #[error("a leaf has 1 to {max} bytes, not {0}", max = DagParams::MAX_LEAF_LEN)]
    LeafLen(u32),
    /// Fewer than 2 children, or more than [`DagParams::MAX_FAN_OUT`].
    #[error("a node has 2 to {max} children, not {0}", max = DagParams::MAX_FAN_OUT)]
    FanOut(u32),
}
