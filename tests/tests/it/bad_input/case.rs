//! One bad request and what must come of it.

use tests::snapshot::{Camera, Snapshot};
use tests::web::{Ask, Web};

/// A request that must be refused.
pub struct Case {
    name: String,
    ask: Ask,
    status: u16,
    field: &'static str,
}

impl Case {
    /// Refused with 400, naming this field; empty where no field is at fault.
    pub fn new(name: impl Into<String>, ask: Ask, field: &'static str) -> Self {
        Self { name: name.into(), ask, status: 400, field }
    }

    /// Refused with another status.
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}

/// Everything that a refused request could have changed.
pub struct Watch {
    cameras: Vec<Camera>,
    before: Vec<Snapshot>,
}

impl Watch {
    pub async fn start(cameras: Vec<Camera>) -> Self {
        let mut watch = Self { cameras, before: Vec::new() };
        watch.before = watch.take().await;
        watch
    }

    async fn take(&self) -> Vec<Snapshot> {
        let mut all = Vec::new();
        for camera in &self.cameras {
            all.push(camera.take().await.unwrap());
        }
        all
    }

    /// What changed since the last look.
    pub async fn changes(&mut self) -> Vec<String> {
        let now = self.take().await;
        let changes = self.before.iter().zip(&now).flat_map(|(before, now)| before.changes(now)).collect();
        self.before = now;
        changes
    }
}

/// Sends every request and gives what is wrong with the answers, one line per case.
pub async fn failures(web: &Web, watch: &mut Watch, cases: Vec<Case>) -> Vec<String> {
    let mut failures = Vec::new();
    for case in cases {
        let answer = match web.send(&case.ask).await {
            Ok(answer) => answer,
            Err(error) => {
                failures.push(format!("{}: no answer: {error:#}", case.name));
                continue;
            }
        };
        let mut faults = answer.faults_of_a_problem();
        if answer.status != case.status {
            faults.push(format!("the status is {} and not {}", answer.status, case.status));
        }
        if !case.field.is_empty() && !answer.fields().iter().any(|field| field.starts_with(case.field)) {
            faults.push(format!("it names {:?} and not {}", answer.fields(), case.field));
        }
        faults.extend(watch.changes().await);
        if !faults.is_empty() {
            let shown: String = answer.text.chars().take(300).collect();
            failures.push(format!(
                "{}: {}; the answer: {} {shown}",
                case.name,
                faults.join("; "),
                answer.status
            ));
        }
    }
    failures
}
