//! Runs `cargo test` and makes sense of what it prints.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use tokio::sync::mpsc;

use super::cargo;
use super::tally::Tally;
use crate::failure::{Failure, Outcome};
use crate::terminal::{Style, Terminal};

/// One test program, from its start to its result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Program {
    name: String,
    output: Vec<String>,
    started: Option<Instant>,
}

/// What a line means.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Line {
    /// A test program starts.
    Running(String),
    /// It ended with these counts.
    Result(Tally),
    /// Anything else.
    Other,
}

fn understand(line: &str) -> Line {
    let trimmed = line.trim_start();
    if let Some(rest) = trimmed.strip_prefix("Running ")
        && let Some((what, program)) = rest.rsplit_once(" (")
        && program.ends_with(')')
    {
        let file = program.trim_end_matches(')').rsplit('/').next().unwrap_or(program);
        let name = file.rsplit_once('-').map_or(file, |(name, _)| name);
        let kind = if what.starts_with("unittests") { "unit" } else { "integration" };
        return Line::Running(format!("{name} ({kind})"));
    }
    if let Some(name) = trimmed.strip_prefix("Doc-tests ") {
        return Line::Running(format!("{name} (documentation)"));
    }
    if let Some(rest) = trimmed.strip_prefix("test result: ") {
        let count = |word: &str| {
            rest.split([';', '.'])
                .find_map(|part| part.trim().strip_suffix(word)?.trim().parse::<u64>().ok())
                .unwrap_or_default()
        };
        return Line::Result(Tally {
            passed: count("passed"),
            failed: count("failed"),
            skipped: count("ignored"),
        });
    }
    Line::Other
}

/// Runs every test of the workspace. Shows one line per program, and the whole output of a program that failed.
pub async fn run(
    root: &Path,
    environment: &[(String, String)],
    terminal: &Terminal,
    tally: &mut Tally,
) -> Outcome<()> {
    // One pipe for both streams keeps the order of what cargo and the programs say.
    let (reader, writer) = std::io::pipe()?;
    let arguments = ["test", "--workspace", "--no-fail-fast", "--color", "never"];
    let mut child = cargo::command(root, &arguments, environment)
        .env("RUST_TEST_THREADS", threads())
        .stdout(Stdio::from(writer.try_clone()?))
        .stderr(Stdio::from(writer))
        .spawn()?;
    let (lines, mut incoming) = mpsc::channel(1024);
    // Blocking reads of a pipe; the thread ends when the last writer does.
    std::thread::spawn(move || {
        for line in BufReader::new(reader).lines().map_while(Result::ok) {
            if lines.blocking_send(line).is_err() {
                return;
            }
        }
    });
    let before = *tally;
    let mut current = Program::default();
    terminal.wait("building the tests");
    while let Some(line) = incoming.recv().await {
        match understand(&line) {
            Line::Running(name) => {
                // The one before gave no result: it crashed.
                if !current.name.is_empty() {
                    crashed(&current, terminal, tally);
                }
                terminal.wait(&format!("testing {name}"));
                current = Program { name, output: Vec::new(), started: Some(Instant::now()) };
            }
            Line::Result(counts) if !current.name.is_empty() => {
                current.output.push(line);
                finished(&current, counts, terminal);
                tally.passed += counts.passed;
                tally.failed += counts.failed;
                tally.skipped += counts.skipped;
                current = Program::default();
            }
            _ if current.name.is_empty() => {
                if is_worth_showing(&line) {
                    terminal.talk(&line);
                }
            }
            _ => current.output.push(line),
        }
    }
    let status = child.wait().await?;
    if !current.name.is_empty() && !status.success() {
        crashed(&current, terminal, tally);
    }
    terminal.wait_over();
    if status.success() {
        return Ok(());
    }
    let failed = tally.failed.saturating_sub(before.failed);
    Err(Failure::new(format!("{failed} tests failed")).next("cargo test --workspace NAME_OF_THE_TEST"))
}

/// How many tests of a program run at once. Most wait for servers and processes more than they compute, so twice the processors,
/// unless somebody said otherwise.
fn threads() -> String {
    std::env::var("RUST_TEST_THREADS").unwrap_or_else(|_| {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        (2 * processors).to_string()
    })
}

fn finished(program: &Program, counts: Tally, terminal: &Terminal) {
    if counts.failed > 0 {
        show(program, terminal);
    }
    let style = if counts.failed == 0 { Style::Quiet } else { Style::Bad };
    let seconds = program.started.map(|started| started.elapsed().as_secs_f64()).unwrap_or_default();
    terminal.data(&terminal.style(style, &format!("   {:<34} {counts}, {seconds:.1} s", program.name)));
}

fn show(program: &Program, terminal: &Terminal) {
    for line in &program.output {
        terminal.talk(line);
    }
}

fn crashed(program: &Program, terminal: &Terminal, tally: &mut Tally) {
    show(program, terminal);
    terminal.data(&terminal.style(Style::Bad, &format!("   {:<34} ended without a result", program.name)));
    tally.failed += 1;
}

/// Between programs cargo tells what it compiles and, at the end, what failed.
fn is_worth_showing(line: &str) -> bool {
    let quiet = [
        "Compiling",
        "Finished",
        "Downloaded",
        "Downloading",
        "Blocking",
        "Updating",
        "Locking",
        "Adding",
        "running",
    ];
    !line.trim().is_empty() && !quiet.iter().any(|word| line.trim_start().starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_named_by_their_crate_and_kind() {
        assert_eq!(
            understand("     Running unittests src/lib.rs (target/debug/deps/chassis-0123456789abcdef)"),
            Line::Running("chassis (unit)".to_owned())
        );
        assert_eq!(
            understand("     Running tests/it/main.rs (/elsewhere/debug/deps/it-0123456789abcdef)"),
            Line::Running("it (integration)".to_owned())
        );
        assert_eq!(understand("   Doc-tests testkit"), Line::Running("testkit (documentation)".to_owned()));
    }

    #[test]
    fn results_are_counted() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.05s";

        assert_eq!(understand(line), Line::Result(Tally { passed: 12, failed: 3, skipped: 1 }));
    }

    #[test]
    fn what_tests_print_is_neither() {
        assert_eq!(understand("test it::works ... ok"), Line::Other);
        assert_eq!(understand("Running away (is no start of a program"), Line::Other);
    }

    #[test]
    fn compiling_is_not_shown_and_errors_are() {
        assert!(!is_worth_showing("   Compiling chassis v0.1.0"));
        assert!(is_worth_showing("error[E0308]: mismatched types"));
    }
}
