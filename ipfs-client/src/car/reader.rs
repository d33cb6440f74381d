//! Reading a CAR block by block.

use bytes::Bytes;
use cid::Cid;
use tokio::io::{AsyncRead, AsyncReadExt, BufReader};

use super::{CarError, MAX_HEADER_LEN, header};
use crate::block::{Block, CID_LEN, MAX_BLOCK_LEN, is_supported};

/// The blocks of a CAR, each checked against its CID.
///
/// Holds one block at a time. After an error or the end nothing more comes.
pub struct CarReader<R> {
    source: BufReader<R>,
    roots: Vec<Cid>,
    position: u64,
    ended: bool,
}

impl<R: AsyncRead + Unpin> CarReader<R> {
    /// Reads the header of `source`.
    pub async fn open(source: R) -> Result<CarReader<R>, CarError> {
        let mut reader = CarReader {
            source: BufReader::with_capacity(64 * 1024, source),
            roots: Vec::new(),
            position: 0,
            ended: false,
        };
        let len = reader.varint().await?.ok_or(CarError::Truncated)?;
        let len = usize::try_from(len).ok().filter(|len| *len <= MAX_HEADER_LEN);
        let body = reader.exactly(len.ok_or(CarError::Header)?).await?;
        reader.roots = header::decode(&body)?;
        Ok(reader)
    }

    /// The roots that the header names; nothing says that their blocks are there.
    pub fn roots(&self) -> &[Cid] {
        &self.roots
    }

    /// The only root.
    pub fn root(&self) -> Result<Cid, CarError> {
        match self.roots[..] {
            [root] => Ok(root),
            _ => Err(CarError::Roots(self.roots.len())),
        }
    }

    /// Bytes read so far: where the next section begins.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The next block, `None` at the end of a section that is the end of the source.
    pub async fn next_block(&mut self) -> Result<Option<Block>, CarError> {
        if self.ended {
            return Ok(None);
        }
        // Until this call ends well, it ended badly: also when it is dropped half-way.
        self.ended = true;
        let block = self.section().await?;
        self.ended = block.is_none();
        Ok(block)
    }

    async fn section(&mut self) -> Result<Option<Block>, CarError> {
        let Some(len) = self.varint().await? else { return Ok(None) };
        let block_len = usize::try_from(len).ok().and_then(|len| len.checked_sub(CID_LEN));
        let block_len = block_len.filter(|len| *len <= MAX_BLOCK_LEN);
        let block_len = block_len.ok_or(CarError::SectionLen(len))?;
        let cid = self.exactly(CID_LEN).await?;
        let cid = Cid::try_from(&cid[..]).ok().filter(is_supported).ok_or(CarError::Cid)?;
        let data = self.exactly(block_len).await?;
        Ok(Some(Block::checked(cid, data)?))
    }

    /// A minimal varint, `None` if the source ends before its first byte.
    async fn varint(&mut self) -> Result<Option<u64>, CarError> {
        let mut encoded = unsigned_varint::encode::u64_buffer();
        for i in 0..encoded.len() {
            let byte = self.source.read(&mut encoded[i..=i]).await.map_err(CarError::Io)?;
            match (byte, i) {
                (0, 0) => return Ok(None),
                (0, _) => return Err(CarError::Truncated),
                _ => self.position += 1,
            }
            if unsigned_varint::decode::is_last(encoded[i]) {
                let (number, _) =
                    unsigned_varint::decode::u64(&encoded[..=i]).map_err(|_| CarError::Varint)?;
                return Ok(Some(number));
            }
        }
        Err(CarError::Varint)
    }

    async fn exactly(&mut self, len: usize) -> Result<Bytes, CarError> {
        let mut bytes = vec![0; len];
        self.source.read_exact(&mut bytes).await.map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => CarError::Truncated,
            _ => CarError::Io(error),
        })?;
        self.position += len as u64;
        Ok(bytes.into())
    }
}
