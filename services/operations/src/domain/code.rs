//! The closed set of what can be found.

/// What kind of thing is not in order. Stable: dashboards, runbooks and people know these codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingCode {
    /// A service, or one of its instances, does not answer as it should.
    ServiceUnreachable,
    /// Events are not confirmed by the broker.
    OutboxStuck,
    /// No instance of a service publishes its events.
    NoRelayLeader,
    /// Events wait long for an earlier event or a parent.
    EventsPendingLong,
    /// Events could not be applied and wait for a person.
    EventsParked,
    /// Nobody takes messages out of a service's queue, or the queue is gone.
    QueueWithoutConsumer,
    /// Messages pile up in a service's queue.
    QueueBacklog,
    /// Messages that no queue was bound for.
    UnroutableMessages,
    /// Messages that were delivered too often.
    DeadLetters,
    /// The broker does not answer operations, or a service has no connection to it.
    BrokerUnreachable,
    /// A database may lose acknowledged writes.
    DatabaseNotDurable,
    /// A service was restored from a backup and was not seen reconciled since.
    EpochRaised,
    /// Different builds run together for long.
    BuildsDiffer,
    /// Operations cannot write its findings down.
    FindingsNotKept,
    /// Kubernetes says that pods of a component fail.
    PodsFailing,
    /// A component has fewer pods than it should.
    TooFewPods,
    /// The roll-out of a component does not go on.
    RolloutStuck,
    /// A component cannot be given more pods, though it wants them.
    AutoscalerAtMost,
    /// The last run of a schedule of exports failed.
    ExportFailed,
    /// The last run of another schedule failed.
    JobFailed,
    /// Runs of exports went by, and what was submitted before them is not exported.
    ExportMissed,
    /// Kubernetes does not answer operations.
    ClusterUnreachable,
}

impl FindingCode {
    /// All of them; what users notice most comes first.
    pub const ALL: [Self; 22] = [
        Self::ServiceUnreachable,
        Self::PodsFailing,
        Self::TooFewPods,
        Self::RolloutStuck,
        Self::BrokerUnreachable,
        Self::EpochRaised,
        Self::UnroutableMessages,
        Self::OutboxStuck,
        Self::NoRelayLeader,
        Self::QueueWithoutConsumer,
        Self::EventsParked,
        Self::EventsPendingLong,
        Self::DeadLetters,
        Self::QueueBacklog,
        Self::ExportMissed,
        Self::ExportFailed,
        Self::JobFailed,
        Self::AutoscalerAtMost,
        Self::DatabaseNotDurable,
        Self::BuildsDiffer,
        Self::ClusterUnreachable,
        Self::FindingsNotKept,
    ];

    /// The place of a stored code in [`ALL`](Self::ALL); behind it when this build does not know the code.
    pub fn rank(code: &str) -> usize {
        Self::ALL.iter().position(|known| known.as_str() == code).unwrap_or(Self::ALL.len())
    }

    /// The code, `SCREAMING_SNAKE`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ServiceUnreachable => "SERVICE_UNREACHABLE",
            Self::OutboxStuck => "OUTBOX_STUCK",
            Self::NoRelayLeader => "NO_RELAY_LEADER",
            Self::EventsPendingLong => "EVENTS_PENDING_LONG",
            Self::EventsParked => "EVENTS_PARKED",
            Self::QueueWithoutConsumer => "QUEUE_WITHOUT_CONSUMER",
            Self::QueueBacklog => "QUEUE_BACKLOG",
            Self::UnroutableMessages => "UNROUTABLE_MESSAGES",
            Self::DeadLetters => "DEAD_LETTERS",
            Self::BrokerUnreachable => "BROKER_UNREACHABLE",
            Self::DatabaseNotDurable => "DATABASE_NOT_DURABLE",
            Self::EpochRaised => "EPOCH_RAISED",
            Self::BuildsDiffer => "BUILDS_DIFFER",
            Self::FindingsNotKept => "FINDINGS_NOT_KEPT",
            Self::PodsFailing => "PODS_FAILING",
            Self::TooFewPods => "TOO_FEW_PODS",
            Self::RolloutStuck => "ROLLOUT_STUCK",
            Self::AutoscalerAtMost => "AUTOSCALER_AT_MOST",
            Self::ExportFailed => "EXPORT_FAILED",
            Self::JobFailed => "JOB_FAILED",
            Self::ExportMissed => "EXPORT_MISSED",
            Self::ClusterUnreachable => "CLUSTER_UNREACHABLE",
        }
    }

    /// Path of the page that explains it, in the repository.
    pub fn link(self) -> String {
        format!("deploy/runbooks/{}.md", self.as_str().to_lowercase())
    }
}

impl std::fmt::Display for FindingCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_in_the_list_once() {
        let names: BTreeSet<_> = FindingCode::ALL.iter().map(|code| code.as_str()).collect();

        assert_eq!(names.len(), FindingCode::ALL.len());
    }
}
