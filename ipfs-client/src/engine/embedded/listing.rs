//! All pins, by the files that there are.

use std::fs;
use std::io;
use std::path::Path;

use futures::{Stream, StreamExt, stream};
use tokio::sync::mpsc;

use super::place::Place;
use crate::engine::EngineError;
use crate::pin::Pin;

/// Pins that are listed ahead of whoever asks.
const AHEAD: usize = 64;

/// Walks the directory on a blocking thread, as fast as the stream is read.
pub(super) fn pins(place: Place) -> impl Stream<Item = Result<Pin, EngineError>> + Send {
    stream::once(async {
        let (pins, mut listed) = mpsc::channel(AHEAD);
        drop(tokio::task::spawn_blocking(move || walk(&place, &pins)));
        stream::poll_fn(move |cx| listed.poll_recv(cx))
    })
    .flatten()
}

/// Nobody listens any more.
struct Unheard;

fn walk(place: &Place, pins: &mpsc::Sender<Result<Pin, EngineError>>) -> Result<(), Unheard> {
    let send = |item| pins.blocking_send(item).map_err(|_| Unheard);
    for_each_path(place.dir(), &send, |shard| {
        if !shard.is_dir() {
            return Ok(());
        }
        let mut unsettled = Vec::new();
        for_each_path(shard, &send, |path| {
            unsettled.extend(place.unsettled_at(path).filter(|_| path.is_file()));
            Ok(())
        })?;
        for_each_path(shard, &send, |path| {
            let Some(pin) = pin_of(place, path).transpose() else { return Ok(()) };
            let name = pin.as_ref().ok().map(|pin| pin.name.clone());
            send(pin)?;
            let beside = unsettled.iter().filter(|pin| Some(&pin.name) == name.as_ref());
            beside.cloned().try_for_each(|pin| send(Ok(pin)))
        })
    })
}

/// Visits what is in `dir`; what cannot be listed is sent as an error, and the rest still visited.
fn for_each_path(
    dir: &Path,
    send: &impl Fn(Result<Pin, EngineError>) -> Result<(), Unheard>,
    mut visit: impl FnMut(&Path) -> Result<(), Unheard>,
) -> Result<(), Unheard> {
    let failed = |e: io::Error| send(Err(EngineError::io("list its objects", e)));
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => return failed(error),
    };
    for entry in entries {
        match entry {
            Ok(entry) => visit(&entry.path())?,
            Err(error) => failed(error)?,
        }
    }
    Ok(())
}

/// The pin that `path` is the file of; `None` if it is no object's, or went meanwhile. An object's
/// own file stands for its settled revision.
fn pin_of(place: &Place, path: &Path) -> Result<Option<Pin>, EngineError> {
    let Some(name) = place.name_of(path).filter(|_| path.is_file()) else { return Ok(None) };
    let root = place.settled_root(&name)?;
    Ok(root.map(|root| Pin { name, root }))
}
