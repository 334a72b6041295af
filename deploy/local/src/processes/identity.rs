//! Which process is meant, proof against reused process ids.

use std::fs;

use rustix::process::{Pid, Signal};
use serde::{Deserialize, Serialize};

/// A process that existed at some moment. The same id with another start time or in another boot is another process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Process id, which is also the id of its process group when this crate started it.
    pub pid: u32,
    /// Start time in clock ticks since boot: field 22 of `/proc/<pid>/stat`.
    pub start_ticks: u64,
    /// Random id of the boot, from `/proc/sys/kernel/random/boot_id`.
    pub boot_id: String,
}

impl Identity {
    /// Takes down a running process; `None` when there is no such process.
    pub fn of(pid: u32) -> Option<Self> {
        let boot_id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().to_owned();
        let (_, start_ticks) = state_and_start(pid)?;
        Some(Self { pid, start_ticks, boot_id })
    }

    /// Whether this process still runs. A process that ended but was not yet collected by its parent does not.
    pub fn is_running(&self) -> bool {
        Self::of(self.pid).is_some_and(|now| now == *self)
            && state_and_start(self.pid).is_some_and(|(state, _)| !matches!(state, 'Z' | 'X'))
    }

    /// Sends a signal to this process alone. Does nothing when it no longer runs.
    pub fn signal(&self, signal: Signal) -> std::io::Result<()> {
        self.send(|pid| rustix::process::kill_process(pid, signal))
    }

    /// Sends a signal to the process group this process leads. Does nothing when it no longer runs.
    pub fn signal_group(&self, signal: Signal) -> std::io::Result<()> {
        self.send(|pid| rustix::process::kill_process_group(pid, signal))
    }

    fn send(&self, send: impl FnOnce(Pid) -> rustix::io::Result<()>) -> std::io::Result<()> {
        let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) else { return Ok(()) };
        if !self.is_running() {
            return Ok(());
        }
        match send(pid) {
            Err(rustix::io::Errno::SRCH) => Ok(()),
            other => other.map_err(Into::into),
        }
    }
}

/// State letter and start time of a process. The name in the file may hold spaces and brackets, so the fields are
/// counted from the last closing bracket.
fn state_and_start(pid: u32) -> Option<(char, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let start = fields.nth(18)?.parse().ok()?;
    Some((state, start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_runs_and_one_with_another_start_time_does_not() {
        let this = Identity::of(std::process::id()).unwrap();
        let other = Identity { start_ticks: this.start_ticks + 1, ..this.clone() };

        assert!(this.is_running());
        assert!(!other.is_running());
        other.signal(Signal::KILL).unwrap();
    }

    #[test]
    fn a_process_that_ended_does_not_run_even_while_its_parent_has_not_collected_it() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let identity = Identity::of(child.id()).unwrap();
        assert!(identity.is_running());

        identity.signal(Signal::KILL).unwrap();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
        while identity.is_running() && std::time::Instant::now() < deadline {
            std::thread::yield_now();
        }

        assert!(!identity.is_running());
        child.wait().unwrap();
    }
}
