//! Facts about what happens after admission: what one event of matching, trajectory or finance says, parsed.

use chassis::define_id;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::fact::{EpisodeId, ParticipationId};

define_id!(
    /// Somebody who accompanies, known by name in matching only.
    WorkerId
);
define_id!(
    /// An organisation that workers act for.
    OrganisationId
);
define_id!(
    /// A participation with a worker.
    MatchId
);
define_id!(
    /// Workers in an order, proposed for a participation.
    ProposalId
);
define_id!(
    /// What happens in one episode.
    TrajectoryId
);
define_id!(
    /// A contact.
    ContactId
);
define_id!(
    /// A measure.
    MeasureId
);
define_id!(
    /// A duty of one trajectory.
    DutyId
);
define_id!(
    /// A budget.
    BudgetId
);

/// An episode ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpisodeEnd {
    /// The participation.
    pub participation: ParticipationId,
    /// The episode.
    pub episode: EpisodeId,
    /// Last day.
    pub ended_on: Date,
    /// When it was written down.
    pub at: Timestamp,
}

/// How many weighted cases a worker can take on, from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerCapacity {
    /// The worker.
    pub worker: WorkerId,
    /// Code of the programme.
    pub programme: String,
    /// Weighted cases at least.
    pub cases_min: Decimal,
    /// Weighted cases at most.
    pub cases_max: Decimal,
    /// First day.
    pub valid_from: Date,
    /// Last day; `None` when open.
    pub valid_to: Option<Date>,
    /// When it was written down.
    pub at: Timestamp,
}

/// A match was confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// The match.
    pub match_id: MatchId,
    /// The episode.
    pub episode: EpisodeId,
    /// Code of the programme.
    pub programme: String,
    /// First day.
    pub first_day: Date,
    /// Code of the case weight; empty in a programme without weights.
    pub weight: String,
    /// Whether it takes the worker over capacity.
    pub over_capacity: bool,
    /// Whether another worker than the first of the proposal was chosen.
    pub overridden: bool,
    /// The match that it takes over from.
    pub follows: Option<MatchId>,
    /// When.
    pub at: Timestamp,
}

/// Why a match ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchEndCause {
    /// The trajectory closed.
    TrajectoryClosed,
    /// Another worker took over.
    HandedOver,
    /// It did not work out, or the worker left.
    Stopped,
}

impl MatchEndCause {
    /// The cause as it is stored and reported.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TrajectoryClosed => "trajectory_closed",
            Self::HandedOver => "handed_over",
            Self::Stopped => "stopped",
        }
    }
}

/// A match ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchEnding {
    /// The match.
    pub match_id: MatchId,
    /// Last day.
    pub last_day: Date,
    /// Why.
    pub why: MatchEndCause,
    /// When.
    pub at: Timestamp,
}

/// The first worker of a proposal was not chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decline {
    /// The proposal.
    pub proposal: ProposalId,
    /// Code of the programme.
    pub programme: String,
    /// When.
    pub at: Timestamp,
}

/// A trajectory began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The trajectory.
    pub trajectory: TrajectoryId,
    /// The episode.
    pub episode: EpisodeId,
    /// Code of the programme.
    pub programme: String,
    /// First day.
    pub opened_on: Date,
    /// When it was written down.
    pub at: Timestamp,
}

/// What an exit counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitOutcome {
    /// Into paid work.
    WithWork,
    /// A step below work.
    StepBelowWork,
    /// Back to the regular offer.
    RegularOffer,
    /// Without work.
    WithoutWork,
}

impl ExitOutcome {
    /// The outcome as it is stored and reported: the words of programme files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WithWork => "with_work",
            Self::StepBelowWork => "step_below_work",
            Self::RegularOffer => "regular_offer",
            Self::WithoutWork => "without_work",
        }
    }
}

/// A trajectory was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// The trajectory.
    pub trajectory: TrajectoryId,
    /// Code of the reason.
    pub exit_reason: String,
    /// What it counts as.
    pub outcome: ExitOutcome,
    /// Last day.
    pub closed_on: Date,
    /// When it was written down.
    pub at: Timestamp,
}

/// How a contact went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactOutcome {
    /// They spoke or met.
    Reached,
    /// Nobody was reached.
    Tried,
}

impl ContactOutcome {
    /// The outcome as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Tried => "tried",
        }
    }
}

/// The two classes of time of the 60/40 rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeClass {
    /// With the participant.
    With,
    /// Consultation and preparation.
    Around,
}

impl TimeClass {
    /// The class as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::With => "with_participant",
            Self::Around => "around_participant",
        }
    }
}

/// What holds of a contact, as logged or as corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The contact.
    pub id: ContactId,
    /// The trajectory.
    pub trajectory: TrajectoryId,
    /// Its day.
    pub day: Date,
    /// How it went.
    pub outcome: ContactOutcome,
    /// Class of the time.
    pub time_class: TimeClass,
    /// Minutes it took, at most a day.
    pub minutes: i32,
    /// When that was written down.
    pub at: Timestamp,
}

/// A measure was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The measure.
    pub id: MeasureId,
    /// The trajectory.
    pub trajectory: TrajectoryId,
    /// Code of the instrument.
    pub instrument: String,
    /// Its day.
    pub day: Date,
    /// When it was written down.
    pub at: Timestamp,
}

/// What became of a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DutyState {
    /// Its day came.
    Due,
    /// Done within the days of grace.
    Kept,
    /// Not done within them.
    Missed,
    /// Done after them.
    KeptLate,
}

impl DutyState {
    /// The state as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Kept => "kept",
            Self::Missed => "missed",
            Self::KeptLate => "kept_late",
        }
    }
}

/// A duty fell due, was kept or was missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyChange {
    /// The duty.
    pub duty: DutyId,
    /// The trajectory.
    pub trajectory: TrajectoryId,
    /// Code of the duty.
    pub code: String,
    /// Day it is due.
    pub due_on: Date,
    /// What became of it.
    pub state: DutyState,
    /// When.
    pub at: Timestamp,
}

/// A budget was approved. Whole cents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The budget.
    pub budget: BudgetId,
    /// Code of the programme.
    pub programme: String,
    /// Year it is for.
    pub year: i32,
    /// Cost of the staff.
    pub staff_cost_cents: i64,
    /// Flat rate on it.
    pub flat_rate_cents: i64,
    /// Both together.
    pub total_cents: i64,
    /// What each source pays, by its word.
    pub sources: Vec<(String, i64)>,
    /// When.
    pub at: Timestamp,
}
