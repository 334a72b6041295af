//! What trajectory knows: pure, no I/O. One file per aggregate.

mod contact;
mod duty;
mod duty_book;
mod duty_calendar;
mod evaluation;
mod goal;
mod ids;
mod measure;
mod secrecy;
pub mod text;
mod trajectory;
mod trajectory_error;
mod visit;
mod visit_plan;

pub use chassis::etag::Etag;
pub use contact::{Contact, ContactError, ContactOutcome, Entry, Minutes, TimeClass};
pub use duty::{Duty, DutyError, DutyState, Term};
pub use duty_book::DutyBook;
pub use duty_calendar::{Anchors, DutyCalendar};
pub use evaluation::{ClosingEvaluation, EvaluationOutcome};
pub use goal::{Goal, GoalClosed, GoalState, NextStepState};
pub use ids::{
    ContactId, DutyId, EpisodeId, GoalId, MatchId, MeasureId, NextStepId, ParticipationId, PersonId,
    TrajectoryId, VisitId,
};
pub use measure::{Measure, MeasureError, Value};
pub use secrecy::{HIDDEN_UNLESS_ON_CASE, classes_of};
pub use trajectory::{Exit, Handover, Opening, Standing, Trajectory, TrajectoryState};
pub use trajectory_error::TrajectoryError;
pub use visit::{Visit, VisitError, VisitState};
pub use visit_plan::{FreeDays, PlanError, VisitPlan};
