//! One supervised process: start, watch, signal, stop, start again.

use std::{
    fmt,
    net::SocketAddr,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use rustix::process::Signal;
use tokio::{
    process::{Child, Command},
    sync::watch,
    time::Instant,
};

use super::{Identity, Ledger, Stop, probe::http_status};
use crate::{
    error::{Error, Result},
    files,
    progress::{Progress, Step},
    task,
};

/// How often a starting process is asked whether it is ready.
const READY_PAUSE: Duration = Duration::from_millis(15);
/// Back-off between restarts: the first pause, doubled up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause between restarts.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A process that ran this long starts again with the first pause.
const HEALTHY: Duration = Duration::from_secs(30);
/// How long the kernel may take to end a killed process.
const KILL_PATIENCE: Duration = Duration::from_secs(10);
/// Lines of a log shown in an error.
const TAIL_LINES: usize = 15;
/// What a process gets of our own environment; nothing else leaks in.
const INHERITED: [&str; 7] = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "RUST_LOG", "RUST_BACKTRACE"];

/// Another user to run a process as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

/// What happens when a process ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Restart {
    /// Nothing: tests decide.
    #[default]
    Never,
    /// It starts again after a pause that doubles from 0.25 s up to 10 s.
    BackOff,
}

/// How to run a process.
#[derive(Debug, Clone)]
pub struct ProcessSpec {
    /// Unique among the processes of a data folder, such as `intake` or `intake-2`.
    pub name: String,
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its environment, beside PATH, HOME, the language and `RUST_LOG` of the caller.
    pub environment: Vec<(String, String)>,
    /// The folder it runs in.
    pub folder: PathBuf,
    /// Where its output goes; appended.
    pub log: PathBuf,
    /// As whom it runs, if not as the caller.
    pub user: Option<User>,
    /// What makes it stop in good order.
    pub stop: Stop,
    /// How long that may take before it is killed.
    pub stop_within: Duration,
    /// What happens when it ends by itself.
    pub restart: Restart,
    /// Where `GET /readyz` answers 200 when it is ready.
    pub health: Option<SocketAddr>,
}

impl ProcessSpec {
    /// A program that stops on SIGTERM within ten seconds and is not restarted.
    pub fn new(
        name: impl Into<String>,
        program: impl Into<PathBuf>,
        folder: impl Into<PathBuf>,
        log: impl Into<PathBuf>,
    ) -> Self {
        Self {
            name: name.into(),
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            folder: folder.into(),
            log: log.into(),
            user: None,
            stop: Stop::Terminate,
            stop_within: Duration::from_secs(10),
            restart: Restart::Never,
            health: None,
        }
    }

    /// The command of this process, for a run that is watched here or one that runs to its end.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.folder).env_clear().stdin(Stdio::null());
        for name in INHERITED {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some(user) = self.user {
            command.uid(user.uid).gid(user.gid);
        }
        command
    }

    /// Runs the program to its end and gives what it printed.
    ///
    /// # Errors
    /// [`Error::Command`] when it does not end well; [`Error::Timeout`] after `within`, when it is killed.
    pub(crate) async fn run_to_end(&self, within: Duration) -> Result<String> {
        let child = self
            .command()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| Error::Spawn { program: self.program.clone(), source })?;
        let output = tokio::time::timeout(within, child.wait_with_output())
            .await
            .map_err(|_| self.timeout("done", within))?
            .map_err(|source| Error::Spawn { program: self.program.clone(), source })?;
        let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
        append(&self.log, &text)?;
        let text = String::from_utf8_lossy(&text).into_owned();
        if output.status.success() {
            return Ok(text);
        }
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.len().saturating_sub(TAIL_LINES);
        Err(Error::Command {
            command: self.name.clone(),
            status: Exit::from(output.status).to_string(),
            output: lines.get(from..).unwrap_or_default().join("\n"),
        })
    }

    fn timeout(&self, what: &'static str, within: Duration) -> Error {
        let tail = files::tail(&self.log, TAIL_LINES);
        Error::Timeout { name: self.name.clone(), what, within, log: self.log.clone(), tail }
    }
}

fn append(log: &Path, text: &[u8]) -> Result<()> {
    use std::io::Write;
    files::open_log(log)?.write_all(text).map_err(Error::file("writing", log))
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// Its exit code, when it ended by itself.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        Self { code: status.code(), signal: status.signal() }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, self.signal) {
            (Some(code), _) => write!(formatter, "exit code {code}"),
            (None, Some(signal)) => write!(formatter, "signal {signal}"),
            (None, None) => formatter.write_str("unknown"),
        }
    }
}

/// What a process is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It runs (or is paused).
    Running(Identity),
    /// It ended by itself and starts again after a pause.
    BackingOff(Exit),
    /// It ended and stays so.
    Ended(Exit),
}

/// A handle on a supervised process. When the last clone of it is dropped the process is killed.
#[derive(Debug, Clone)]
pub struct Process {
    inner: Arc<Inner>,
    _guard: Arc<Guard>,
}

#[derive(Debug)]
struct Inner {
    spec: ProcessSpec,
    ledger: Ledger,
    progress: Progress,
    status: watch::Sender<Status>,
    /// Whether the process should run; what a restart looks at.
    wanted: watch::Sender<bool>,
}

/// The last handle takes the process with it. The watching task holds only `Inner`, never this.
#[derive(Debug)]
struct Guard(Arc<Inner>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.wanted.send_replace(false);
        let status = self.0.status.borrow().clone();
        if let Status::Running(identity) = status {
            // Nobody is left to tell about a failure; the ledger still knows the process then.
            if identity.signal_group(Signal::KILL).is_ok() {
                self.0.ledger.strike(&self.0.spec.name, &identity);
            }
        }
    }
}

impl Process {
    /// Starts a process and begins to watch it. Does not wait until it is ready.
    pub fn start(spec: ProcessSpec, ledger: &Ledger, progress: &Progress) -> Result<Self> {
        let (child, identity) = spawn(&spec, ledger)?;
        let inner = Arc::new(Inner {
            spec,
            ledger: ledger.clone(),
            progress: progress.clone(),
            status: watch::Sender::new(Status::Running(identity.clone())),
            wanted: watch::Sender::new(true),
        });
        task::spawn(watch_over(Arc::clone(&inner), child, identity));
        Ok(Self { _guard: Arc::new(Guard(Arc::clone(&inner))), inner })
    }

    /// Starts the process again after it was stopped or killed. Nothing happens when it runs.
    pub fn start_again(&self) -> Result<()> {
        self.inner.wanted.send_replace(true);
        if !matches!(self.status(), Status::Ended(_)) {
            return Ok(());
        }
        let (child, identity) = spawn(&self.inner.spec, &self.inner.ledger)?;
        self.inner.status.send_replace(Status::Running(identity.clone()));
        task::spawn(watch_over(Arc::clone(&self.inner), child, identity));
        Ok(())
    }

    /// The name of the process.
    pub fn name(&self) -> &str {
        &self.inner.spec.name
    }

    /// How it is run.
    pub fn spec(&self) -> &ProcessSpec {
        &self.inner.spec
    }

    /// What it is doing now.
    pub fn status(&self) -> Status {
        self.inner.status.borrow().clone()
    }

    /// Its process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        match self.status() {
            Status::Running(identity) => Some(identity.pid),
            Status::BackingOff(_) | Status::Ended(_) => None,
        }
    }

    /// Waits until `GET /readyz` answers 200; a process without health address is ready at once.
    ///
    /// # Errors
    /// [`Error::Ended`] as soon as it ends, [`Error::Timeout`] at the deadline, both with the end of its log.
    pub async fn ready(&self, within: Duration) -> Result<()> {
        let Some(health) = self.inner.spec.health else { return Ok(()) };
        self.ready_when(within, async || http_status(health, "/readyz").await == Some(200)).await
    }

    /// Waits until `condition` holds, as [`Process::ready`] does.
    pub async fn ready_when(&self, within: Duration, mut condition: impl AsyncFnMut() -> bool) -> Result<()> {
        let outcome = task::until(within, READY_PAUSE, async || {
            // The status first: a condition may be answered by whoever else holds the port.
            match self.status() {
                Status::BackingOff(exit) | Status::Ended(exit) => Some(Err(self.ended(exit))),
                Status::Running(_) => condition().await.then_some(Ok(())),
            }
        });
        outcome.await.unwrap_or_else(|| Err(self.inner.spec.timeout("ready", within)))
    }

    /// Stops the process in good order, by force when that takes longer than its `stop_within`. It stays stopped.
    pub async fn stop(&self) -> Result<Exit> {
        self.inner.wanted.send_replace(false);
        self.signal_group(Signal::CONT)?;
        self.signal(self.inner.spec.stop.signal())?;
        match self.wait_ended(self.inner.spec.stop_within).await {
            Some(exit) => Ok(exit),
            None => self.kill().await,
        }
    }

    /// Kills the process (SIGKILL to its group). It stays dead until [`Process::start_again`].
    pub async fn kill(&self) -> Result<Exit> {
        self.inner.wanted.send_replace(false);
        self.signal_group(Signal::KILL)?;
        let ended = self.wait_ended(KILL_PATIENCE).await;
        ended.ok_or_else(|| self.inner.spec.timeout("stopped", KILL_PATIENCE))
    }

    /// Kills the process as a crash would: whether it comes back is up to its [`Restart`].
    pub fn crash(&self) -> Result<()> {
        self.signal_group(Signal::KILL)
    }

    /// Pauses the process (SIGSTOP to its group): it keeps its connections and answers nobody.
    pub fn pause(&self) -> Result<()> {
        self.signal_group(Signal::STOP)
    }

    /// Lets a paused process go on (SIGCONT).
    pub fn resume(&self) -> Result<()> {
        self.signal_group(Signal::CONT)
    }

    /// Sends a signal to the process itself.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        self.send(|identity| identity.signal(signal))
    }

    /// Waits until the process has ended for good; `None` when the time is over first.
    pub async fn wait_ended(&self, within: Duration) -> Option<Exit> {
        let mut status = self.inner.status.subscribe();
        let ended = status.wait_for(|status| matches!(status, Status::Ended(_)));
        match &*tokio::time::timeout(within, ended).await.ok()?.ok()? {
            Status::Ended(exit) => Some(*exit),
            Status::Running(_) | Status::BackingOff(_) => None,
        }
    }

    /// Waits until another incarnation than `before` runs: after a crash with [`Restart::BackOff`].
    pub async fn wait_restarted(&self, before: u32, within: Duration) -> Option<u32> {
        let mut status = self.inner.status.subscribe();
        let other = status.wait_for(|status| matches!(status, Status::Running(now) if now.pid != before));
        match &*tokio::time::timeout(within, other).await.ok()?.ok()? {
            Status::Running(identity) => Some(identity.pid),
            Status::BackingOff(_) | Status::Ended(_) => None,
        }
    }

    /// The last lines of its log.
    pub fn log_tail(&self) -> String {
        files::tail(&self.inner.spec.log, TAIL_LINES)
    }

    fn signal_group(&self, signal: Signal) -> Result<()> {
        self.send(|identity| identity.signal_group(signal))
    }

    fn send(&self, send: impl FnOnce(&Identity) -> std::io::Result<()>) -> Result<()> {
        match self.status() {
            Status::Running(identity) => {
                send(&identity).map_err(|source| Error::Signal { name: self.name().to_owned(), source })
            }
            Status::BackingOff(_) | Status::Ended(_) => Ok(()),
        }
    }

    fn ended(&self, exit: Exit) -> Error {
        Error::Ended {
            name: self.name().to_owned(),
            status: exit.to_string(),
            log: self.inner.spec.log.clone(),
            tail: self.log_tail(),
        }
    }
}

fn spawn(spec: &ProcessSpec, ledger: &Ledger) -> Result<(Child, Identity)> {
    let failed = |source| Error::Spawn { program: spec.program.clone(), source };
    let log = files::open_log(&spec.log)?;
    let errors = log.try_clone().map_err(failed)?;
    let mut child = spec
        .command()
        .stdout(log)
        .stderr(errors)
        .process_group(0)
        .kill_on_drop(false)
        .spawn()
        .map_err(failed)?;
    // A child that nobody has waited for keeps its entry in /proc, so its identity can always be read here.
    let written = child
        .id()
        .and_then(Identity::of)
        .ok_or_else(|| failed(std::io::Error::other("the process is not in /proc")))
        .and_then(|identity| ledger.add(&spec.name, &identity, spec.stop).map(|()| identity));
    match written {
        Ok(identity) => Ok((child, identity)),
        Err(error) => {
            // Not written down means nobody would find it later.
            child.start_kill().ok();
            Err(error)
        }
    }
}

async fn watch_over(inner: Arc<Inner>, mut child: Child, mut identity: Identity) {
    let mut pause = FIRST_PAUSE;
    loop {
        let started = Instant::now();
        let exit = match child.wait().await {
            Ok(status) => Exit::from(status),
            Err(_) => Exit { code: None, signal: None },
        };
        inner.ledger.strike(&inner.spec.name, &identity);
        if started.elapsed() >= HEALTHY {
            pause = FIRST_PAUSE;
        }
        let again = inner.spec.restart == Restart::BackOff && *inner.wanted.borrow();
        if !again || !back_off(&inner, exit, pause).await {
            inner.status.send_replace(Status::Ended(exit));
            return;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
        match spawn(&inner.spec, &inner.ledger) {
            Ok((next, next_identity)) => {
                child = next;
                identity = next_identity.clone();
                inner.status.send_replace(Status::Running(next_identity));
                if !*inner.wanted.borrow() {
                    // Stopped while it was being started: that stop found nothing to signal.
                    identity.signal_group(Signal::KILL).ok();
                }
            }
            Err(error) => {
                tracing::warn!(process.name = %inner.spec.name, error = %error, "process cannot be started again");
                inner.status.send_replace(Status::Ended(exit));
                return;
            }
        }
    }
}

/// Waits out the pause; false when the process is no longer wanted.
async fn back_off(inner: &Inner, exit: Exit, pause: Duration) -> bool {
    inner.status.send_replace(Status::BackingOff(exit));
    inner.progress.tell(Step::Restarting {
        name: inner.spec.name.clone(),
        status: exit.to_string(),
        after: pause,
        log: inner.spec.log.clone(),
    });
    let mut wanted = inner.wanted.subscribe();
    let unwanted = wanted.wait_for(|wanted| !wanted);
    tokio::time::timeout(pause, unwanted).await.is_err()
}
