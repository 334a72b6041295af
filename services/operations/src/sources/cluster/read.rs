//! From objects of Kubernetes to what the rules look at.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::{Resource, ResourceExt as _};

use super::act::MANUAL;
use crate::domain::{AutoscalerSeen, ComponentSeen, ExportRun, PodSeen, RunState, ScheduleSeen, Timetable};

/// The label that names the component of an object.
const COMPONENT: &str = "app.kubernetes.io/component";
/// Reasons of a waiting container that are no trouble: it starts.
const STARTING: [&str; 2] = ["ContainerCreating", "PodInitializing"];

/// The components: deployments with their pods and autoscalers.
pub(super) fn components(
    deployments: &[Arc<Deployment>],
    pods: &[Arc<Pod>],
    autoscalers: &[Arc<HorizontalPodAutoscaler>],
) -> Vec<ComponentSeen> {
    let mut seen: Vec<ComponentSeen> = deployments
        .iter()
        .map(|deployment| {
            let wanted = deployment.spec.as_ref();
            let status = deployment.status.clone().unwrap_or_default();
            let name = deployment.name_any();
            let selector = wanted.and_then(|spec| spec.selector.match_labels.clone()).unwrap_or_default();
            let mut pods: Vec<PodSeen> =
                pods.iter().filter(|pod| has(pod.labels(), &selector)).map(|pod| from_pod(pod)).collect();
            pods.sort_by(|one, other| one.name.cmp(&other.name));
            ComponentSeen {
                name: component(deployment.as_ref()),
                desired: wanted.and_then(|spec| spec.replicas).unwrap_or(1),
                available: status.available_replicas.unwrap_or(0),
                updated: status.updated_replicas.unwrap_or(0),
                stuck: stuck(deployment),
                pods,
                autoscaler: autoscalers.iter().find_map(|autoscaler| scales(autoscaler, &name)),
            }
        })
        .collect();
    seen.sort_by(|one, other| one.name.cmp(&other.name));
    seen
}

/// The component an object is labelled with; its own name when it is not.
fn component<K: Resource>(object: &K) -> String {
    object
        .meta()
        .labels
        .as_ref()
        .and_then(|labels| labels.get(COMPONENT))
        .cloned()
        .unwrap_or_else(|| object.name_any())
}

fn has(labels: &BTreeMap<String, String>, selector: &BTreeMap<String, String>) -> bool {
    !selector.is_empty() && selector.iter().all(|(name, value)| labels.get(name) == Some(value))
}

fn stuck(deployment: &Deployment) -> Option<String> {
    let conditions = deployment.status.as_ref()?.conditions.as_ref()?;
    let found = |kind: &str, status: &str| {
        conditions.iter().find(|condition| condition.type_ == kind && condition.status == status)
    };
    let condition = found("ReplicaFailure", "True").or_else(|| found("Progressing", "False"))?;
    Some(condition.reason.clone().unwrap_or_else(|| condition.type_.clone()))
}

fn scales(autoscaler: &HorizontalPodAutoscaler, deployment: &str) -> Option<AutoscalerSeen> {
    let spec = autoscaler.spec.as_ref().filter(|spec| spec.scale_target_ref.name == deployment)?;
    let desired = autoscaler.status.as_ref().map_or(0, |status| status.desired_replicas);
    Some(AutoscalerSeen { desired, most: spec.max_replicas })
}

fn from_pod(pod: &Pod) -> PodSeen {
    let status = pod.status.clone().unwrap_or_default();
    let containers: Vec<&ContainerStatus> = [&status.init_container_statuses, &status.container_statuses]
        .into_iter()
        .flatten()
        .flatten()
        .collect();
    let conditions = status.conditions.as_deref().unwrap_or_default();
    let is_ready = conditions.iter().any(|one| one.type_ == "Ready" && one.status == "True");
    let unscheduled = conditions
        .iter()
        .find(|one| one.type_ == "PodScheduled" && one.status == "False")
        .and_then(|one| one.reason.clone());
    let failed = (status.phase.as_deref() == Some("Failed"))
        .then(|| status.reason.clone().unwrap_or_else(|| "Failed".to_owned()));
    PodSeen {
        name: pod.name_any(),
        ready: is_ready,
        ending: pod.meta().deletion_timestamp.is_some(),
        restarts: containers.iter().map(|container| container.restart_count).sum(),
        trouble: failed.or(unscheduled).or_else(|| containers.iter().find_map(|one| trouble(one))),
        since: at(pod.meta().creation_timestamp.as_ref()),
    }
}

/// Why a container does not work. One that ended badly and waits for its next start says why it ended.
fn trouble(container: &ContainerStatus) -> Option<String> {
    let state = container.state.as_ref()?;
    if let Some(ended) = &state.terminated
        && ended.exit_code != 0
    {
        return Some(ended.reason.clone().unwrap_or_else(|| format!("exit {}", ended.exit_code)));
    }
    let waiting = state.waiting.as_ref()?.reason.as_deref()?;
    if STARTING.contains(&waiting) {
        return None;
    }
    let last = container.last_state.as_ref().and_then(|last| last.terminated.as_ref());
    match last.and_then(|ended| ended.reason.as_deref()) {
        Some("OOMKilled") => Some("OOMKilled".to_owned()),
        _ => Some(waiting.to_owned()),
    }
}

/// The schedules with their jobs.
pub(super) fn schedules(cron_jobs: &[Arc<CronJob>], jobs: &[Arc<Job>]) -> Vec<ScheduleSeen> {
    let mut seen: Vec<ScheduleSeen> = cron_jobs
        .iter()
        .map(|cron_job| {
            let (name, status) = (cron_job.name_any(), cron_job.status.clone().unwrap_or_default());
            let mut runs: Vec<ExportRun> =
                jobs.iter().filter(|job| is_of(job, cron_job)).map(|job| from_job(job)).collect();
            runs.sort_by_key(|run| Reverse((run.started, run.job.clone())));
            let spec = cron_job.spec.as_ref();
            // Without a zone it is that of the controller of Kubernetes, which is UTC wherever nobody chose another.
            let zone = spec.and_then(|spec| spec.time_zone.as_deref());
            let zone = zone.map_or(Some(TimeZone::UTC), |name| TimeZone::get(name).ok());
            let times = zone.zip(spec).and_then(|(zone, spec)| Timetable::parse(&spec.schedule, zone));
            ScheduleSeen {
                component: component(cron_job.as_ref()),
                created: at(cron_job.meta().creation_timestamp.as_ref()),
                schedule: spec.map(|spec| spec.schedule.clone()).unwrap_or_default(),
                time_zone: spec.and_then(|spec| spec.time_zone.clone()).unwrap_or_default(),
                suspended: spec.and_then(|spec| spec.suspend).unwrap_or(false),
                last_scheduled: at(status.last_schedule_time.as_ref()),
                last_succeeded: at(status.last_successful_time.as_ref()),
                name,
                times,
                runs,
            }
        })
        .collect();
    seen.sort_by(|one, other| one.name.cmp(&other.name));
    seen
}

fn is_of(job: &Job, cron_job: &CronJob) -> bool {
    job.owner_references().iter().any(|owner| owner.kind == "CronJob" && owner.name == cron_job.name_any())
}

fn from_job(job: &Job) -> ExportRun {
    let status = job.status.clone().unwrap_or_default();
    let conditions = status.conditions.unwrap_or_default();
    let holds = |kind: &str| conditions.iter().find(|one| one.type_ == kind && one.status == "True");
    let state = match (holds("Failed"), holds("Complete")) {
        (Some(failed), _) => {
            RunState::Failed { reason: failed.reason.clone().unwrap_or_else(|| "Failed".to_owned()) }
        }
        (None, Some(_)) => RunState::Succeeded,
        (None, None) => RunState::Running,
    };
    let ended = match &state {
        RunState::Running => None,
        RunState::Succeeded => at(status.completion_time.as_ref()),
        RunState::Failed { .. } => at(holds("Failed").and_then(|one| one.last_transition_time.as_ref())),
    };
    ExportRun {
        job: job.name_any(),
        state,
        manual: job.annotations().get(MANUAL.0).is_some_and(|value| value == MANUAL.1),
        started: at(status.start_time.as_ref().or(job.meta().creation_timestamp.as_ref())),
        ended,
    }
}

fn at(time: Option<&Time>) -> Option<Timestamp> {
    time.map(|time| time.0)
}

#[cfg(test)]
#[path = "read_tests.rs"]
#[expect(clippy::needless_pass_by_value, reason = "`json!` makes values")]
mod tests;
