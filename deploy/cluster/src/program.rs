//! Programs that run to their end.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::process::Command;

/// How long a program may take at most.
const LONGEST: Duration = Duration::from_mins(6);
/// What programs get of our own environment; nothing else leaks in, above all no configuration of a real cluster.
const INHERITED: [&str; 4] = ["PATH", "LANG", "LC_ALL", "TMPDIR"];

/// How a program ended.
#[derive(Debug, Clone)]
pub struct Said {
    /// Whether it ended well.
    pub well: bool,
    /// What it wrote to stdout.
    pub out: String,
    /// What it wrote to stderr.
    pub err: String,
}

/// Runs a program to its end, well or not.
///
/// # Errors
/// When it does not start or does not end.
pub async fn run(program: &Path, arguments: &[&str], environment: &[(&str, &Path)]) -> anyhow::Result<Said> {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().stdin(Stdio::null()).kill_on_drop(true);
    for name in INHERITED {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(environment.iter().copied());
    let output = tokio::time::timeout(LONGEST, command.output())
        .await
        .with_context(|| format!("{} does not end", program.display()))?
        .with_context(|| format!("{} does not start", program.display()))?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(Said { well: output.status.success(), out: text(output.stdout), err: text(output.stderr) })
}

impl Said {
    /// What it wrote to stdout, if it ended well.
    ///
    /// # Errors
    /// With what it said, if not.
    pub fn good(self, what: &str) -> anyhow::Result<String> {
        if self.well {
            return Ok(self.out);
        }
        bail!("{what}: {}{}", self.err.trim_end(), if self.err.is_empty() { &self.out } else { "" })
    }
}
