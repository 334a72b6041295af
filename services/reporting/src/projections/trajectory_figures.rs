//! The figures about trajectories.

use jiff::Timestamp;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::figures::{Count, WaitingTime};
use super::indicators::IndicatorFigure;

/// The share of time with the participant that the 60/40 rule asks, in percent.
pub const RULE_PERCENT: u32 = 60;

/// What was counted of one programme in one period, before the programme file is laid beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrajectoryCounts {
    /// Referrals received.
    pub referrals: i64,
    /// Admissions, re-entries included.
    pub admissions: i64,
    /// Of these, re-entries.
    pub re_entries: i64,
    /// Participations that were admitted; each once.
    pub admitted: i64,
    /// Participations with an episode on at least one day; each once.
    pub participants: i64,
    /// Episodes that ended.
    pub episodes_ended: i64,
    /// Families with an episode on at least one day, whose members intake told.
    pub families: i64,
    /// Their parents.
    pub parents: i64,
    /// All their children.
    pub children: i64,
    /// Of these, in a school year that the programme is there for first of all.
    pub children_in_focus: i64,
    /// Others who live with them.
    pub other_members: i64,
    /// Children by school year, of whom it is known.
    pub children_by_school_year: Vec<Count>,
    /// Trajectories that ran at the end of the day before.
    pub running_before: i64,
    /// Trajectories whose first day lies in the period.
    pub opened: i64,
    /// Trajectories that run at the end of the last day.
    pub running: i64,
    /// Trajectories that ran on at least one day.
    pub ran: i64,
    /// Those that run at the end, by the code of the weight of their newest match; empty when there is none.
    pub running_by_weight: Vec<Count>,
    /// Workers whose capacity holds on the last day.
    pub workers: i64,
    /// Their weighted cases at least.
    pub capacity_min: Decimal,
    /// Their weighted cases at most.
    pub capacity_max: Decimal,
    /// Matches confirmed.
    pub confirmed: i64,
    /// Of these, with another worker than the first of the proposal.
    pub overridden: i64,
    /// Of these, over capacity.
    pub over_capacity: i64,
    /// Of these, taking over from another match.
    pub handovers: i64,
    /// Proposals whose first worker was declined.
    pub declined: i64,
    /// From referral to the first match of the episode.
    pub waiting_to_match: WaitingTime,
    /// Matches that ended, by cause.
    pub matches_ended: Vec<Count>,
    /// Contacts reached.
    pub reached: i64,
    /// Contacts tried only.
    pub tried: i64,
    /// Minutes with the participant.
    pub minutes_with: i64,
    /// Minutes around the participant.
    pub minutes_around: i64,
    /// Duties due, by code, in the order of the codes.
    pub duties: Vec<DutyCounts>,
    /// Measures, by instrument.
    pub measures: Vec<Count>,
    /// Exits.
    pub exits: i64,
    /// Exits by reason.
    pub exits_by_reason: Vec<Count>,
    /// Exits by outcome.
    pub exits_by_outcome: Vec<Count>,
    /// From the first to the last day of the trajectories that ended.
    pub lead_time: WaitingTime,
    /// When the newest event in these figures happened.
    pub as_of: Option<Timestamp>,
}

impl TrajectoryCounts {
    /// Exits with an outcome, by its word.
    pub fn exits_with(&self, outcome: &str) -> i64 {
        self.exits_by_outcome.iter().filter(|line| line.code == outcome).map(|line| line.count).sum()
    }

    /// All duties due.
    pub fn duties_due(&self) -> i64 {
        self.duties.iter().map(DutyCounts::due).sum()
    }
}

/// Duties with one code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DutyCounts {
    /// Code of the duty.
    pub code: String,
    /// Done in time.
    pub kept: i64,
    /// Done late.
    pub kept_late: i64,
    /// Not done.
    pub missed: i64,
    /// Neither done nor missed yet.
    pub open: i64,
}

impl DutyCounts {
    /// All of them.
    pub const fn due(&self) -> i64 {
        self.kept + self.kept_late + self.missed + self.open
    }
}

/// The figures of one programme in one period, beside its file and its budgets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrajectoryFigures {
    /// What was counted.
    pub counts: TrajectoryCounts,
    /// Whether families take part, by the programme file of the last day or by what was told.
    pub has_families: bool,
    /// Trajectories that run at the end, by the weights of the programme file.
    pub running_weighted: Decimal,
    /// How many must run at least.
    pub running_min: Option<u32>,
    /// How many may run at most.
    pub running_max: Option<u32>,
    /// Indicators that can be counted.
    pub indicators: Vec<IndicatorFigure>,
    /// Codes of those that cannot.
    pub indicators_not_counted: Vec<String>,
    /// Approved budgets of the years of the period.
    pub budgets: Vec<BudgetFigure>,
}

/// An approved budget. Whole cents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetFigure {
    /// The budget.
    pub budget: Uuid,
    /// Year it is for.
    pub year: i32,
    /// Cost of the staff.
    pub staff_cost_cents: i64,
    /// Flat rate on it.
    pub flat_rate_cents: i64,
    /// Both together.
    pub total_cents: i64,
    /// What each source pays, largest first.
    pub sources: Vec<(String, i64)>,
    /// When it was approved.
    pub approved_at: Timestamp,
}
