//! What is said: a line for each check with its time, and the counts at the end.

use std::future::Future;
use std::time::Duration;

use bondgenoot::terminal::{Style, Terminal};
use tokio::time::Instant;

/// Letters of a reason at most.
const LONGEST: usize = 1200;

/// The counts, and where lines go.
#[derive(Debug)]
pub struct Report {
    terminal: Terminal,
    passed: u32,
    failed: Vec<String>,
    not_run: Vec<String>,
}

impl Report {
    /// Nothing said yet.
    pub fn new(terminal: Terminal) -> Self {
        Self { terminal, passed: 0, failed: Vec::new(), not_run: Vec::new() }
    }

    /// Where talk goes.
    pub const fn terminal(&self) -> &Terminal {
        &self.terminal
    }

    /// A heading.
    pub fn heading(&self, text: &str) {
        self.terminal.data(&self.terminal.style(Style::Heading, &format!("── {text}")));
    }

    /// Something worth knowing that is no check.
    pub fn note(&self, text: &str) {
        self.terminal.data(&format!("   {text}"));
    }

    /// Runs a check and says how it went. A check that takes longer than this failed. Gives what it found.
    pub async fn check<T>(
        &mut self,
        what: &str,
        within: Duration,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> Option<T> {
        let begun = Instant::now();
        self.terminal.wait(what);
        let outcome = tokio::time::timeout(within, Box::pin(work))
            .await
            .unwrap_or_else(|_| Err(anyhow::anyhow!("not done after {} s", within.as_secs())));
        let took = seconds(begun.elapsed());
        match outcome {
            Ok(found) => {
                self.passed += 1;
                self.terminal.data(&format!("   {} {what} {took}", self.terminal.style(Style::Good, "ok")));
                Some(found)
            }
            Err(error) => {
                self.failed.push(what.to_owned());
                let why = shortened(format!("{error:#}").trim_end()).replace('\n', "\n      ");
                let failed = self.terminal.style(Style::Bad, "failed");
                self.terminal.data(&format!("   {failed} {what} {took}\n      {why}"));
                None
            }
        }
    }

    /// Says loudly what this machine cannot run. In continuous integration that is a failure.
    pub fn cannot(&mut self, what: &str, why: &str) {
        let word = self.terminal.style(Style::Warning, "NOT RUN");
        self.terminal.data(&format!("   {word} {what}: {why}"));
        self.not_run.push(what.to_owned());
    }

    /// How many checks failed.
    pub const fn failures(&self) -> usize {
        self.failed.len()
    }

    /// Whether everything was run and passed; what was not run counts in continuous integration only.
    pub fn is_green(&self, integration: bool) -> bool {
        self.failed.is_empty() && (self.not_run.is_empty() || !integration)
    }

    /// The line with the counts, as `cargo verify` has it.
    pub fn counts(&self) -> String {
        format!("{} passed, {} failed, {} skipped", self.passed, self.failed.len(), self.not_run.len())
    }

    /// Says again what failed, and the counts.
    pub fn conclude(&self) {
        for what in &self.failed {
            self.terminal.data(&format!("{} {what}", self.terminal.style(Style::Bad, "failed:")));
        }
        self.terminal.data(&self.counts());
    }
}

/// An API server that refuses a Job shows all of it: the reason is at both ends.
fn shortened(text: &str) -> String {
    let letters = text.chars().count();
    if letters <= LONGEST {
        return text.to_owned();
    }
    let half = LONGEST / 2;
    let (begin, end): (String, String) =
        (text.chars().take(half).collect(), text.chars().skip(letters - half).collect());
    format!("{begin} ... {end}")
}

/// A time for people.
pub fn seconds(time: Duration) -> String {
    format!("{}.{} s", time.as_secs(), time.subsec_millis() / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_keeps_both_ends() {
        let long = format!("it failed: {} is immutable", "x".repeat(5000));

        let said = shortened(&long);

        assert!(said.starts_with("it failed") && said.ends_with("is immutable") && said.len() < 1300);
        assert_eq!(shortened("short"), "short");
    }

    #[tokio::test]
    async fn a_failure_and_a_late_answer_count_and_what_was_not_run_counts_in_integration() {
        let mut report = Report::new(Terminal::plain());
        let minute = Duration::from_mins(1);

        assert_eq!(report.check("good", minute, async { Ok(7) }).await, Some(7));
        assert!(report.is_green(true));
        report.cannot("other", "no Go");
        assert!(report.is_green(false) && !report.is_green(true));

        let bad = report.check("bad", minute, async { anyhow::bail!("no") as anyhow::Result<()> }).await;
        let late = report.check("late", Duration::ZERO, std::future::pending::<anyhow::Result<()>>()).await;

        assert!(bad.is_none() && late.is_none() && !report.is_green(false));
        assert_eq!(report.counts(), "1 passed, 2 failed, 1 skipped");
    }
}
