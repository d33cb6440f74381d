//! The buffers of one upload, used again and again: memory that is asked for and given back for each
//! batch costs more than what is done in it, since the system clears its pages each time.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;

type Free = Mutex<Vec<Vec<u8>>>;

/// Buffers of one length. There are never more than are lent at once.
pub(super) struct Buffers {
    free: Arc<Free>,
    capacity: usize,
}

impl Buffers {
    /// Each for `capacity` bytes.
    pub(super) fn of(capacity: usize) -> Self {
        Self { free: Arc::default(), capacity }
    }

    /// An empty one.
    pub(super) fn take(&self) -> Vec<u8> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        free.unwrap_or_else(|| Vec::with_capacity(self.capacity))
    }

    /// What was filled, for whoever reads it; it comes back when nobody does any more.
    pub(super) fn lend(&self, filled: Vec<u8>) -> Bytes {
        Bytes::from_owner(Lent { filled, home: Arc::downgrade(&self.free) })
    }
}

struct Lent {
    filled: Vec<u8>,
    /// Gone with the upload.
    home: Weak<Free>,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.filled
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(home) = self.home.upgrade() else { return };
        let mut buffer = mem::take(&mut self.filled);
        buffer.clear();
        home.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_when_the_last_reader_is_gone_and_not_before() {
        let buffers = Buffers::of(1000);
        let mut first = buffers.take();
        first.extend_from_slice(b"ciphertext");
        let place = first.as_ptr();
        let whole = buffers.lend(first);
        let part = whole.slice(3..6);
        drop(whole);
        let other = buffers.take();
        assert_ne!(other.as_ptr(), place, "it is still read");
        assert_eq!(part, "her");
        drop(part);
        let again = buffers.take();
        assert_eq!((again.as_ptr(), again.len(), again.capacity()), (place, 0, 1000));
    }

    #[test]
    fn what_is_read_after_its_upload_is_over_stays_readable() {
        let buffers = Buffers::of(10);
        let lent = buffers.lend(vec![7; 10]);
        drop(buffers);
        assert_eq!(lent, vec![7; 10]);
    }
}
