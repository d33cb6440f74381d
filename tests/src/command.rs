//! Commands that are run to their end, and what they said. Every wait has an end.

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::wait;

/// What a command that has ended said.
#[derive(Clone, Debug)]
pub struct Said {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// All of its standard output.
    pub stdout: Vec<u8>,
    /// All of its standard error.
    pub stderr: String,
}

impl Said {
    /// This, if the exit code is `code`.
    ///
    /// # Panics
    /// If it is another one, with what was said.
    #[must_use]
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "it said: {}\n{}", self.text(), self.stderr);
        self
    }

    /// Its standard output as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Its standard output as JSON, one object a line.
    ///
    /// # Panics
    /// If it is anything else.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Vec<Value> {
        let text = self.text();
        let lines = text.lines();
        lines.map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }
}

/// A command that runs; it is killed when it is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: File,
    stderr: File,
}

/// Runs a command to its end.
///
/// # Panics
/// If it does not end.
pub async fn run(command: Command) -> Said {
    Running::start(command).ended().await
}

/// Runs a command to its end, with `input` coming in through a pipe.
///
/// # Panics
/// If it does not end.
pub async fn run_with_input(mut command: Command, input: Vec<u8>) -> Said {
    command.stdin(Stdio::piped());
    let mut running = Running::start(command);
    let mut stdin = running.input();
    // On a thread of its own: a command that reads nothing must not be waited for here. One that
    // ends before all is read says what it has to say by its exit.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let said = running.ended().await;
    writer.join().expect("a writer ends when its reader does");
    said
}

impl Running {
    /// Starts a command.
    ///
    /// # Panics
    /// If it does not start.
    #[must_use]
    pub fn start(mut command: Command) -> Self {
        let [stdout, stderr] = [(); 2].map(|()| tempfile::tempfile().expect("a temporary file"));
        let handle = |file: &File| Stdio::from(file.try_clone().expect("a file can be shared"));
        command.stdout(handle(&stdout)).stderr(handle(&stderr));
        let child = command.spawn().expect("the command starts");
        Self { child, stdout, stderr }
    }

    /// Its standard input, if that was piped.
    ///
    /// # Panics
    /// If it was not, or was taken before.
    #[must_use]
    pub fn input(&mut self) -> ChildStdin {
        self.child.stdin.take().expect("standard input is piped")
    }

    /// Sends it a signal.
    ///
    /// # Panics
    /// If it has ended.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a process has an id"), signal).expect("our child runs");
    }

    /// Waits until it has ended.
    ///
    /// # Panics
    /// If it does not.
    pub async fn ended(mut self) -> Said {
        let status: ExitStatus = wait::until("a command to end", async || {
            self.child.try_wait().expect("a child can be asked")
        })
        .await;
        let mut all = [Vec::new(), Vec::new()];
        for (file, bytes) in [&mut self.stdout, &mut self.stderr].into_iter().zip(&mut all) {
            file.rewind().expect("a file begins somewhere");
            file.read_to_end(bytes).expect("a file can be read");
        }
        let [stdout, stderr] = all;
        let stderr = String::from_utf8_lossy(&stderr).into_owned();
        Said { code: status.code(), stdout, stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
