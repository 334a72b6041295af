//! `bondgenoot verify`: everything that must be green, in the order in which it fails soonest.
//!
//! - `format`: rustfmt has nothing to change;
//! - `files`: commands in READMEs exist, every crate has a README; long files are named;
//! - `lint`: clippy over everything, with the queries checked against freshly migrated databases;
//! - `queries`: the committed offline query data are those of that check;
//! - `build`: all programs, which tests start as processes;
//! - `test`: every test of the workspace, against servers that are started once.
//!
//! `lint` and `test` make the only two sets of build artifacts. Formatting and breaking changes of the `.proto` files are
//! no step here: `buf` would need Node.js, which the machines this must run on do not have; the rules that matter are
//! tests of the crate `proto`, and `.github/workflows/verify.yml` may run `buf` beside this.

mod cargo;
mod files;
mod queries;
mod servers;
mod tally;
mod test_output;

pub use cargo::run as run_cargo;
pub use queries::{Refresh, refresh};
pub use servers::{Servers, Wanted};

use std::path::PathBuf;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Instant;

use crate::cli::VerifyArgs;
use crate::failure::{Exit, Failure, Outcome};
use crate::place::needed_checkout;
use crate::terminal::{Style, Terminal};
use queries::Style as Judgement;
use tally::Tally;

/// A step of the verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Format,
    Files,
    Lint,
    Queries,
    Build,
    Test,
}

impl Step {
    const ALL: [Self; 6] = [Self::Format, Self::Files, Self::Lint, Self::Queries, Self::Build, Self::Test];

    const fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Files => "files",
            Self::Lint => "lint",
            Self::Queries => "queries",
            Self::Build => "build",
            Self::Test => "test",
        }
    }

    const fn about(self) -> &'static str {
        match self {
            Self::Format => "rustfmt has nothing to change",
            Self::Files => "commands in READMEs exist, every crate has a README, long files are named",
            Self::Lint => "clippy over everything, queries checked against freshly migrated databases",
            Self::Queries => "the committed query data are those of that check",
            Self::Build => "all programs, which tests start as processes",
            Self::Test => "every test, against servers that are started once",
        }
    }

    fn of_name(name: &str) -> Outcome<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            Failure::usage(format!("there is no step `{name}`")).next(format!("choose among: {known}"))
        })
    }
}

/// What steps share.
struct Run<'a> {
    root: PathBuf,
    terminal: &'a Terminal,
    servers: Option<Servers>,
    /// Where the lint step wrote the query data it saw, and whether it did.
    seen_queries: Option<tempfile::TempDir>,
}

/// Runs the steps and prints the counts.
pub async fn run(arguments: &VerifyArgs, terminal: &Terminal) -> Outcome {
    if arguments.list {
        for step in Step::ALL {
            terminal.data(&format!("{:<8} {}", step.name(), step.about()));
        }
        return Ok(Exit::Ok);
    }
    let only: Vec<Step> = arguments.only.iter().map(|name| Step::of_name(name)).collect::<Outcome<_>>()?;
    let steps: Vec<Step> =
        Step::ALL.into_iter().filter(|step| only.is_empty() || only.contains(step)).collect();
    let root = needed_checkout()?;
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut run = Run { root, terminal, servers: None, seen_queries: None };
    // A stop drops the work, and with it its children and servers.
    let outcome = tokio::select! {
        outcome = run.all(&steps, arguments) => outcome,
        _ = terminate.recv() => Err(Failure::new("stopped")),
        _ = interrupt.recv() => Err(Failure::new("stopped")),
    };
    if let Some(servers) = run.servers.take() {
        servers.stop().await;
    }
    outcome
}

impl Run<'_> {
    async fn all(&mut self, steps: &[Step], arguments: &VerifyArgs) -> Outcome {
        let started = Instant::now();
        let mut tally = Tally::default();
        let mut left = steps.len();
        for step in steps {
            left -= 1;
            let begun = Instant::now();
            self.terminal.data(&self.terminal.style(Style::Heading, &format!("── {}", step.name())));
            let before = tally;
            let outcome = Box::pin(self.step(*step, arguments, &mut tally)).await;
            if let Err(failure) = &outcome {
                failure.tell(self.terminal);
                // Tests count themselves; a step that failed without a failed test counts as one.
                if tally.failed == before.failed {
                    tally.failed += 1;
                }
            } else if *step != Step::Test {
                tally.passed += 1;
            }
            let (style, word) = if outcome.is_ok() { (Style::Good, "ok") } else { (Style::Bad, "failed") };
            let took = seconds(begun.elapsed());
            self.terminal.data(&format!("   {} {} {took}", self.terminal.style(style, word), step.name()));
            if outcome.is_err() && !arguments.keep_going {
                break;
            }
        }
        if left > 0 {
            self.terminal
                .talk(&format!("{left} steps did not run after the failure; --keep-going runs them"));
        }
        self.terminal.data("");
        self.terminal.data(&tally.to_string());
        self.terminal.data(&format!("total time {}", seconds(started.elapsed())));
        Ok(if tally.failed == 0 { Exit::Ok } else { Exit::Finding })
    }

    async fn step(&mut self, step: Step, arguments: &VerifyArgs, tally: &mut Tally) -> Outcome<()> {
        match step {
            Step::Format => {
                cargo::run(&self.root, &["fmt", "--all", "--check"], &[], "run: cargo fmt --all").await
            }
            Step::Files => files::check(&self.root, self.terminal),
            Step::Lint => self.lint(arguments, Judgement::Judged).await,
            Step::Queries => {
                if self.seen_queries.is_none() {
                    self.lint(arguments, Judgement::Ignored).await?;
                }
                let seen = self.seen_queries.as_ref().ok_or_else(|| Failure::new("no query was seen"))?;
                queries::compare(&self.root, seen.path(), self.terminal)
            }
            Step::Build => {
                cargo::run(&self.root, &["build", "--workspace"], &[], "mend what the compiler says").await
            }
            Step::Test => {
                let environment = self.servers(arguments, Wanted::Both).await?.environment();
                self.chart_tools().await?;
                test_output::run(&self.root, &environment, self.terminal, tally).await
            }
        }
    }

    /// Makes what the checks of the chart run on, before tests that are timed by patience wait for it.
    async fn chart_tools(&self) -> Outcome<()> {
        self.terminal.wait("making the tools of the chart checks");
        let made = tokio::task::spawn_blocking(chart_checks::tools::prepare).await;
        self.terminal.wait_over();
        made.map_err(|error| {
            Failure::new("the tools of the chart checks were not made").because(error.to_string())
        })?
        .map(drop)
        .map_err(|error| {
            Failure::new("the chart cannot be checked").because(chassis::error::Chain(&error).to_string())
        })
    }

    async fn lint(&mut self, arguments: &VerifyArgs, style: Judgement) -> Outcome<()> {
        let root = self.root.clone();
        let url = self.servers(arguments, Wanted::Postgres).await?.postgres_url();
        let seen = tempfile::tempdir()?;
        let terminal = self.terminal;
        queries::lint_live(&root, &url, seen.path(), style, terminal).await?;
        self.seen_queries = Some(seen);
        Ok(())
    }

    async fn servers(&mut self, arguments: &VerifyArgs, wanted: Wanted) -> Outcome<&mut Servers> {
        if self.servers.is_none() {
            let yes = arguments.yes || std::env::var_os("CI").is_some_and(|value| value == "true");
            self.servers = Some(Servers::prepare(yes, self.terminal).await?);
        }
        let servers = self.servers.as_mut().ok_or_else(|| Failure::new("no servers"))?;
        servers.start(wanted, self.terminal).await?;
        Ok(servers)
    }
}

fn seconds(time: Duration) -> String {
    format!("{}.{} s", time.as_secs(), time.subsec_millis() / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_step_is_wrong_use_and_the_known_ones_are_named() {
        let failure = Step::of_name("tests").unwrap_err();

        assert_eq!(failure.exit, Exit::Usage);
        assert!(failure.next.unwrap().contains("format, files, lint, queries, build, test"));
    }

    #[test]
    fn times_are_short() {
        assert_eq!(seconds(Duration::from_millis(61_250)), "61.2 s");
    }
}
