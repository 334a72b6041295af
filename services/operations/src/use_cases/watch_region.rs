//! Looks at the region: asks, applies the rules, keeps the findings.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chassis::caller::Principal;
use chassis::clock::Clock;
use chassis::database::UnitOfWork;
use chassis::error::Chain;
use chassis::id::IdGenerator;
use tokio::sync::Mutex;

use super::{Known, NoteReconciled, RecordFindings, Recorded, RegionHealth};
use crate::domain::{
    Changes, Evaluation, Finding, FindingCode, Found, Key, Patience, Severity, Snapshot, Thresholds,
    conditions, is_unknown,
};
use crate::error::Error;
use crate::sources::Sources;

/// Subject of the finding that findings cannot be kept.
const OWN_NAME: &str = "operations";

/// The one place where the region is looked at: by the watcher every few seconds, by operators whenever they ask.
#[derive(Debug, Clone)]
pub struct RegionWatch {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    work: UnitOfWork,
    sources: Sources,
    thresholds: Thresholds,
    refresh: Duration,
    ids: IdGenerator,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    patience: Patience,
    /// What the database knows, and when that was read; `None` before the first time.
    known: Option<(Known, Instant)>,
    last: Option<(Arc<RegionHealth>, Instant)>,
}

impl RegionWatch {
    /// A watch over these sources; what is open is read from the database again after `refresh`.
    pub fn new(work: UnitOfWork, sources: Sources, thresholds: Thresholds, refresh: Duration) -> Self {
        let state = Mutex::new(State::default());
        Self { inner: Arc::new(Inner { work, sources, thresholds, refresh, ids: IdGenerator, state }) }
    }

    /// The health of the region, from a look that began at most `not_older` before this call.
    ///
    /// Callers who come while somebody looks wait for that look and share it, so that many of them cause one or two.
    pub async fn health(&self, not_older: Duration) -> Arc<RegionHealth> {
        let asked = Instant::now();
        let mut state = self.inner.state.lock().await;
        if let Some((health, began)) = &state.last
            && *began + not_older >= asked
        {
            return Arc::clone(health);
        }
        let began = Instant::now();
        let health = Arc::new(self.look(&mut state).await);
        metrics::histogram!("region_look_seconds").record(began.elapsed().as_secs_f64());
        metrics::gauge!("region_looked_at_seconds").set(to_gauge(health.snapshot.at.as_second()));
        state.last = Some((Arc::clone(&health), began));
        health
    }

    /// Where ids come from.
    pub fn ids(&self) -> IdGenerator {
        self.inner.ids
    }

    /// What is asked.
    pub fn sources(&self) -> &Sources {
        &self.inner.sources
    }

    /// Notes that a service was seen reconciled in an epoch; its finding closes at the next look.
    pub async fn note_reconciled(&self, service: &str, epoch: i64) -> Result<(), Error> {
        let note = NoteReconciled { service: service.to_owned(), epoch };
        self.inner.work.run_as(Principal::Operator, note).await?;
        if let Some((known, _)) = &mut self.inner.state.lock().await.known {
            known.reconciled.insert(service.to_owned(), epoch);
        }
        Ok(())
    }

    async fn look(&self, state: &mut State) -> RegionHealth {
        if state.known.as_ref().is_none_or(|(_, read)| read.elapsed() >= self.inner.refresh) {
            self.record(state, Changes::default()).await;
        }
        let reconciled = state.known.as_ref().map(|(known, _)| known.reconciled.clone()).unwrap_or_default();
        let snapshot = self.inner.sources.look(self.clock().now(), reconciled).await;
        let known_open = state.known.as_ref().map(|(known, _)| known.open.clone()).unwrap_or_default();
        let evaluation = self.evaluate(&snapshot, &known_open, &mut state.patience);
        let changes = Changes::between(&evaluation, &known_open);
        let kept = changes.is_empty() || self.record(state, changes).await;
        let open = state.known.as_ref().map(|(known, _)| &known.open);
        let health =
            RegionHealth::new(snapshot, evaluation, open.unwrap_or(&BTreeMap::new()), self.inner.ids);
        if kept { health } else { self.not_kept(health) }
    }

    fn evaluate(
        &self,
        snapshot: &Snapshot,
        open: &BTreeMap<Key, Finding>,
        patience: &mut Patience,
    ) -> Evaluation {
        let since = open.iter().map(|(key, finding)| (key.clone(), finding.since)).collect();
        let found = patience.ripen(conditions(snapshot, &self.inner.thresholds), &since, snapshot.at);
        let is_found = |key: &Key| found.iter().any(|found| found.key() == *key);
        let unknown =
            open.keys().filter(|key| !is_found(key) && is_unknown(key, snapshot)).cloned().collect();
        Evaluation { found, unknown }
    }

    /// Writes changes and learns what is open. False when the database is away: then nothing is lost but the history of
    /// this while, and the next look tries again.
    async fn record(&self, state: &mut State, changes: Changes) -> bool {
        let before = state.known.take();
        match self.inner.work.run_as(Principal::Operator, RecordFindings { changes }).await {
            Ok(recorded) => {
                let open_before = before.map(|(known, _)| known.open).unwrap_or_default();
                tell(&recorded, &open_before);
                state.known = Some((recorded.known, Instant::now()));
                true
            }
            Err(error) => {
                tracing::warn!(error.chain = %Chain(&error), "findings cannot be kept");
                state.known = before;
                false
            }
        }
    }

    /// The health with the finding that findings are not kept.
    pub fn not_kept(&self, health: RegionHealth) -> RegionHealth {
        let found = Found {
            code: FindingCode::FindingsNotKept,
            subject: OWN_NAME.to_owned(),
            severity: Severity::Warning,
            message: "operations kan bevindingen nu niet bewaren: zijn databank antwoordt niet".to_owned(),
            since: health.snapshot.at,
        };
        health.with(found, self.inner.ids)
    }

    fn clock(&self) -> &Clock {
        self.inner.work.clock()
    }
}

/// Logs and counts what this process opened and closed, and shows what is open.
fn tell(recorded: &Recorded, before: &BTreeMap<Key, Finding>) {
    for finding in &recorded.opened {
        metrics::counter!("findings_opened_total", "code" => finding.key.code.clone()).increment(1);
        let (code, subject, id) = (&finding.key.code, &finding.key.subject, finding.finding_id);
        match finding.severity {
            Severity::Warning => {
                tracing::warn!(finding.id = %id, finding.code = code, finding.subject = subject, "finding opened: {}", finding.message);
            }
            Severity::Failure => {
                tracing::error!(finding.id = %id, finding.code = code, finding.subject = subject, "finding opened: {}", finding.message);
            }
        }
    }
    for finding in before.values() {
        if recorded.closed.contains(&finding.finding_id) {
            let (code, subject, id) = (&finding.key.code, &finding.key.subject, finding.finding_id);
            tracing::info!(finding.id = %id, finding.code = code, finding.subject = subject, "finding closed");
        }
    }
    let gauge = |finding: &Finding, value: f64| {
        let (code, subject) = (finding.key.code.clone(), finding.key.subject.clone());
        metrics::gauge!("finding_open", "code" => code, "subject" => subject, "severity" => finding.severity.as_str()).set(value);
    };
    for finding in before.values() {
        gauge(finding, 0.0);
    }
    for finding in recorded.known.open.values() {
        gauge(finding, 1.0);
    }
}

/// Seconds since 1970 for a gauge; gauges are floats.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn to_gauge(seconds: i64) -> f64 {
    seconds as f64
}
