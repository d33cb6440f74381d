//! Whether a CAR is an object, whole: what who verifies or takes over an object has to ask.

use std::collections::HashMap;

use cid::Cid;
use cidlock_ipfs_client::block::{Block, RAW};
use cidlock_ipfs_client::car::CarReader;
use cidlock_ipfs_client::dag::{Directory, FileNode};
use cidlock_ipfs_client::revision::CONTENT;

/// Every block has its hash, and the blocks are exactly those that `root` leads to, each parent
/// directly after its last child, the members after the content, the root at the end.
pub(crate) async fn check(bytes: &[u8], root: Cid) -> anyhow::Result<()> {
    let mut reader = CarReader::open(bytes).await?;
    anyhow::ensure!(reader.root()? == root, "the header names another root");
    let mut found = Vec::new();
    let mut blocks = HashMap::new();
    while let Some(block) = reader.next_block().await? {
        found.push(block.cid());
        blocks.insert(block.cid(), block);
    }
    let mut wanted = Vec::new();
    let directory = Directory::from_block(block(&blocks, root)?)?;
    let (content, members): (Vec<_>, Vec<_>) =
        directory.entries().iter().partition(|entry| entry.name == CONTENT);
    for entry in content.into_iter().chain(members) {
        walk(&blocks, entry.cid, &mut wanted)?;
    }
    wanted.push(root);
    anyhow::ensure!(found == wanted, "blocks are missing, repeated, foreign or out of order");
    Ok(())
}

fn walk(blocks: &HashMap<Cid, Block>, cid: Cid, order: &mut Vec<Cid>) -> anyhow::Result<()> {
    let block = block(blocks, cid)?;
    if cid.codec() != RAW {
        for child in FileNode::from_block(block)?.children() {
            walk(blocks, child.cid, order)?;
        }
    }
    order.push(cid);
    Ok(())
}

fn block(blocks: &HashMap<Cid, Block>, cid: Cid) -> anyhow::Result<&Block> {
    blocks.get(&cid).ok_or_else(|| anyhow::anyhow!("the block {cid} is missing"))
}
