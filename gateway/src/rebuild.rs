//! A catalog that was lost, restored from what the engine keeps and the key set.
//!
//! Every pin is asked for its statement; what verifies becomes a row. It only adds: what the catalog
//! still has is left alone, so that it may be run again, and on a catalog that lost a part.
//!
//! What cannot come back: links (they are made anew), sessions, users but for their ids, and files
//! whose statement is damaged, which are named. What was deleted stays so: the log of deletions says
//! what that was. All tokens made before are worthless afterwards, because nothing is left that
//! says which of them were revoked.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cidlock_crypto::statement::StatementError;
use cidlock_crypto::{ObjectId, UnixTime};
use cidlock_ipfs_client::Cid;
use cidlock_ipfs_client::engine::{Engine, EngineError};
use cidlock_ipfs_client::pin::Pin;
use futures::StreamExt as _;

use crate::clock::Clock;
use crate::deletion::{DeletionLog, LogError, let_go};
use crate::keyring::Keyring;
use crate::object::STATEMENT_MEMBER;
use crate::store::{Disagreement, Recovered, ReplicaRow, Store, StoreError, UserId};

/// Restores catalogs.
pub struct Rebuild {
    /// What keeps the objects.
    pub engine: Arc<dyn Engine>,
    /// The catalog.
    pub store: Arc<dyn Store>,
    /// What verifies and opens statements.
    pub keyring: Arc<Keyring>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// What was deleted.
    pub log: DeletionLog,
}

/// What was found in the engine.
#[derive(Debug, Default)]
pub struct Found {
    /// Whose files there are, and how many.
    pub owners: BTreeMap<UserId, u64>,
    /// What cannot be restored, and why.
    pub damaged: Vec<Damage>,
    /// Pins that are not named like an object of ours.
    pub foreign: u64,
}

/// Something that cannot be restored.
#[derive(Debug)]
pub struct Damage {
    /// The object's id, or whatever is known of it.
    pub what: String,
    /// Why.
    pub problem: String,
}

/// What became of it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// Files that the catalog has again.
    pub restored: u64,
    /// Files that it had all the time.
    pub known: u64,
    /// Files that had been deleted and were still in the engine; they are gone now.
    pub deleted: u64,
}

/// Why a catalog cannot be rebuilt.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RebuildError {
    /// The catalog cannot be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log of deletions cannot be read: something might come back that was deleted.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// Why one object is not restored.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("its statement is no text")]
    Text,
    #[error("its statement does not verify: {0}")]
    Statement(#[from] StatementError),
    #[error(transparent)]
    Disagreement(#[from] Disagreement),
}

impl Rebuild {
    /// Looks at every object without changing anything.
    ///
    /// # Errors
    /// The log of deletions cannot be read.
    pub async fn look(&self) -> Result<Found, RebuildError> {
        let deleted = self.log.ids()?;
        let mut found = Found::default();
        self.each(&mut found, async |found, _, file| {
            if !deleted.contains(&file.file().id) {
                *found.owners.entry(file.file().owner).or_default() += 1;
            }
            Ok(())
        })
        .await?;
        Ok(found)
    }

    /// Puts back every file that the catalog lacks, whose owners must be in it by now, and makes all
    /// tokens of before worthless.
    ///
    /// # Errors
    /// The catalog cannot be asked.
    pub async fn restore(&self) -> Result<Restored, RebuildError> {
        let deleted = self.log.ids()?;
        // Up to the end of this second; none is made before it is over.
        let from = UnixTime(self.clock.now().0.saturating_add(1));
        self.store.move_tokens_valid_from(from).await?;
        let mut restored = Restored::default();
        self.each(&mut Found::default(), async |_, pin, file| {
            let id = file.file().id;
            if deleted.contains(&id) {
                // A durable record says so, and the engine had not let go of it before.
                match self.let_all_go(pin, file.former()).await {
                    Ok(()) => restored.deleted += 1,
                    Err(error) => {
                        tracing::warn!(object = %id, %error, "a deleted object may stay");
                    }
                }
            } else if self.store.restore_file(file).await? {
                restored.restored += 1;
            } else {
                restored.known += 1;
            }
            Ok(())
        })
        .await?;
        while self.clock.now() < from {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(restored)
    }

    /// Calls `visit` with the newest revision of each object, and adds to `found` what is none.
    async fn each(
        &self,
        found: &mut Found,
        mut visit: impl AsyncFnMut(&mut Found, &Pin, Recovered) -> Result<(), RebuildError>,
    ) -> Result<(), RebuildError> {
        let mut pins = self.engine.pins();
        let mut newest: Option<(Pin, Recovered)> = None;
        while let Some(pin) = pins.next().await {
            let pin = match pin {
                Ok(pin) => pin,
                Err(error) => {
                    found.damaged.push(damage("an object", &error));
                    continue;
                }
            };
            if ObjectId::parse(pin.name.as_str()).is_err() {
                found.foreign += 1;
                continue;
            }
            let file = match self.file(&pin).await {
                Ok(file) => file,
                Err(error) => {
                    found.damaged.push(damage(pin.name.as_str(), &error));
                    continue;
                }
            };
            // Those of one object come one after the other.
            newest = Some(match newest.take() {
                Some((of, other)) if of.name == pin.name => newer((of, other), (pin, file)),
                Some((of, other)) => {
                    visit(found, &of, other).await?;
                    (pin, file)
                }
                None => (pin, file),
            });
        }
        match newest {
            Some((pin, file)) => visit(found, &pin, file).await,
            None => Ok(()),
        }
    }

    /// Has the engine let go of a deleted object, whatever roots of it there are.
    async fn let_all_go(&self, pin: &Pin, former: &[Cid]) -> Result<(), EngineError> {
        let_go(&*self.engine, pin).await?.completed()?;
        for root in former {
            match self.engine.unpin(&Pin { root: *root, ..pin.clone() }).await {
                Ok(removal) => drop(removal.completed()?),
                // It went with the other one.
                Err(EngineError::NotFound { .. } | EngineError::Conflict { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The file that the statement in `pin` describes.
    async fn file(&self, pin: &Pin) -> Result<Recovered, Unusable> {
        let member = self.engine.member(pin, STATEMENT_MEMBER).await?;
        let signed = String::from_utf8(member.to_vec()).map_err(|_| Unusable::Text)?;
        let statement = self.keyring.keys().open_statement(&signed)?;
        let replicas = self.engine.replicas(pin).await?;
        let replicas = replicas.iter().map(ReplicaRow::from).collect();
        Ok(Recovered::new(pin, &statement, signed, replicas)?)
    }
}

/// The later one of two revisions of an object; the other one's roots are its former ones.
fn newer(a: (Pin, Recovered), b: (Pin, Recovered)) -> (Pin, Recovered) {
    let (mut newer, older) = if a.1.file().rev >= b.1.file().rev { (a, b) } else { (b, a) };
    newer.1.add_former(older.0.root);
    older.1.former().iter().for_each(|root| newer.1.add_former(*root));
    newer
}

fn damage(what: &str, problem: &dyn std::error::Error) -> Damage {
    Damage { what: what.to_owned(), problem: problem.to_string() }
}
