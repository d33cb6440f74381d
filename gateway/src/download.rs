//! The way out: grant -> range -> span -> engine -> `RangeOpener` -> body.
//!
//! [`Downloads::describe`] opens the statement of the object that a grant is about; with its size
//! a range is resolved, once; [`Object::open`] fetches the span of ciphertext that holds it.
//!
//! # Invariants
//! - A byte leaves only after the tag of its chunk was checked.
//! - The first chunk is opened before [`Object::open`] returns, so that what is broken from the
//!   start is an error and not a cut body.
//! - The stream ends cleanly only after exactly the range; anything else is an error item.
//! - Bytes that do not open are asked for once more, checked against their CIDs, so that a damaged
//!   copy costs nothing where there is a good one.
//! - A revocation or expiry ends the stream, with an error, at the next batch.
//!
//! It does not know HTTP: a range is two numbers.

mod error;
mod headers;
mod stream;

use std::ops::Range;
use std::sync::Arc;

use cidlock_crypto::chunked::{HEADER_LEN, Layout, Opener};
use cidlock_crypto::statement::Statement;
use cidlock_ipfs_client::engine::{ByteStream, Engine, EngineError, ObjectRef};
use futures::TryStreamExt as _;

pub use error::DownloadError;
pub use headers::Headers;
pub use stream::{Blocks, Plaintext};

use crate::access::{Grant, Read, Right};
use crate::keyring::Keyring;
use crate::object::object_ref;
use crate::store::{FileRow, Store};
use stream::{Opening, Source};

/// The way out. Cheap to clone.
#[derive(Clone)]
pub struct Downloads {
    /// What keeps the ciphertext.
    pub engine: Arc<dyn Engine>,
    /// What knows of it.
    pub store: Arc<dyn Store>,
    /// What opens it.
    pub keyring: Arc<Keyring>,
    /// The beginnings of what was opened lately.
    pub headers: Headers,
}

/// An object whose statement was opened under a grant.
pub struct Object<P> {
    grant: Grant<P>,
    statement: Statement,
    engine: Arc<dyn Engine>,
    headers: Headers,
}

impl Downloads {
    /// Opens the statement of the object that `grant` is about.
    ///
    /// # Errors
    /// The catalog's copy of it does not verify under this realm's keys, or is about another object
    /// than the row that holds it.
    pub fn describe<P: Right>(&self, grant: Grant<P>) -> Result<Object<P>, DownloadError> {
        let file = grant.file();
        let statement = self.keyring.keys().open_statement(&file.statement)?;
        let layout = Layout::from_ciphertext_len(file.content_len)?;
        let agree = statement.id == file.id
            && statement.rev == file.rev
            && statement.cid == file.cid.to_string()
            && statement.size == layout.plaintext_len();
        if !agree {
            return Err(DownloadError::Disagreement);
        }
        let (engine, headers) = (self.engine.clone(), self.headers.clone());
        Ok(Object { grant, statement, engine, headers })
    }
}

impl<P: Right> Object<P> {
    /// Size, name, type and digest.
    #[must_use]
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The catalog's row.
    #[must_use]
    pub fn file(&self) -> &FileRow {
        self.grant.file()
    }
}

impl Downloads {
    /// The object as its blocks, for whoever verifies or copies it: nothing in it is opened.
    ///
    /// # Errors
    /// The file was revised since the grant was made; the engine has not got it or cannot be asked;
    /// the authority has ended. A later failure is an item of the stream.
    pub async fn car(&self, grant: &Grant<Read>) -> Result<Blocks, DownloadError> {
        let validity = grant.validity().clone();
        let opened = self.engine.car(&object_ref(grant.file())).await;
        validity.check()?;
        match opened {
            Ok(blocks) => Ok(Blocks::new(blocks, validity)),
            Err(error @ EngineError::Conflict { .. }) => {
                // Another root than was asked for: that of a revision since, or damage.
                let file = self.store.file(grant.file().id).await?;
                let same = file.is_some_and(|file| file.root == grant.file().root);
                Err(if same { error.into() } else { DownloadError::Revised })
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Object<Read> {
    /// Opens `range`, in bytes of plaintext, which must lie within the file.
    ///
    /// # Errors
    /// The engine has not got it or cannot be asked; what it has is not what was sealed; the
    /// authority has ended. A later failure is an item of the stream.
    pub async fn open(self, range: Range<u64>) -> Result<Plaintext, DownloadError> {
        let object = object_ref(self.grant.file());
        let layout = Layout::from_ciphertext_len(object.content_len)?;
        let opener = self.opener(&object, layout).await;
        // What was deleted since the grant was made is not damage.
        self.grant.validity().check()?;
        let source = Source { engine: self.engine.clone(), object, opener: opener?, range };
        let ranged = source.opener.range(source.range.clone())?;
        let ciphertext = source.engine.read(&source.object, ranged.ciphertext()).await;
        self.grant.validity().check()?;
        let validity = self.grant.validity().clone();
        Opening::new(source, ciphertext?, ranged, validity).into_stream().await
    }

    /// What opens the object, by its header; by a checked one where the first does not fit.
    async fn opener(&self, object: &ObjectRef, layout: Layout) -> Result<Opener, DownloadError> {
        let span = 0..HEADER_LEN as u64;
        let known = self.headers.of(&object.content);
        let header = match known {
            Some(header) => header,
            None => collected(self.engine.read(object, span.clone()).await?).await?,
        };
        let (header, opener) = match Opener::new(&self.statement.data_key, &header, layout) {
            Ok(opener) => (header, opener),
            Err(error) => {
                let checked = async {
                    let bytes = self.engine.read_checked(object, span).await?;
                    let header = collected(bytes).await?;
                    let opener = Opener::new(&self.statement.data_key, &header, layout)?;
                    Ok::<_, DownloadError>((header, opener))
                };
                checked.await.map_err(|_| error)?
            }
        };
        if known != Some(header) {
            self.headers.keep(object.content, header);
        }
        Ok(opener)
    }
}

async fn collected(bytes: ByteStream) -> Result<[u8; HEADER_LEN], DownloadError> {
    let bytes: Vec<u8> = bytes
        .try_fold(Vec::with_capacity(HEADER_LEN), |mut all, piece| async move {
            all.extend_from_slice(&piece);
            Ok(all)
        })
        .await?;
    bytes.try_into().map_err(|_| DownloadError::HeaderCut)
}
