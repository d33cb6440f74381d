//! Disks with little room.

use std::path::Path;
use std::process::{Command, Stdio};

/// How a gateway comes to have little room for its data directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// A file system of its own, which only it sees. Not every system permits that.
    FileSystem,
    /// A limit to how long a file may become. Every system has that.
    LongestFile,
}

impl Room {
    /// How much room there is, in bytes.
    pub const LEN: u64 = 8 << 20;

    /// Those that this system permits; says so if it is not all.
    #[expect(clippy::print_stdout, reason = "shown by the test runner")]
    pub fn all() -> impl Iterator<Item = Self> {
        let mount = if Self::can_mount() { Some(Self::FileSystem) } else { None };
        if mount.is_none() {
            println!("this system lets nobody here mount a file system: only files are limited");
        }
        mount.into_iter().chain([Self::LongestFile])
    }

    /// `serve` with so little room for `data`.
    pub(super) fn around(self, serve: &Command, data: &Path) -> Command {
        let mut command = match self {
            Self::FileSystem => {
                std::fs::create_dir_all(data).expect("a directory can be made");
                let mut unshare = Self::unshare();
                let script =
                    r#"mount -t tmpfs -o "size=$0,mode=700" none "$1" && shift && exec "$@""#;
                unshare.args(["sh", "-c", script, &Self::LEN.to_string()]).arg(data);
                unshare
            }
            Self::LongestFile => {
                let mut sh = Command::new("sh");
                // In blocks of 512 bytes; whoever goes on is told, and not ended by a signal.
                let script = r#"trap '' XFSZ; ulimit -f "$0"; exec "$@""#;
                sh.args(["-c", script, &(Self::LEN / 512).to_string()]);
                sh
            }
        };
        command.arg(serve.get_program()).args(serve.get_args()).env_clear().stdin(Stdio::null());
        for (name, value) in serve.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        command.current_dir(serve.get_current_dir().expect("a home has a directory"));
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command
    }

    /// What gives the command after it a view of file systems of its own.
    pub(crate) fn unshare() -> Command {
        let mut command = Command::new("unshare");
        // Whoever is not root has to become it for that one process.
        command.args(if rustix::process::geteuid().is_root() {
            &["-m"][..]
        } else {
            &["-r", "-m"]
        });
        command
    }

    /// Whether this system lets somebody here mount a file system.
    pub(crate) fn can_mount() -> bool {
        let mut command = Self::unshare();
        command.args(["mount", "-t", "tmpfs", "none", "/mnt"]).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}
