//! A running gateway.

use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::{Home, Room};
use crate::wait;

/// A `cidlock serve` that is ready; it is killed when it is dropped.
#[derive(Debug)]
pub struct Gateway {
    // None once the process has ended and the home was given back.
    running: Option<(Home, Child)>,
    address: SocketAddr,
}

impl Gateway {
    /// Starts one from nothing, with the default configuration.
    ///
    /// # Panics
    /// If it does not become ready, with its log.
    pub async fn start() -> Self {
        Self::start_in(Home::new()).await
    }

    /// Starts one from nothing whose configuration file says `toml`.
    ///
    /// # Panics
    /// If it does not become ready, with its log.
    pub async fn start_with(toml: &str) -> Self {
        Self::start_in(Home::configured(toml)).await
    }

    /// Starts one in `home`, where another may have been before, and waits until it is ready.
    ///
    /// # Panics
    /// If it does not become ready, with its log.
    pub async fn start_in(home: Home) -> Self {
        let log = home.open_log();
        Self::start_logging_to(home, log).await
    }

    /// Starts one in `home` and waits until it answers, ready or not.
    ///
    /// # Panics
    /// If it ends, with its log.
    pub async fn start_unready_in(home: Home) -> Self {
        let mut command = home.serve();
        command.stdout(home.open_log()).stderr(home.open_log());
        Self::start_by(command, home).await
    }

    /// Starts one in `home` that logs to `errors`, and waits until it is ready.
    ///
    /// # Panics
    /// If it does not become ready.
    pub async fn start_logging_to(home: Home, errors: impl Into<Stdio>) -> Self {
        let mut command = home.serve();
        command.stdout(home.open_log()).stderr(errors);
        Self::start_by(command, home).await.ready().await
    }

    /// Starts one in `home` for which there is little room, and waits until it is ready.
    ///
    /// # Panics
    /// If it does not become ready, with its log.
    pub async fn start_with_room(room: Room, mut home: Home) -> Self {
        let log = home.open_log();
        let mut command = room.around(&home.serve(), &home.data_of_the_process());
        command.stdout(home.open_log()).stderr(log);
        if room == Room::FileSystem {
            let mut process = command.spawn().expect("a shell starts");
            home.is_mounted_by(process.id());
            wait::until("a file system to be mounted", async || {
                let ended = process.try_wait().expect("a child can be asked");
                assert!(ended.is_none(), "nothing was mounted:\n{}", home.log());
                home.data().join("serve.address").exists().then_some(())
            })
            .await;
            return Self::started(process, home).await.ready().await;
        }
        Self::start_by(command, home).await.ready().await
    }

    async fn start_by(mut command: Command, home: Home) -> Self {
        // One that was killed could not take its address back.
        let _ = std::fs::remove_file(home.data().join("serve.address"));
        let process = command.spawn().expect("cidlock starts");
        Self::started(process, home).await
    }

    /// Waits until it answers.
    async fn started(process: Child, home: Home) -> Self {
        let announcement = home.data().join("serve.address");
        let unknown = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut gateway = Self { running: Some((home, process)), address: unknown };
        gateway.address = wait::until("the gateway's address", async || {
            gateway.assert_alive();
            let announced = std::fs::read_to_string(&announcement).ok()?;
            announced.trim().strip_prefix("http://")?.parse().ok()
        })
        .await;
        gateway
    }

    /// Waits until it is ready.
    async fn ready(mut self) -> Self {
        let ready = self.url("/readyz");
        wait::until("the gateway to be ready", async || {
            self.assert_alive();
            reqwest::get(&ready).await.ok().filter(|answer| answer.status().is_success())
        })
        .await;
        self
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of `path`, which begins with a slash.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The id of its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.running().1.id()
    }

    /// The home it runs in.
    #[must_use]
    pub fn home(&self) -> &Home {
        &self.running().0
    }

    /// Ends it as a power cut would (SIGKILL), and gives back what it left.
    #[must_use]
    pub fn kill(mut self) -> Home {
        let (home, mut process) = self.take();
        process.kill().expect("our own child can be killed");
        process.wait().expect("a killed child ends");
        home
    }

    /// Asks it to end (SIGTERM) and waits until it has.
    pub async fn stop(mut self) -> (ExitStatus, Home) {
        self.ask_to_stop();
        self.ended().await
    }

    /// Waits until it has ended, as it was asked to.
    ///
    /// # Panics
    /// If it goes on.
    pub async fn ended(mut self) -> (ExitStatus, Home) {
        let status = wait::until("the gateway to stop", async || {
            self.process().try_wait().expect("a child can be asked")
        })
        .await;
        (status, self.take().0)
    }

    /// Asks it to end (SIGTERM) and does not wait.
    ///
    /// # Panics
    /// If it has ended already.
    pub fn ask_to_stop(&mut self) {
        self.assert_alive();
        let pid = i32::try_from(self.process().id()).expect("a process id is an i32");
        let pid = Pid::from_raw(pid).expect("a process id is not zero");
        kill_process(pid, Signal::TERM).expect("our own child can be signalled");
    }

    fn assert_alive(&mut self) {
        if let Some(status) = self.process().try_wait().expect("a child can be asked") {
            panic!("the gateway ended ({status}):\n{}", self.home().log());
        }
    }

    fn running(&self) -> &(Home, Child) {
        self.running.as_ref().expect("the process is taken only by what consumes the gateway")
    }

    fn process(&mut self) -> &mut Child {
        let running = self.running.as_mut();
        &mut running.expect("the process is taken only by what consumes the gateway").1
    }

    fn take(&mut self) -> (Home, Child) {
        self.running.take().expect("the process is taken only by what consumes the gateway")
    }
}

impl Drop for Gateway {
    #[expect(clippy::print_stdout, reason = "shown by the test runner where a test failed")]
    fn drop(&mut self) {
        let Some((home, mut process)) = self.running.take() else { return };
        if std::thread::panicking() {
            println!("--- the gateway's log\n{}", home.log());
        }
        let _ = process.kill();
        let _ = process.wait();
    }
}
