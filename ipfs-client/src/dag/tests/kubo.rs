//! CIDs that Kubo 0.43.0 gave.
//!
//! Each content is `python3 -c 'import sys; sys.stdout.buffer.write(bytes(i % 251 for i in range(LEN)))'`,
//! added in a repository made by `ipfs init --profile=unixfs-v1-2025`.

use bytes::Bytes;

use super::counting;
use crate::block::Block;
use crate::dag::{DagParams, Directory, Entry, LeafHasher, TreeBuilder, blocks_of, cid_of};

#[test]
fn contents_have_the_cids_of_ipfs_add() {
    // ipfs add --only-hash -Q
    for (len, cid) in [
        (0, "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"),
        (1, "bafkreidogqfzz75tpkmjzjke425xqcrmpcib2p5tg44hnbirumdbpl5adu"),
        (1048575, "bafkreielkxdkfu2eicjkgfuykayoada6n6dar2xzclejnxxhyn2niqhnce"),
        (1048576, "bafkreidddocae7lltzjlkooe5a3tmiwsgazn7logjvqk7bzttsidpzhxne"),
        (1048577, "bafybeidjogjfwuhbzwopgd4bn3skcf5m6oz72xshywcndzxgqb623nfclu"),
        (5000000, "bafybeihi4vpkqguuofccvmtkq7acd2lidr4s7nb6ve7eeexk44xgwigy6e"),
    ] {
        let ours = cid_of(DagParams::UNIXFS_V1_2025, &counting(len));
        assert_eq!(ours.to_string(), cid, "{len} bytes");
    }
}

#[test]
fn deeper_trees_have_the_cids_of_ipfs_add() {
    // ipfs add --only-hash -Q --chunker size-LEAF --max-file-links FAN_OUT --raw-leaves --cid-version 1
    for (leaf, fan_out, len, cid) in [
        (16, 2, 0, "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"),
        (16, 2, 16, "bafkreif6ixfsmbn7g27l3zueqqncr4h5ipdjqufd3ts75w5gteuo4oujse"),
        (16, 2, 17, "bafybeigoy2pjprxoufrlr6ez2td53kauu5ndaysnim7ggo2e3b64eaj2bi"),
        (16, 2, 32, "bafybeiec3ljqatntdnrxqzps5c32zetnyu4y6rdjelg4mfcxpwqqlzi7km"),
        (16, 2, 33, "bafybeidrpvt3kf7qqhmx24ybuwcba5ewes42sbpiwnlhcctxopnyqmn2va"),
        (16, 2, 64, "bafybeift4auc566zjzfelixgqqzhyilnsuhi3r4v3d5mbd7y33acqi36qe"),
        (16, 2, 65, "bafybeiain2m4ch4ba3l36ryy3ibbf2ri2pfl7mfxrg4uhpdq53q7aj7pue"),
        (16, 2, 80, "bafybeicjjplcnquj4zl2j6zeeugxe4ac4jthewp2nmsmqcirynxvnklody"),
        (16, 3, 48, "bafybeifso5gvlkpo6oth5qb4i2kwr2l6cqr3nbswfenqvvpcp657obvady"),
        (16, 3, 49, "bafybeicz4slehp3a553s3vsqeqc7at7zugxovupv2odgp64jczb2g3vhoy"),
        (16, 3, 144, "bafybeifzyhkjt3p3ijr2evwxylvln7tlmkyymr3b6auuuvpzngm2ccpckq"),
        (16, 3, 145, "bafybeigbw7hh3toisd7xwtvs2h24txyodzojohiphlxmupm74uclsoc6ei"),
        (64, 4, 1024, "bafybeiavvzbx63tlehrwp6buolrulh2r7oui4it7v2jd64ga5pdujm5zly"),
        (64, 4, 1025, "bafybeicy32jah7siayps4ffy4p3mxuouix5xfb4tvb5ukcsx3aw7trvxnq"),
    ] {
        let ours = cid_of(DagParams::new(leaf, fan_out).unwrap(), &counting(len));
        assert_eq!(ours.to_string(), cid, "{len} bytes, leaves of {leaf}, fan-out {fan_out}");
    }
}

#[test]
fn an_object_has_the_cid_of_ipfs_add_of_a_directory() {
    // ipfs add --only-hash -r -Q of a directory with `content` (1048577 bytes) and `object.jwt`
    let blocks = blocks_of(DagParams::UNIXFS_V1_2025, &counting(1048577));
    let member = Block::raw(Bytes::from_static(b"token"));
    let total_len = blocks.iter().map(|block| block.data().len() as u64).sum();
    let content = blocks.last().unwrap().cid();
    let directory = Directory::new(vec![
        Entry { name: "object.jwt".to_owned(), cid: member.cid(), total_len: 5 },
        Entry { name: "content".to_owned(), cid: content, total_len },
    ]);
    assert_eq!(
        directory.unwrap().to_block().cid().to_string(),
        "bafybeifygjnr3xdkocbadpfltxrujhbd6inga3wj34o7ss54f5a2kvljoy"
    );
}

#[test]
fn a_content_hashed_in_pieces_of_any_length_has_the_same_cid() {
    let params = DagParams::new(64, 4).unwrap();
    let content = counting(1025);
    for piece_len in [1, 63, 64, 65, 1000] {
        let (mut leaf, mut tree) = (LeafHasher::new(params), TreeBuilder::new(params));
        for mut piece in content.chunks(piece_len) {
            while !piece.is_empty() {
                piece = &piece[leaf.update(piece)..];
                if leaf.is_full() {
                    tree.push_leaf(leaf.next_leaf());
                }
            }
        }
        tree.push_leaf(leaf.next_leaf());
        assert_eq!(tree.finish().root.cid, cid_of(params, &content), "pieces of {piece_len}");
    }
}

#[test]
fn each_parent_comes_directly_after_its_last_child() {
    let params = DagParams::new(16, 2).unwrap();
    let kinds = blocks_of(params, &counting(5 * 16));
    let kinds: String = kinds
        .iter()
        .map(|b| if b.cid().codec() == crate::block::RAW { 'l' } else { 'p' })
        .collect();
    // Leaves 0 and 1, their parent; 2 and 3, their parent, and its; leaf 4 as deep as the others.
    assert_eq!(kinds, "llpllpplppp");
}
