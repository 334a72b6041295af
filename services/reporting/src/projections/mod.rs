//! What the figures are made of: facts out of events, the period they are counted in, and the figures themselves.
//!
//! Pure values: no I/O, no SQL, no contract types.

mod case_fact;
mod definitions;
mod fact;
mod family;
mod figures;
mod indicators;
mod period;
mod trajectory_figures;

pub use case_fact::{
    Approval, Closure, Confirmation, Contact, ContactOutcome, Decline, DutyChange, DutyState, EpisodeEnd,
    ExitOutcome, MatchEndCause, MatchEnding, MatchId, Measure, Opening, OrganisationId, TimeClass,
    TrajectoryId, WorkerCapacity, WorkerId,
};
pub use definitions::DEFINITIONS;
pub use fact::{
    Admission, Erasure, ParticipationId, PersonId, ReferralId, Refusal, Screening, ScreeningOutcome,
    Submission, Withdrawal,
};
pub use family::{FamilyMember, FamilyRecord};
pub use figures::{Count, IntakeFigures, WaitingTime};
pub use indicators::{DenominatorFigure, IndicatorFigure, label_of, word_of};
pub use period::Period;
pub use trajectory_figures::{BudgetFigure, DutyCounts, RULE_PERCENT, TrajectoryCounts, TrajectoryFigures};
