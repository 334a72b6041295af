//! From health and findings to the contract.

use jiff::Timestamp;
use proto::operations::v1 as api;

use crate::domain::{self, ServiceSeen, Severity};
use crate::use_cases::{Overall, RegionHealth};

pub(super) fn to_region_health(health: &RegionHealth, region: &str) -> api::RegionHealth {
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

fn to_timestamp(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}
