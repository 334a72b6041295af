//! What Kubernetes says of the region's own namespace, and what follows from it. Pure.

mod rules;
mod seen;
mod timetable;

pub use rules::conditions as cluster_conditions;
pub use seen::{
    AutoscalerSeen, ClusterRight, ClusterSeen, ClusterState, ComponentSeen, ExportRun, PodSeen, RunState,
    ScheduleSeen,
};
pub use timetable::Timetable;
