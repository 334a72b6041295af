//! What was seen of a region at one moment.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{ClusterSeen, ExportsSeen};

/// A region at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// When, real time.
    pub at: Timestamp,
    /// Every service that is watched.
    pub services: Vec<ServiceSeen>,
    /// The broker.
    pub broker: BrokerSeen,
    /// Kubernetes.
    pub cluster: ClusterSeen,
    /// What waits to be exported.
    pub exports: ExportsSeen,
    /// Up to which epoch each service was seen reconciled; none is 1.
    pub reconciled: BTreeMap<String, i64>,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSeen {
    /// Its name.
    pub name: String,
    /// Where the contract wants its events to go; empty when it has none, so that nothing need publish.
    pub publishes: BTreeSet<Binding>,
    /// Every instance that is listed in the settings.
    pub instances: Vec<InstanceSeen>,
}

impl ServiceSeen {
    /// What its answering instances said.
    pub fn answers(&self) -> impl Iterator<Item = &Status> {
        self.instances.iter().filter_map(|instance| match instance {
            InstanceSeen::Answered(status) => Some(status),
            InstanceSeen::Silent(_) => None,
        })
    }

    /// Whether any instance answered.
    pub fn is_reachable(&self) -> bool {
        self.answers().next().is_some()
    }
}

/// An instance of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstanceSeen {
    /// It answered.
    Answered(Status),
    /// It did not.
    Silent(Silence),
}

/// Why an instance gave no status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silence {
    /// No connection, or no answer in time.
    NoAnswer,
    /// It does not trust our key, or does not let operators in.
    Refused,
    /// It answers, but cannot say how it is: mostly its database is away.
    Failing,
    /// Something else answers at this address.
    Other {
        /// Service and region that answer.
        who: String,
    },
}

/// What an instance says of itself. Counts of events are those of the whole service: its instances share a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Build it runs.
    pub build_id: String,
    /// When it started.
    pub started_at: Option<Timestamp>,
    /// Producer epoch.
    pub epoch: i64,
    /// Events not yet confirmed by the broker.
    pub outbox_unpublished: i64,
    /// Age of the oldest of them, seconds.
    pub outbox_oldest_seconds: i64,
    /// Events that wait for another.
    pub pending: i64,
    /// How long the oldest of them waits, seconds.
    pub pending_oldest_seconds: i64,
    /// Events that wait for a person.
    pub parked: i64,
    /// Whether this instance publishes.
    pub relay_leader: bool,
    /// Whether its broker connection stands.
    pub broker_connected: bool,
    /// Its queue; `None` without consumer.
    pub queue: Option<String>,
    /// Settings of its database that decide what survives a crash.
    pub database_settings: BTreeMap<String, String>,
}

/// The broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrokerSeen {
    /// Its management API answered.
    Answered {
        /// Queues of the region's vhost.
        queues: Vec<QueueSeen>,
        /// Bindings of the events exchange in it.
        bindings: BTreeSet<Binding>,
    },
    /// It did not.
    Silent,
}

impl BrokerSeen {
    /// The queues; none when the broker did not answer.
    pub fn queues(&self) -> &[QueueSeen] {
        match self {
            Self::Answered { queues, .. } => queues,
            Self::Silent => &[],
        }
    }
}

/// What leads events of one kind to a queue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binding {
    /// The queue.
    pub queue: String,
    /// Routing key of the events.
    pub routing_key: String,
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSeen {
    /// Its name.
    pub name: String,
    /// Messages ready or unacknowledged.
    pub messages: i64,
    /// Consumers attached.
    pub consumers: i32,
}
