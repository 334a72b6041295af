//! From health and findings to the contract.

use jiff::Timestamp;
use proto::operations::v1 as api;

use super::action_messages::to_action;
use crate::domain::{
    self, Action, ClusterRight, ClusterSeen, ComponentSeen, ExportRun, ExportsSeen, RunState, ScheduleSeen,
    ServiceSeen, Severity,
};
use crate::use_cases::{Overall, RegionHealth};

/// Waiting exports that are told.
const MOST_WAITING: usize = 200;

pub(super) fn to_region_health(health: &RegionHealth, actions: &[Action], region: &str) -> api::RegionHealth {
    let overall = match health.overall() {
        Overall::Fine => api::Severity::Ok,
        Overall::Worst(severity) => to_severity(severity),
    };
    let queues = health.snapshot.broker.queues().iter().map(|queue| api::QueueHealth {
        queue: queue.name.clone(),
        messages: queue.messages,
        consumers: queue.consumers,
    });
    api::RegionHealth {
        region: region.to_owned(),
        checked_at: Some(to_timestamp(health.snapshot.at)),
        severity: overall.into(),
        summary: health.summary(),
        services: health.snapshot.services.iter().map(to_service).collect(),
        queues: queues.collect(),
        findings: health.findings.iter().map(to_finding).collect(),
        cluster: Some(to_cluster(&health.snapshot.cluster, health.snapshot.at)),
        actions: actions.iter().map(to_action).collect(),
        exports: Some(to_exports(&health.snapshot.exports)),
    }
}

/// Instances share a database, so the first that answers speaks for the service.
fn to_service(service: &ServiceSeen) -> api::ServiceHealth {
    let name = service.name.clone();
    match service.answers().next() {
        None => api::ServiceHealth { service: name, ..api::ServiceHealth::default() },
        Some(status) => api::ServiceHealth {
            service: name,
            reachable: true,
            build_id: status.build_id.clone(),
            outbox_unpublished: status.outbox_unpublished,
            outbox_oldest_seconds: status.outbox_oldest_seconds,
            pending: status.pending,
            parked: status.parked,
            epoch: status.epoch,
            started_at: status.started_at.map(to_timestamp),
        },
    }
}

fn to_cluster(cluster: &ClusterSeen, now: Timestamp) -> api::ClusterHealth {
    let bare = api::ClusterHealth { state: to_cluster_state(cluster).into(), ..Default::default() };
    match cluster {
        ClusterSeen::Outside => bare,
        ClusterSeen::Silent { answered } => {
            api::ClusterHealth { answered_at: answered.map(to_timestamp), ..bare }
        }
        ClusterSeen::Answered(state) => api::ClusterHealth {
            namespace: state.namespace.clone(),
            components: state.components.iter().map(to_component).collect(),
            schedules: state.schedules.iter().map(|schedule| to_schedule(schedule, now)).collect(),
            may_run: state.allowed.contains(&ClusterRight::CreateJobs),
            may_suspend: state.allowed.contains(&ClusterRight::PatchSchedules),
            ..bare
        },
    }
}

pub(super) const fn to_cluster_state(cluster: &ClusterSeen) -> api::ClusterState {
    match cluster {
        ClusterSeen::Outside => api::ClusterState::Outside,
        ClusterSeen::Silent { .. } => api::ClusterState::Silent,
        ClusterSeen::Answered(_) => api::ClusterState::Answering,
    }
}

fn to_exports(exports: &ExportsSeen) -> api::ExportsHealth {
    let ExportsSeen::Answered(waiting) = exports else { return api::ExportsHealth::default() };
    let waiting = waiting.iter().take(MOST_WAITING).map(|one| api::WaitingExport {
        programme: one.programme.clone(),
        period: one.period.clone(),
        revision: one.revision,
        submitted_at: Some(to_timestamp(one.submitted_at)),
    });
    api::ExportsHealth { known: true, waiting: waiting.collect() }
}

fn to_component(component: &ComponentSeen) -> api::ComponentHealth {
    let pods = component.pods.iter().map(|pod| api::PodHealth {
        pod: pod.name.clone(),
        ready: pod.ready,
        restarts: pod.restarts,
        trouble: pod.trouble.clone().unwrap_or_default(),
        since: pod.since.map(to_timestamp),
    });
    api::ComponentHealth {
        component: component.name.clone(),
        desired: component.desired,
        available: component.available,
        updated: component.updated,
        pods: pods.collect(),
        most: component.autoscaler.map_or(0, |autoscaler| autoscaler.most),
    }
}

pub(super) fn to_schedule(schedule: &ScheduleSeen, now: Timestamp) -> api::ScheduleHealth {
    let times = schedule.times.as_ref().filter(|_| !schedule.suspended);
    let next = times.and_then(|times| times.next(now));
    api::ScheduleHealth {
        schedule: schedule.name.clone(),
        cron: schedule.schedule.clone(),
        time_zone: schedule.time_zone.clone(),
        suspended: schedule.suspended,
        last_scheduled: schedule.last_scheduled.map(to_timestamp),
        last_succeeded: schedule.last_succeeded.map(to_timestamp),
        runs: schedule.runs.iter().map(to_run).collect(),
        component: schedule.component.clone(),
        next_run: next.map(to_timestamp),
    }
}

fn to_run(run: &ExportRun) -> api::ScheduleRun {
    let (state, reason) = match &run.state {
        RunState::Running => (api::RunState::Running, String::new()),
        RunState::Succeeded => (api::RunState::Succeeded, String::new()),
        RunState::Failed { reason } => (api::RunState::Failed, reason.clone()),
    };
    api::ScheduleRun {
        job: run.job.clone(),
        state: state.into(),
        reason,
        manual: run.manual,
        started_at: run.started.map(to_timestamp),
        ended_at: run.ended.map(to_timestamp),
    }
}

pub(super) fn to_finding(finding: &domain::Finding) -> api::Finding {
    api::Finding {
        finding_id: finding.finding_id.to_string(),
        code: finding.key.code.clone(),
        severity: to_severity(finding.severity).into(),
        subject: finding.key.subject.clone(),
        message: finding.message.clone(),
        effect: finding.effect.clone(),
        action: finding.action.clone(),
        link: finding.link.clone(),
        since: Some(to_timestamp(finding.since)),
        until: finding.until.map(to_timestamp),
    }
}

const fn to_severity(severity: Severity) -> api::Severity {
    match severity {
        Severity::Warning => api::Severity::Warning,
        Severity::Failure => api::Severity::Failure,
    }
}

pub(super) fn to_timestamp(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}
