//! The way in: body -> [`Sealer`] -> staging (DAG, CAR) -> engine -> catalog.
//!
//! The body is sealed and hashed where its bytes pass, in batches, and staged on the gateway's
//! disk; the engine follows that file at its own pace, so that a slow node never slows the client.
//!
//! # Invariants
//! - Nothing but ciphertext is written anywhere.
//! - An upload exists once [`Uploads::store`] returned it, and not before: the engine has
//!   confirmed the pin and the row is durable.
//! - Whatever ends an upload earlier (the client, a limit, an engine, a crash) leaves nothing: the
//!   staging file goes with its handle, and a pin is found again by the intent that was recorded
//!   before it was asked for.
//! - Up to the intent a client that goes away cancels the upload; from there on it is finished
//!   without the client (`Uploads::keep` runs in a task of its own), because half a commit would
//!   be worse than a file that nobody was told of.
//!
//! It does not make links, and it does not know HTTP: a body is a stream of [`Bytes`].

mod buffers;
mod error;
mod keep;
mod name;
mod recover;
mod stage;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cidlock_crypto::chunked::{DataKey, Sealed, Sealer};
use cidlock_crypto::statement::Statement;
use cidlock_crypto::{ObjectId, Permissions};
use cidlock_ipfs_client::BATCH_LEN;
use cidlock_ipfs_client::engine::Engine;
use cidlock_ipfs_client::staging::StagingArea;
use futures::{Stream, StreamExt as _};

pub use error::{BodyError, UploadError};
pub use name::{FileName, MediaType, MetadataError};

use crate::access::Caller;
use crate::clock::Clock;
use crate::keyring::Keyring;
use crate::leftovers::Leftovers;
use crate::object::{STATEMENT_MEMBER, pin_name};
use crate::phase::Phase;
use crate::spare::Spare;
use crate::store::{FileRow, Intent, Store};
use buffers::Buffers;
use stage::Stage;

/// The way in. Cheap to clone.
#[derive(Clone)]
pub struct Uploads {
    /// Where ciphertext waits until the engine has it.
    pub staging: StagingArea,
    /// What keeps it.
    pub engine: Arc<dyn Engine>,
    /// What knows of it.
    pub store: Arc<dyn Store>,
    /// What seals and signs.
    pub keyring: Arc<Keyring>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// What may be used beside it.
    pub spare: Spare,
    /// The largest plaintext, in bytes.
    pub max_file_bytes: u64,
    /// Uploads that failed and could not be undone yet.
    pub leftovers: Leftovers<Intent>,
}

/// What is said of a file beside its bytes.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// Sealed with it; shown to whoever may see the file.
    pub name: FileName,
    /// Sealed with it.
    pub media_type: MediaType,
    /// How long it is kept, from its last byte on; without it, until it is deleted.
    pub retention: Option<Duration>,
    /// The SHA-256 that the bytes must have, if the client told.
    pub expected_sha256: Option<[u8; 32]>,
}

impl Uploads {
    /// Takes `body` in, seals it under a fresh key and keeps it.
    ///
    /// # Errors
    /// See [`UploadError`]; whatever it is, nothing is left of the upload.
    pub async fn store(
        &self,
        by: &Caller,
        new: NewFile,
        body: impl Stream<Item = Result<Bytes, BodyError>> + Send,
    ) -> Result<FileRow, UploadError> {
        let id = ObjectId::generate(self.clock.now_unix_ms())?;
        let key = DataKey::generate()?;
        let staged = self.staging.begin(pin_name(id)).await?;
        let ingest = self.engine.ingest(staged.follow()).await?;
        let mut stage = Stage::new(staged, self.spare.clone());

        Phase::Body.entered(id);
        let sealed = self.seal(by, body, &key, &mut stage).await?;
        if new.expected_sha256.is_some_and(|expected| expected != sealed.sha256()) {
            return Err(UploadError::Digest);
        }
        Phase::Statement.entered(id);
        let content = stage.finish().await?;

        let now = self.clock.now();
        let statement = Statement {
            id,
            rev: 1,
            cid: content.cid().to_string(),
            size: sealed.plaintext_len(),
            permissions: Permissions::ALL,
            expires_at: new.retention.map(|retention| now.saturating_add(retention)),
            issued_at: now,
            data_key: key,
            name: new.name.into(),
            media_type: new.media_type.into(),
            sha256: sealed.sha256(),
            owner: by.user().to_string(),
            created: now,
            meta: BTreeMap::new(),
        };
        let signed = self.keyring.keys().sign_statement(&statement)?;
        let member = Bytes::from(signed.clone());
        let car = content.complete(&[(STATEMENT_MEMBER, member)]).await?;

        by.validity().check()?;

        // The client may go; what is begun is brought to an end.
        let kept = self.clone().keep(by.user(), ingest, car, sealed, statement, signed);
        tokio::spawn(kept).await.map_err(|_| UploadError::Interrupted)?
    }

    /// Seals `body` to its end into `stage`.
    async fn seal(
        &self,
        by: &Caller,
        body: impl Stream<Item = Result<Bytes, BodyError>> + Send,
        key: &DataKey,
        stage: &mut Stage,
    ) -> Result<Sealed, UploadError> {
        let mut body = std::pin::pin!(body);
        let mut sealer = Sealer::new(key)?;
        let buffers = Buffers::default();
        let mut batch = buffers.take();
        let mut received = 0_u64;
        while let Some(frame) = body.next().await {
            let frame = frame?;
            by.validity().check()?;
            received = received.saturating_add(frame.len() as u64);
            if received > self.max_file_bytes {
                return Err(UploadError::TooLarge { limit: self.max_file_bytes });
            }
            // A frame may be larger than a batch, when it is the client's choice.
            for piece in frame.chunks(BATCH_LEN) {
                sealer.seal(piece, &mut batch)?;
                if batch.len() >= BATCH_LEN {
                    let full = std::mem::replace(&mut batch, buffers.take());
                    stage.write(buffers.lend(full)).await?;
                }
            }
        }
        let sealed = sealer.finish(&mut batch)?;
        stage.write(buffers.lend(batch)).await?;
        Ok(sealed)
    }
}
