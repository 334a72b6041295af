//! The part of `bondgenoot status` that operations knows: Kubernetes, exports, findings, and what administrators did.

use proto::operations::v1::{
    self as api, ActionKind, ActionState, ClusterState, RegionHealth, RunState, Severity,
};
use serde::Serialize;

use crate::instant::{local, text};
use crate::table;

/// What runs where. The names of its fields are those of `--json` and stable.
#[derive(Debug, Default, Serialize)]
pub struct RunOfRegion {
    cluster: Option<Cluster>,
    /// `null` when finance does not say.
    waiting_exports: Option<Vec<Waiting>>,
    findings: Vec<FindingLine>,
    actions: Vec<ActionLine>,
    #[serde(skip)]
    told: Told,
}

/// The same instants for people, in the order of the lists.
#[derive(Debug, Default)]
struct Told {
    schedules: Vec<[String; 3]>,
    waiting: Vec<String>,
    findings: Vec<String>,
    actions: Vec<String>,
    answered: String,
}

#[derive(Debug, Serialize)]
struct Cluster {
    state: &'static str,
    namespace: String,
    answered_at: Option<String>,
    may_run: bool,
    may_suspend: bool,
    components: Vec<ComponentLine>,
    schedules: Vec<ScheduleLine>,
}

#[derive(Debug, Serialize)]
struct ComponentLine {
    component: String,
    wanted: i32,
    available: i32,
    updated: i32,
    most: Option<i32>,
    failing: Vec<PodLine>,
}

#[derive(Debug, Serialize)]
struct PodLine {
    pod: String,
    trouble: String,
    restarts: i32,
}

#[derive(Debug, Serialize)]
struct ScheduleLine {
    schedule: String,
    component: String,
    cron: String,
    time_zone: String,
    suspended: bool,
    last_scheduled: Option<String>,
    last_succeeded: Option<String>,
    next_run: Option<String>,
    last_run: Option<Run>,
}

#[derive(Debug, Serialize)]
struct Run {
    job: String,
    state: &'static str,
    reason: String,
    manual: bool,
    started_at: Option<String>,
    ended_at: Option<String>,
}

#[derive(Debug, Serialize)]
struct Waiting {
    programme: String,
    period: String,
    revision: u32,
    submitted_at: Option<String>,
}

#[derive(Debug, Serialize)]
struct FindingLine {
    code: String,
    severity: &'static str,
    subject: String,
    message: String,
    effect: String,
    action: String,
    since: Option<String>,
}

#[derive(Debug, Serialize)]
struct ActionLine {
    action_id: String,
    kind: &'static str,
    subject: String,
    period: String,
    again: bool,
    reason: String,
    worker_id: String,
    asked_at: Option<String>,
    state: &'static str,
    error: String,
    job: String,
    applied: i64,
    parked_again: i64,
}

type Instant = Option<prost_types::Timestamp>;

fn json(instant: &Instant) -> Option<String> {
    instant.as_ref().and_then(text)
}

fn told(instant: &Instant) -> String {
    instant.as_ref().and_then(local).unwrap_or_else(|| "-".to_owned())
}

impl RunOfRegion {
    /// Out of what operations says.
    pub fn of(health: &RegionHealth) -> Self {
        let exports = health.exports.as_ref().filter(|exports| exports.known);
        let schedules = health.cluster.iter().flat_map(|cluster| &cluster.schedules);
        let waiting = exports.iter().flat_map(|exports| &exports.waiting);
        Self {
            told: Told {
                schedules: schedules
                    .map(|one| [told(&one.last_scheduled), told(&one.last_succeeded), told(&one.next_run)])
                    .collect(),
                waiting: waiting.map(|one| told(&one.submitted_at)).collect(),
                findings: health.findings.iter().map(|one| told(&one.since)).collect(),
                actions: health.actions.iter().map(|one| told(&one.asked_at)).collect(),
                answered: health
                    .cluster
                    .as_ref()
                    .map(|cluster| told(&cluster.answered_at))
                    .unwrap_or_default(),
            },
            cluster: health.cluster.as_ref().map(cluster),
            waiting_exports: exports.map(|exports| exports.waiting.iter().map(waiting_line).collect()),
            findings: health.findings.iter().map(finding).collect(),
            actions: health.actions.iter().map(action).collect(),
        }
    }

    /// Titles and lines for people; what there is nothing to say of is left out.
    pub fn blocks(&self) -> Vec<(String, Vec<String>)> {
        let mut blocks = Vec::new();
        if let Some(cluster) = &self.cluster {
            match cluster.state {
                "silent" => {
                    let since = format!("laatste antwoord: {}", self.told.answered);
                    blocks.push(("Kubernetes antwoordt niet".to_owned(), vec![since]));
                }
                "answering" => blocks.extend(self.in_cluster(cluster)),
                _ => {}
            }
        }
        if let Some(waiting) = self.waiting_exports.as_ref().filter(|waiting| !waiting.is_empty()) {
            let rows = waiting.iter().zip(&self.told.waiting).map(|(one, at)| {
                vec![one.period.clone(), one.programme.clone(), one.revision.to_string(), at.clone()]
            });
            let rows: Vec<_> = rows.collect();
            let lines = table::lines(&["periode", "programma", "revisie", "ingediend"], &rows);
            blocks.push(("Wacht op een export".to_owned(), lines));
        }
        if !self.findings.is_empty() {
            let rows = self.findings.iter().zip(&self.told.findings).map(|(one, since)| {
                vec![one.code.clone(), one.subject.clone(), since.clone(), one.message.clone()]
            });
            let rows: Vec<_> = rows.collect();
            let lines = table::lines(&["bevinding", "over", "sinds", "wat"], &rows);
            blocks.push(("Bevindingen".to_owned(), lines));
        }
        if !self.actions.is_empty() {
            let rows = self.actions.iter().zip(&self.told.actions).map(|(one, at)| one.cells(at));
            let rows: Vec<_> = rows.collect();
            let lines = table::lines(&["wanneer", "wat", "waarop", "waarom", "uitkomst"], &rows);
            blocks.push(("Laatste handelingen".to_owned(), lines));
        }
        blocks
    }

    fn in_cluster(&self, cluster: &Cluster) -> Vec<(String, Vec<String>)> {
        let rows: Vec<Vec<String>> = cluster.components.iter().map(ComponentLine::cells).collect();
        let mut lines = table::lines(&["onderdeel", "beschikbaar", "bijgewerkt", "faalt"], &rows);
        for pod in cluster.components.iter().flat_map(|component| &component.failing) {
            lines.push(format!("  {}: {}, {} keer herstart", pod.pod, pod.trouble, pod.restarts));
        }
        let mut blocks = vec![(format!("Kubernetes, namespace {}", cluster.namespace), lines)];
        if !cluster.schedules.is_empty() {
            let rows =
                cluster.schedules.iter().zip(&self.told.schedules).map(|(one, [last, succeeded, next])| {
                    let next = if one.suspended { "uitgezet".to_owned() } else { next.clone() };
                    vec![
                        one.schedule.clone(),
                        one.cron.clone(),
                        last.clone(),
                        succeeded.clone(),
                        next,
                        one.ended(),
                    ]
                });
            let rows: Vec<_> = rows.collect();
            let heading =
                ["planning", "wanneer", "laatst gestart", "laatst geslaagd", "volgende", "laatste job"];
            blocks.push(("Planningen".to_owned(), table::lines(&heading, &rows)));
        }
        blocks
    }
}

impl ComponentLine {
    fn cells(&self) -> Vec<String> {
        vec![
            self.component.clone(),
            format!("{} van {}", self.available, self.wanted),
            self.updated.to_string(),
            self.failing.len().to_string(),
        ]
    }
}

impl ScheduleLine {
    fn ended(&self) -> String {
        self.last_run.as_ref().map_or_else(
            || "-".to_owned(),
            |run| match run.state {
                "running" => "loopt".to_owned(),
                "succeeded" => "geslaagd".to_owned(),
                _ => format!("mislukt ({})", run.reason),
            },
        )
    }
}

impl ActionLine {
    fn cells(&self, at: &str) -> Vec<String> {
        let what = match self.kind {
            "run_export" if self.again => format!("export opnieuw, {}", self.period),
            "run_export" if self.period.is_empty() => "export nu".to_owned(),
            "run_export" => format!("export nu, {}", self.period),
            "suspend_export" => "planning uitgezet".to_owned(),
            "resume_export" => "planning hervat".to_owned(),
            _ => "berichten opnieuw geprobeerd".to_owned(),
        };
        let outcome = match self.state {
            "done" if self.kind == "redrive_parked" => {
                format!("gedaan: {} verwerkt, {} opnieuw opzij", self.applied, self.parked_again)
            }
            "done" => "gedaan".to_owned(),
            "refused" => format!("geweigerd ({})", self.error),
            "failed" => format!("onbekend ({})", self.error),
            _ => "onbekend".to_owned(),
        };
        vec![at.to_owned(), what, self.subject.clone(), self.reason.clone(), outcome]
    }
}

fn cluster(cluster: &api::ClusterHealth) -> Cluster {
    Cluster {
        state: match cluster.state() {
            ClusterState::Answering => "answering",
            ClusterState::Silent => "silent",
            ClusterState::Outside | ClusterState::Unspecified => "outside",
        },
        namespace: cluster.namespace.clone(),
        answered_at: json(&cluster.answered_at),
        may_run: cluster.may_run,
        may_suspend: cluster.may_suspend,
        components: cluster.components.iter().map(component).collect(),
        schedules: cluster.schedules.iter().map(schedule).collect(),
    }
}

fn component(component: &api::ComponentHealth) -> ComponentLine {
    let failing = component.pods.iter().filter(|pod| !pod.trouble.is_empty()).map(|pod| PodLine {
        pod: pod.pod.clone(),
        trouble: pod.trouble.clone(),
        restarts: pod.restarts,
    });
    ComponentLine {
        component: component.component.clone(),
        wanted: component.desired,
        available: component.available,
        updated: component.updated,
        most: Some(component.most).filter(|most| *most > 0),
        failing: failing.collect(),
    }
}

fn schedule(schedule: &api::ScheduleHealth) -> ScheduleLine {
    ScheduleLine {
        schedule: schedule.schedule.clone(),
        component: schedule.component.clone(),
        cron: schedule.cron.clone(),
        time_zone: schedule.time_zone.clone(),
        suspended: schedule.suspended,
        last_scheduled: json(&schedule.last_scheduled),
        last_succeeded: json(&schedule.last_succeeded),
        next_run: json(&schedule.next_run),
        last_run: schedule.runs.first().map(|run| Run {
            job: run.job.clone(),
            state: match run.state() {
                RunState::Succeeded => "succeeded",
                RunState::Failed => "failed",
                RunState::Running | RunState::Unspecified => "running",
            },
            reason: run.reason.clone(),
            manual: run.manual,
            started_at: json(&run.started_at),
            ended_at: json(&run.ended_at),
        }),
    }
}

fn waiting_line(waiting: &api::WaitingExport) -> Waiting {
    Waiting {
        programme: waiting.programme.clone(),
        period: waiting.period.clone(),
        revision: waiting.revision,
        submitted_at: json(&waiting.submitted_at),
    }
}

fn finding(finding: &api::Finding) -> FindingLine {
    FindingLine {
        code: finding.code.clone(),
        severity: if finding.severity() == Severity::Warning { "warning" } else { "failure" },
        subject: finding.subject.clone(),
        message: finding.message.clone(),
        effect: finding.effect.clone(),
        action: finding.action.clone(),
        since: json(&finding.since),
    }
}

fn action(action: &api::Action) -> ActionLine {
    ActionLine {
        action_id: action.action_id.clone(),
        kind: match action.kind() {
            ActionKind::RunExport => "run_export",
            ActionKind::SuspendExport => "suspend_export",
            ActionKind::ResumeExport => "resume_export",
            ActionKind::RedriveParked | ActionKind::Unspecified => "redrive_parked",
        },
        subject: action.subject.clone(),
        period: action.period.clone(),
        again: action.again,
        reason: action.reason.clone(),
        worker_id: action.worker_id.clone(),
        asked_at: json(&action.asked_at),
        state: match action.state() {
            ActionState::Done => "done",
            ActionState::Refused => "refused",
            ActionState::Failed => "failed",
            ActionState::Asked | ActionState::Unspecified => "asked",
        },
        error: action.error.clone(),
        job: action.job.clone(),
        applied: action.applied,
        parked_again: action.parked_again,
    }
}

#[cfg(test)]
#[path = "status_cluster_tests.rs"]
mod tests;
