//! Installing the packages on Debian and Ubuntu; elsewhere, saying what to install.

use std::{
    fs,
    io::{IsTerminal, Write},
    path::Path,
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::Command,
};

use super::find::{Machine, current_user_is_root, on_path};
use crate::{
    error::{Error, Result},
    progress::{Phase, Progress, Step},
};

/// How long apt-get may take in all: a slow mirror is possible, hanging silently is not.
const PATIENCE: Duration = Duration::from_mins(15);

/// Installs what is missing and looks at the machine again. Nothing happens when nothing is missing. `also` are Debian
/// packages that are needed beside PostgreSQL and RabbitMQ, each there when there is a program of its name or dpkg knows it;
/// `python3-venv`, when Python can make environments.
///
/// Asks first on a terminal, unless `yes`. The system services that the packages would start are switched off: a region
/// runs its own, on its own ports.
///
/// # Errors
/// [`Error::Install`] with what to do by hand: not a Debian system, not root and no usable sudo, nobody to ask, refused,
/// or apt-get failed.
pub async fn install(also: &[&'static str], yes: bool, progress: &Progress) -> Result<Machine> {
    let machine = Machine::look();
    let wanted = missing(&machine, also);
    if wanted.is_empty() {
        return Ok(machine);
    }
    let by_hand = format!("apt-get install --no-install-recommends {}", wanted.join(" "));
    if !is_debian(&fs::read_to_string("/etc/os-release").unwrap_or_default()) || on_path("apt-get").is_none()
    {
        return Err(Error::Install {
            reason: "this is not Debian or Ubuntu; install PostgreSQL 15 or newer and RabbitMQ 3.10 or newer with their \
                     usual packages, or give the addresses of running ones (--postgres, --amqp)"
                .to_owned(),
        });
    }
    let Some(prefix) = privileges() else {
        return Err(Error::Install {
            reason: format!("this needs root and there is no sudo; as root run: {by_hand}"),
        });
    };
    if !yes {
        agree(&wanted, &by_hand).await?;
    }
    progress.phase(Phase::Packages, run_apt(&prefix, &wanted, progress)).await?;
    let machine = Machine::look();
    match missing(&machine, also) {
        still if still.is_empty() => Ok(machine),
        still => Err(Error::Install {
            reason: format!(
                "apt-get ended well but {} is still not there in a usable version (PostgreSQL 15 or newer is needed)",
                still.join(" and ")
            ),
        }),
    }
}

fn missing(machine: &Machine, also: &[&'static str]) -> Vec<&'static str> {
    let others = also.iter().filter(|package| !is_there(package));
    machine.missing().into_iter().chain(others.copied()).collect()
}

fn is_there(package: &str) -> bool {
    if package != "python3-venv" {
        let known = format!("/var/lib/dpkg/info/{package}.list");
        return on_path(package).is_some() || Path::new(&known).exists();
    }
    let mut python = std::process::Command::new("python3");
    python
        .args(["-c", "import ensurepip, venv"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    python.status().is_ok_and(|status| status.success())
}

fn is_debian(release: &str) -> bool {
    release.lines().any(|line| {
        let Some((key, value)) = line.split_once('=') else { return false };
        matches!(key, "ID" | "ID_LIKE")
            && value.trim_matches('"').split_whitespace().any(|id| id == "debian" || id == "ubuntu")
    })
}

/// How to become root: not needed, through sudo, or not at all. Without a terminal sudo may not ask for a password.
fn privileges() -> Option<Vec<&'static str>> {
    if current_user_is_root() {
        return Some(Vec::new());
    }
    on_path("sudo")?;
    Some(if std::io::stdin().is_terminal() { vec!["sudo"] } else { vec!["sudo", "--non-interactive"] })
}

async fn agree(missing: &[&str], by_hand: &str) -> Result<()> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Error::Install {
            reason: format!("there is no terminal to ask on; run it again with --yes, or run: {by_hand}"),
        });
    }
    let question =
        format!("Deze pakketten ontbreken: {}. Nu installeren met apt-get? [j/N] ", missing.join(", "));
    let answer = tokio::task::spawn_blocking(move || {
        let mut terminal = std::io::stderr();
        terminal.write_all(question.as_bytes())?;
        terminal.flush()?;
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer)?;
        std::io::Result::Ok(answer)
    });
    let answer = answer.await.map_err(std::io::Error::other).and_then(|answer| answer).unwrap_or_default();
    if is_yes(&answer) {
        return Ok(());
    }
    Err(Error::Install { reason: format!("not agreed; run: {by_hand}") })
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "j" | "ja" | "y" | "yes")
}

async fn run_apt(prefix: &[&str], packages: &[&str], progress: &Progress) -> Result<()> {
    // Without an index of packages the install fails; a failing update (one dead mirror of many) need not be the end.
    let updated = apt(prefix, &["update"], progress).await;
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(packages);
    let installed = apt(prefix, &arguments, progress).await;
    if let (Err(update), Err(install)) = (&updated, &installed) {
        return Err(Error::Install { reason: format!("{update}; {install}") });
    }
    installed?;
    switch_off_services(prefix).await;
    Ok(())
}

async fn apt(prefix: &[&str], arguments: &[&str], progress: &Progress) -> Result<()> {
    // `env` because sudo does not hand on the environment; apt must not ask anything, and must not wait for ever for
    // another apt's lock.
    let fixed = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=120"];
    let words: Vec<&str> = prefix.iter().chain(&fixed).chain(arguments).copied().collect();
    let failed = |reason: String| Error::Install { reason: format!("{}: {reason}", words.join(" ")) };
    let (program, rest) = words.split_first().ok_or_else(|| failed("nothing to run".to_owned()))?;
    let mut child = Command::new(program)
        .args(rest)
        .stdin(Stdio::inherit())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let output = child.stdout.take();
    let errors = child.stderr.take();
    let work = async {
        let (_, last, status) = tokio::join!(tell(output, progress), tell(errors, progress), child.wait());
        (last, status)
    };
    let (last, status) = tokio::time::timeout(PATIENCE, work)
        .await
        .map_err(|_| failed(format!("not done after {} minutes", PATIENCE.as_secs() / 60)))?;
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(format!("{status}: {last}"))),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// Passes every line on as it comes and gives the last one that said something.
async fn tell(stream: Option<impl AsyncRead + Unpin>, progress: &Progress) -> String {
    let Some(stream) = stream else { return String::new() };
    let mut lines = BufReader::new(stream).lines();
    let mut last = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        if !line.trim().is_empty() {
            last.clone_from(&line);
            progress.tell(Step::Output(line));
        }
    }
    last
}

/// Debian starts a server of its own after installing. Where systemd runs, stop it and keep it off; that this fails
/// (a policy already denied the start, a container) does no harm, since a region uses other ports.
async fn switch_off_services(prefix: &[&str]) {
    if !Path::new("/run/systemd/system").exists() {
        return;
    }
    let words: Vec<&str> = prefix
        .iter()
        .chain(&["systemctl", "disable", "--now", "--quiet", "postgresql.service", "rabbitmq-server.service"])
        .copied()
        .collect();
    let Some((program, rest)) = words.split_first() else { return };
    let mut command = Command::new(program);
    command.args(rest).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let done = tokio::time::timeout(Duration::from_mins(1), command.status()).await;
    if !matches!(done, Ok(Ok(status)) if status.success()) {
        tracing::info!(
            "the system services of postgresql and rabbitmq could not be switched off; they do no harm"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_and_its_children_are_known() {
        assert!(is_debian("PRETTY_NAME=\"Debian\"\nID=debian\n"));
        assert!(is_debian("ID=ubuntu\nID_LIKE=debian\n"));
        assert!(is_debian("ID=pop\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!is_debian("ID=fedora\nNAME=\"not debian\"\n"));
    }

    #[test]
    fn only_a_clear_yes_installs() {
        assert!(is_yes("J\n"));
        assert!(is_yes(" yes "));
        assert!(!is_yes("\n"));
        assert!(!is_yes("nee"));
    }

    #[tokio::test]
    async fn without_a_terminal_nobody_is_asked_and_nothing_hangs() {
        if std::io::stdin().is_terminal() {
            return; // a person runs the tests: there is somebody to ask
        }
        let refused = agree(&["postgresql"], "apt-get install postgresql").await.unwrap_err();

        assert!(refused.to_string().contains("--yes"), "{refused}");
    }

    #[test]
    fn another_program_that_is_not_there_is_missing_too() {
        let machine = Machine::look();

        assert_eq!(missing(&machine, &["sh", "no-such-program"]), ["no-such-program"]);
    }

    #[tokio::test]
    async fn with_everything_there_nothing_is_installed() {
        let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let progress = Progress::to({
            let told = std::sync::Arc::clone(&told);
            move |step| told.lock().unwrap().push(step)
        });

        install(&[], false, &progress).await.unwrap();

        assert!(told.lock().unwrap().is_empty());
    }
}
