//! From when on something is a finding.

/// Thresholds of the rules. The meaning of each stands in `config/default.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thresholds {
    /// Age of the oldest unconfirmed event, seconds.
    pub outbox_oldest_seconds: i64,
    /// How long no instance may lead, seconds.
    pub no_leader_seconds: i64,
    /// How long a service may be without connection to the broker, seconds.
    pub no_connection_seconds: i64,
    /// How long an event may wait for another, seconds.
    pub pending_oldest_seconds: i64,
    /// How long a queue may be without consumer, seconds.
    pub no_consumer_seconds: i64,
    /// Messages in a queue that make a backlog.
    pub backlog_messages: i64,
    /// How long a backlog may last, seconds.
    pub backlog_seconds: i64,
    /// How long dead letters may stay, seconds.
    pub dead_letters_seconds: i64,
    /// How long versions may be mixed, seconds.
    pub builds_differ_seconds: i64,
    /// How long a component may have fewer pods than it should, seconds.
    pub too_few_pods_seconds: i64,
    /// How long a component may run with as many pods as it may, seconds.
    pub at_most_seconds: i64,
    /// How long Kubernetes may be silent, seconds.
    pub cluster_silent_seconds: i64,
    /// How long a run of exports may begin late and take, seconds: what still waits then was missed.
    pub export_missed_seconds: i64,
    /// How long a submitted claim may wait where nothing schedules exports, seconds.
    pub export_unplanned_seconds: i64,
    /// Whether databases that may lose acknowledged writes are reported.
    pub durable_databases: bool,
}

/// Thresholds of tests: those of `config/default.toml`.
#[cfg(test)]
pub(super) fn thresholds() -> Thresholds {
    Thresholds {
        outbox_oldest_seconds: 30,
        no_leader_seconds: 15,
        no_connection_seconds: 10,
        pending_oldest_seconds: 300,
        no_consumer_seconds: 15,
        backlog_messages: 1000,
        backlog_seconds: 30,
        dead_letters_seconds: 60,
        builds_differ_seconds: 600,
        too_few_pods_seconds: 60,
        at_most_seconds: 600,
        cluster_silent_seconds: 15,
        export_missed_seconds: 7200,
        export_unplanned_seconds: 86_400,
        durable_databases: true,
    }
}
