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
    /// Whether databases that may lose acknowledged writes are reported.
    pub durable_databases: bool,
}
