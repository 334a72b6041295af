//! What a start is waiting for, in one line.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use local::{Progress, Step};

use crate::terminal::{Style, Terminal};

/// Words the steps of a start for a person: one line with everything that is being waited for now.
#[derive(Debug, Clone)]
pub struct Progressing {
    terminal: Terminal,
    active: Arc<Mutex<BTreeSet<String>>>,
}

impl Progressing {
    /// Talks to this terminal.
    pub fn new(terminal: &Terminal) -> Self {
        Self { terminal: terminal.clone(), active: Arc::default() }
    }

    /// The receiver for a run.
    pub fn progress(&self) -> Progress {
        let this = self.clone();
        Progress::to(move |step| this.tell(&step))
    }

    fn tell(&self, step: &Step) {
        match step {
            // Where nothing can be redrawn, each phase is one line when it begins.
            Step::Started(phase) if !self.terminal.redraws() => self.terminal.talk(&format!("… {phase}")),
            Step::Started(phase) => self.change(|active| active.insert(phase.to_string())),
            Step::Finished(..) | Step::Failed(_) if !self.terminal.redraws() => {}
            Step::Finished(phase, _) | Step::Failed(phase) => {
                self.change(|active| active.remove(&phase.to_string()));
            }
            other => {
                if let Some(line) = words(other) {
                    let sign = self.terminal.talk_style(Style::Warning, "·");
                    self.terminal.talk(&format!("{sign} {line}"));
                }
            }
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut BTreeSet<String>) -> T) {
        let mut active = self.active.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut active);
        if active.is_empty() {
            self.terminal.wait_over();
        } else {
            let names: Vec<&str> = active.iter().map(String::as_str).collect();
            self.terminal.wait(&format!("waiting for {}", names.join(", ")));
        }
    }
}

fn words(step: &Step) -> Option<String> {
    Some(match step {
        Step::Started(_) | Step::Finished(..) | Step::Failed(_) => return None,
        Step::PortMoved { name, wanted, used, holder } => {
            let by = holder.map_or_else(String::new, |pid| format!(" (by process {pid})"));
            format!("port {wanted} for {name} is taken{by}; using {used}")
        }
        Step::LeftoverStopped { name, pid } => {
            format!("stopped {name} (process {pid}), left by an earlier run")
        }
        Step::Restarting { name, status, after, log } => {
            format!(
                "{name} ended ({status}); starts again in {} ms; log {}",
                after.as_millis(),
                log.display()
            )
        }
        Step::Output(line) => line.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_moved_names_its_holder() {
        let step =
            Step::PortMoved { name: "gateway".to_owned(), wanted: 8400, used: 8401, holder: Some(4711) };

        assert_eq!(words(&step).unwrap(), "port 8400 for gateway is taken (by process 4711); using 8401");
    }
}
