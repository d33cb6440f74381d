//! The buffers of one upload, used again and again: memory that is asked for and given back for each
//! batch costs more than what is done in it, since the system clears its pages each time.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;

type Free = Mutex<Vec<Vec<u8>>>;

/// Buffers that grow to what they are used for. There are never more than are lent at once.
#[derive(Default)]
pub(super) struct Buffers {
    free: Arc<Free>,
}

impl Buffers {
    /// An empty one. A new one has no memory yet: most uploads are small.
    pub(super) fn take(&self) -> Vec<u8> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
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
        let buffers = Buffers::default();
        let mut first = buffers.take();
        first.extend_from_slice(b"ciphertext");
        let (place, capacity) = (first.as_ptr(), first.capacity());
        let whole = buffers.lend(first);
        let part = whole.slice(3..6);
        drop(whole);
        assert_eq!(buffers.take().capacity(), 0, "it is still read");
        assert_eq!(part, "her");
        drop(part);
        let again = buffers.take();
        assert_eq!((again.as_ptr(), again.len(), again.capacity()), (place, 0, capacity));
    }

    #[test]
    fn what_is_read_after_its_upload_is_over_stays_readable() {
        let buffers = Buffers::default();
        let lent = buffers.lend(vec![7; 10]);
        drop(buffers);
        assert_eq!(lent, vec![7; 10]);
    }
}
