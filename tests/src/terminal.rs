//! A terminal with a command on it, as a person has it before them.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::wait;

/// A pseudo-terminal that a command has as its input, output and error. The command is killed when
/// this is dropped.
#[derive(Debug)]
pub struct Terminal {
    keyboard: File,
    screen: Arc<Mutex<Vec<u8>>>,
    child: Child,
}

impl Terminal {
    /// Starts a command on a terminal of its own.
    ///
    /// # Panics
    /// If there is no terminal to be had, or the command does not start.
    #[must_use]
    pub fn start(mut command: Command) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let ours: OwnedFd = openpt(flags).expect("a pseudo-terminal");
        grantpt(&ours).and_then(|()| unlockpt(&ours)).expect("it is ours");
        let name = ptsname(&ours, Vec::new()).expect("it has a name");
        let path = PathBuf::from(name.into_string().expect("its name is text"));
        let theirs = || {
            let opened = OpenOptions::new().read(true).write(true).open(&path);
            Stdio::from(opened.expect("its other side opens"))
        };
        command.stdin(theirs()).stdout(theirs()).stderr(theirs()).env("TERM", "xterm");
        let child = command.spawn().expect("the command starts");
        // Only the command has the other side now, so that its end is the terminal's.
        drop(command);

        let keyboard = File::from(ours);
        let screen = Arc::<Mutex<Vec<u8>>>::default();
        let (mut source, shown) = (keyboard.try_clone().expect("a handle"), screen.clone());
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(count @ 1..) = source.read(&mut piece) {
                let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
                shown.extend_from_slice(&piece[..count]);
            }
        });
        Self { keyboard, screen, child }
    }

    /// All that was shown so far, with what moves the cursor.
    #[must_use]
    pub fn shown(&self) -> String {
        let shown = self.screen.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&shown).into_owned()
    }

    /// Waits until `text` was shown.
    ///
    /// # Panics
    /// If it is not.
    pub async fn until_shown(&self, text: &str) {
        wait::until(format!("{text:?} on the terminal"), async || {
            self.shown().contains(text).then_some(())
        })
        .await;
    }

    /// Types a line.
    ///
    /// # Panics
    /// If nobody is there to read it.
    pub fn type_line(&mut self, line: &str) {
        self.keyboard.write_all(format!("{line}\n").as_bytes()).expect("a line can be typed");
    }

    /// Sends the command a signal.
    ///
    /// # Panics
    /// If it has ended.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a process has an id"), signal).expect("our child runs");
    }

    /// Waits until the command has ended; gives its exit code and all that was shown.
    ///
    /// # Panics
    /// If it does not end.
    pub async fn ended(mut self) -> (Option<i32>, String) {
        let status = wait::until("a command on a terminal to end", async || {
            self.child.try_wait().expect("a child can be asked")
        })
        .await;
        // The last of it may still be on its way: the reader has it all when it lets go.
        wait::until("the end of what was shown", async || {
            (Arc::strong_count(&self.screen) == 1).then_some(())
        })
        .await;
        (status.code(), self.shown())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
