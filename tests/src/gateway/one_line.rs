//! A log with room for one line.
//!
//! A process that writes to it cannot be further than the line that nobody has taken yet: to write
//! the next one it has to wait. So it can be seen to enter a phase, and be held there.
//!
//! Pipes in packet mode, and looking into one without taking, are Linux's.

use std::io::Read as _;
use std::os::fd::OwnedFd;

use rustix::pipe::{self, PipeFlags, SpliceFlags};

/// The reader's end.
#[derive(Debug)]
pub struct OneLine {
    log: std::fs::File,
    // Where a copy of the line goes when it is only looked at.
    copy: (std::fs::File, OwnedFd),
}

/// The least that a pipe can hold: one page, in which a packet takes all the room.
const PAGE: usize = 4096;

impl OneLine {
    /// An empty log, and the end that a process writes to, one line with each write.
    ///
    /// # Panics
    /// If the system gives no such pipe.
    #[must_use]
    pub fn new() -> (Self, OwnedFd) {
        let packets = PipeFlags::DIRECT | PipeFlags::CLOEXEC;
        let (log, writer) = pipe::pipe_with(packets).expect("a pipe of packets");
        let room = pipe::fcntl_setpipe_size(&log, PAGE).expect("a pipe can be small");
        assert_eq!(room, PAGE, "a pipe with room for one packet");
        let (copy, copied) = pipe::pipe_with(PipeFlags::CLOEXEC).expect("a pipe");
        (Self { log: log.into(), copy: (copy.into(), copied) }, writer)
    }

    /// The line that is there, which stays; waits for one. `None` when no process has the other end.
    ///
    /// # Panics
    /// If the pipe cannot be read.
    #[must_use]
    pub fn peek(&mut self) -> Option<String> {
        let (copy, copied) = &mut self.copy;
        let count = pipe::tee(&self.log, copied, PAGE, SpliceFlags::empty()).expect("a pipe");
        read(copy, count)
    }

    /// Takes lines until there is one that is `wanted`, which stays. Whether there was one.
    ///
    /// # Panics
    /// If the pipe cannot be read.
    pub fn take_until(&mut self, wanted: impl Fn(&str) -> bool) -> bool {
        while let Some(line) = self.peek() {
            if wanted(&line) {
                return true;
            }
            self.take();
        }
        false
    }

    /// Takes the line, so that there is room for the next.
    ///
    /// # Panics
    /// If the pipe cannot be read.
    pub fn take(&mut self) -> Option<String> {
        read(&mut self.log, PAGE)
    }
}

fn read(from: &mut std::fs::File, at_most: usize) -> Option<String> {
    let mut line = vec![0; at_most];
    // An empty buffer would read nothing of a pipe that is still open.
    let count = if at_most == 0 { 0 } else { from.read(&mut line).expect("a pipe can be read") };
    line.truncate(count);
    (count > 0).then(|| String::from_utf8_lossy(&line).trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::mpsc;
    use std::thread;

    use super::OneLine;

    #[test]
    fn who_writes_is_at_most_one_line_ahead() {
        let (mut log, writer) = OneLine::new();
        let (wrote, written) = mpsc::channel();
        let writer = thread::spawn(move || {
            let mut writer = std::fs::File::from(writer);
            for line in ["one\n", "two\n", "three\n"] {
                writer.write_all(line.as_bytes()).unwrap();
                wrote.send(line).unwrap();
            }
        });
        for expected in ["one", "two", "three"] {
            assert_eq!(written.recv().unwrap().trim_end(), expected);
            assert_eq!(log.peek().as_deref(), Some(expected));
            assert_eq!(log.peek().as_deref(), Some(expected), "it is still there");
            assert!(written.try_recv().is_err(), "there is no room for another");
            assert_eq!(log.take().as_deref(), Some(expected));
        }
        writer.join().unwrap();
        assert_eq!((log.peek(), log.take()), (None, None));
    }
}
