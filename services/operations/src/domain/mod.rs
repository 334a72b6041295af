//! What is seen of a region and what follows from it. Pure: no I/O, no clock of its own.
//!
//! A [`Snapshot`] is what the services, the broker and Kubernetes said at one moment. [`conditions`] applies the rules, a closed set
//! of [`FindingCode`]s, under [`Thresholds`]. [`Patience`] lets those that must last ripen. [`Reconciliation`] tells when
//! histories agree again after a restore.

mod action;
mod cluster;
mod code;
mod evaluation;
mod exports;
mod finding;
mod patience;
mod reconciliation;
mod rules;
mod snapshot;
mod texts;
mod thresholds;

pub use action::{
    Action, ActionKind, Asked, Ended, EndedAs, FieldError, MOST_PARKED, parse_period, parse_reason,
};
pub use cluster::{
    AutoscalerSeen, ClusterRight, ClusterSeen, ClusterState, ComponentSeen, ExportRun, PodSeen, RunState,
    ScheduleSeen, Timetable,
};
pub use code::FindingCode;
pub use evaluation::{Changes, Evaluation};
pub use exports::{ExportsSeen, WaitingExport};
pub use finding::{Finding, Found, Key, Severity};
pub use patience::Patience;
pub use reconciliation::{History, Pair, Reconciliation};
pub use rules::{Condition, conditions, is_unknown};
pub use snapshot::{Binding, BrokerSeen, InstanceSeen, QueueSeen, ServiceSeen, Silence, Snapshot, Status};
pub use thresholds::Thresholds;

use cluster::cluster_conditions;
use exports::missed_exports;
#[cfg(test)]
use thresholds::thresholds;
