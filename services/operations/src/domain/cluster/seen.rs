//! What was seen of the region's namespace at one moment.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Timetable;

/// What the chart labels the schedules of exports with.
const EXPORT: &str = "finance-export";

/// Kubernetes at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClusterSeen {
    /// The region does not run on Kubernetes, or operations was told not to look.
    Outside,
    /// The API server does not answer; what was known before it fell silent may be old.
    Silent {
        /// Last time it answered; `None` when it never did.
        answered: Option<Timestamp>,
    },
    /// It answers, and what is known follows it.
    Answered(ClusterState),
}

/// The namespace of the region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterState {
    /// Its name.
    pub namespace: String,
    /// The components, by name.
    pub components: Vec<ComponentSeen>,
    /// The schedules of jobs, by name.
    pub schedules: Vec<ScheduleSeen>,
    /// What Kubernetes lets operations do.
    pub allowed: BTreeSet<ClusterRight>,
}

/// A component: a deployment with its pods.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComponentSeen {
    /// Its name, e.g. `trajectory`.
    pub name: String,
    /// Pods that are wanted.
    pub desired: i32,
    /// Pods that take calls.
    pub available: i32,
    /// Pods of the newest version.
    pub updated: i32,
    /// Why the roll-out does not go on; `None` while it does, or is done.
    pub stuck: Option<String>,
    /// Its pods, by name.
    pub pods: Vec<PodSeen>,
    /// Its autoscaler.
    pub autoscaler: Option<AutoscalerSeen>,
}

/// A pod.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PodSeen {
    /// Its name.
    pub name: String,
    /// Whether it takes calls.
    pub ready: bool,
    /// Whether it is being taken away.
    pub ending: bool,
    /// Restarts of its containers.
    pub restarts: i32,
    /// Why it does not work, as Kubernetes names it: `CrashLoopBackOff`, `ImagePullBackOff`, `Unschedulable`, `OOMKilled`;
    /// `None` while it works or starts.
    pub trouble: Option<String>,
    /// When it was made.
    pub since: Option<Timestamp>,
}

/// An autoscaler.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AutoscalerSeen {
    /// Pods it wants.
    pub desired: i32,
    /// Pods it may want at most.
    pub most: i32,
}

/// A schedule of jobs, e.g. of the exports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScheduleSeen {
    /// Its name, as the namespace has it.
    pub name: String,
    /// What it runs, from its label: `finance-export`.
    pub component: String,
    /// When it was made; before that it could miss nothing.
    pub created: Option<Timestamp>,
    /// When, as cron writes it.
    pub schedule: String,
    /// IANA time zone of the schedule; empty for that of the cluster.
    pub time_zone: String,
    /// The same, understood; `None` when it is not.
    pub times: Option<Timetable>,
    /// Whether it is suspended.
    pub suspended: bool,
    /// When it last started a job.
    pub last_scheduled: Option<Timestamp>,
    /// When a job of it last succeeded.
    pub last_succeeded: Option<Timestamp>,
    /// The jobs that are still there, the newest first.
    pub runs: Vec<ExportRun>,
}

/// A job of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRun {
    /// Name of the job.
    pub job: String,
    /// How it is.
    pub state: RunState,
    /// Whether a person asked for it.
    pub manual: bool,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

/// How a job is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunState {
    /// It runs, or waits for a place.
    Running,
    /// It succeeded.
    Succeeded,
    /// It failed for good.
    Failed {
        /// Why, as Kubernetes names it.
        reason: String,
    },
}

/// What operations can do in a namespace, when Kubernetes lets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClusterRight {
    /// Start a job of a schedule now.
    CreateJobs,
    /// Suspend a schedule and let it go on.
    PatchSchedules,
}

impl ClusterRight {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::CreateJobs, Self::PatchSchedules];

    /// The resource of the API group `batch`.
    pub const fn resource(self) -> &'static str {
        match self {
            Self::CreateJobs => "jobs",
            Self::PatchSchedules => "cronjobs",
        }
    }

    /// What is done to it.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::CreateJobs => "create",
            Self::PatchSchedules => "patch",
        }
    }

    /// The value of the chart that gives it.
    pub const fn chart_value(self) -> &'static str {
        match self {
            Self::CreateJobs => "operations.rbac.exports",
            Self::PatchSchedules => "operations.rbac.suspend",
        }
    }
}

impl ClusterSeen {
    /// What is known; nothing outside of Kubernetes or while it is silent.
    pub const fn state(&self) -> Option<&ClusterState> {
        match self {
            Self::Answered(state) => Some(state),
            Self::Outside | Self::Silent { .. } => None,
        }
    }
}

impl ScheduleSeen {
    /// Whether it makes exports.
    pub fn is_export(&self) -> bool {
        self.component == EXPORT
    }

    /// The newest run that ended.
    pub fn last_ended(&self) -> Option<&ExportRun> {
        self.runs.iter().find(|run| run.state != RunState::Running)
    }

    /// Whether a run is under way.
    pub fn is_running(&self) -> bool {
        self.runs.iter().any(|run| run.state == RunState::Running)
    }
}
