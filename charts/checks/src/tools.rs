//! What the checks run on: a Python environment with Helm's library and the schemas of Kubernetes, and `promtool`. Made once in the
//! target folder, with pinned versions; nothing of the machine is changed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::repository;

/// A tool cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ToolsError {
    /// A file or folder of the target folder.
    #[error("the tools of the chart checks cannot be kept in {}", path.display())]
    Folder {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A program that makes a tool failed.
    #[error("`{command}` failed: {said}; {remedy}")]
    Program {
        /// What was run.
        command: String,
        /// The last it said.
        said: String,
        /// What to do.
        remedy: &'static str,
    },
}

/// The tools.
#[derive(Debug, Clone)]
pub struct Tools {
    /// Python with the packages of `requirements.txt`.
    pub python: PathBuf,
    /// Prometheus' checker of rules.
    pub promtool: PathBuf,
}

/// What is pinned.
const REQUIREMENTS: &str = include_str!("../requirements.txt");

/// Finds the tools, or makes them: some ten seconds the first time. Several processes may ask at once.
///
/// # Errors
/// [`ToolsError`] with what to do.
pub fn prepare() -> Result<Tools, ToolsError> {
    let folder = folder();
    let at = |source| ToolsError::Folder { path: folder.clone(), source };
    fs::create_dir_all(&folder).map_err(at)?;
    let lock = File::options().create(true).append(true).open(folder.join(".lock")).map_err(at)?;
    lock.lock().map_err(at)?;
    Ok(Tools { python: python(&folder)?, promtool: promtool(&folder)? })
}

/// In the target folder, which `cargo clean` empties.
fn folder() -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository().join("target"), PathBuf::from);
    target.join("chart-checks")
}

fn python(folder: &Path) -> Result<PathBuf, ToolsError> {
    let environment = folder.join("python");
    let python = environment.join("bin/python");
    // Written last, so an environment that was half made is made again.
    let made = environment.join("requirements.txt");
    if fs::read_to_string(&made).is_ok_and(|text| text == REQUIREMENTS) && python.is_file() {
        return Ok(python);
    }
    let at = |source| ToolsError::Folder { path: environment.clone(), source };
    if environment.exists() {
        fs::remove_dir_all(&environment).map_err(at)?;
    }
    let packages = "install python3 and python3-venv (Debian and Ubuntu: apt-get install python3-venv)";
    run(Command::new("python3").args(["-m", "venv"]).arg(&environment), packages)?;
    let pins = folder.join("requirements.txt");
    fs::write(&pins, REQUIREMENTS).map_err(at)?;
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--only-binary",
        ":all:",
        "-r",
    ]);
    run(pip.arg(&pins), "the Python package index has to be reachable once")?;
    fs::rename(&pins, &made).map_err(at)?;
    Ok(python)
}

/// The program on the PATH, or out of the distribution's package, which is unpacked and not installed: installed, it would start
/// a server.
fn promtool(folder: &Path) -> Result<PathBuf, ToolsError> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if let Some(found) =
        std::env::split_paths(&path).map(|folder| folder.join("promtool")).find(|file| file.is_file())
    {
        return Ok(found);
    }
    let unpacked = folder.join("prometheus");
    let program = unpacked.join("usr/bin/promtool");
    if program.is_file() {
        return Ok(program);
    }
    let at = |source| ToolsError::Folder { path: unpacked.clone(), source };
    let remedy = "install promtool (Debian and Ubuntu: the package prometheus, or promtool where there is one), or run apt-get update";
    let mut said = Ok(());
    // Later distributions have it in a package of its own.
    for package in ["promtool", "prometheus"] {
        let downloads = folder.join("packages");
        if downloads.exists() {
            fs::remove_dir_all(&downloads).map_err(at)?;
        }
        fs::create_dir_all(&downloads).map_err(at)?;
        said = run(Command::new("apt-get").args(["download", package]).current_dir(&downloads), remedy);
        if said.is_err() {
            continue;
        }
        for entry in fs::read_dir(&downloads).map_err(at)? {
            let archive = entry.map_err(at)?.path();
            run(Command::new("dpkg").arg("-x").arg(archive).arg(&unpacked), remedy)?;
        }
        fs::remove_dir_all(&downloads).map_err(at)?;
        if program.is_file() {
            return Ok(program);
        }
    }
    said?;
    Err(ToolsError::Program {
        command: "apt-get download prometheus".to_owned(),
        said: "it holds no promtool".to_owned(),
        remedy,
    })
}

fn run(command: &mut Command, remedy: &'static str) -> Result<(), ToolsError> {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let failed = |said: String| ToolsError::Program { command: words.join(" "), said, remedy };
    let output = command.output().map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stderr, output.stdout].concat();
    let said = String::from_utf8_lossy(&said);
    Err(failed(said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("nothing").to_owned()))
}
